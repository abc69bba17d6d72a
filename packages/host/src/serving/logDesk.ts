import type {
  Address,
  Applied,
  Clock,
  Effect,
  Envelope,
  LocalEvent,
  LogService,
  NodeId,
  RequestId,
} from '@quorate/core'
import type { DropLog } from '../bus/dropLog.js'
import type { Applier } from '../engine/applier.js'
import type { OpenSession, Propose, Query, ReadIndex, RefusalReason } from '../generated/client.js'
import type { Membership } from '../identity/membership.js'
import type { Telemetry } from '../system/telemetry.js'
import { ClientCommands } from './clientCommands.js'
import { ClientReads } from './clientReads.js'
import { CommandResults } from './commandResults.js'
import { ForwardedCommands } from './forwardedCommands.js'
import { MemberForwarding } from './memberForwarding.js'
import { PendingCommands } from './pendingCommands.js'
import { ForwardedQueries, OwnQueries, type Queries } from './queries.js'
import type { Responder } from './responder.js'
import { Ticker, tick } from './ticker.js'

/**
 * How long a command is thought to be in flight where one role takes it and another applies it: what the one says to the
 * other may be lost, and then it must be taken again.
 */
const handedOnKeepMs = 1000

/** What clients ask of a group that orders a log. */
export type LogRequest = Propose | OpenSession | Query | ReadIndex

/**
 * What one node does for the clients of a group that orders a log. That depends on its roles: one that orders takes commands
 * and reads, one that applies answers queries and commands, and they need not be on the same node.
 */
export class LogDesk {
  readonly #responder: Responder
  readonly #queries: Queries
  readonly #results: CommandResults | undefined
  readonly #commands: ClientCommands | undefined
  readonly #reads: ClientReads | undefined
  readonly #memberForwarding: MemberForwarding
  readonly #ticker: Ticker | undefined

  constructor(options: {
    readonly responder: Responder
    readonly clock: Clock
    readonly drops: DropLog
    readonly telemetry: Telemetry
    readonly membership: Membership
    readonly service: LogService
    /** True if the role that orders is on this node. */
    readonly orders: boolean
    /** The state machine of this node. */
    readonly applier: Applier | undefined
    /** The state machine threw when it was asked for its next deadline. */
    onDeadlineFailed(error: unknown): void
    /** An event for the actor that orders. */
    post(event: LocalEvent): void
    nextRequest(): RequestId
  }) {
    const { responder, clock, drops, telemetry, service, membership, applier, post, nextRequest } = options
    this.#responder = responder
    const own = applier && new OwnQueries(responder, applier)
    const applying = () => membership.roster.nodesOf(service.applies)
    this.#queries = own ?? new ForwardedQueries(responder, applying)
    const isOne = service.orders === service.applies
    const pendingCommands =
      applier && options.orders ? new PendingCommands(isOne ? Number.POSITIVE_INFINITY : handedOnKeepMs) : undefined
    this.#results = applier && new CommandResults(responder, applier, pendingCommands)
    if (options.orders) {
      this.#commands = new ClientCommands({
        responder,
        clock,
        limits: service.limits,
        drops,
        telemetry,
        pending: pendingCommands ?? new ForwardedCommands(),
        applier,
        post,
        nextRequest,
      })
      this.#reads = new ClientReads({ responder, clock, queries: this.#queries, post, nextRequest })
    }
    const { stateMachine } = service
    if (options.orders && applier && stateMachine.deadline) {
      this.#ticker = new Ticker({
        machine: stateMachine,
        failed: options.onDeadlineFailed,
        applier,
        clock,
        serves: () => responder.serves,
        propose: () => post({ type: 'client.proposed', request: nextRequest(), commands: [tick] }),
      })
    }
    this.#memberForwarding = new MemberForwarding({
      responder,
      ordering: () => membership.roster.nodesOf(service.orders),
      applying,
      drops,
      membership,
      queries: own,
      commands: this.#commands,
    })
  }

  get inFlight(): { readonly commands: number; readonly bytes: number; readonly reads: number } {
    const { commands = 0, bytes = 0 } = this.#commands?.inFlight ?? {}
    return { commands, bytes, reads: (this.#reads?.waiting ?? 0) + this.#queries.waiting }
  }

  /** Hands over what arrived since it was last gathered. */
  gather(): void {
    this.#commands?.gather()
    this.#reads?.gather()
  }

  /** The actor does not take a proposal or a read. */
  refused({ request, reason }: Extract<Effect, { type: 'refuse' }>): void {
    this.#commands?.refused(request, reason)
    this.#reads?.refused(request, reason)
  }

  readable({ request, at }: Extract<Effect, { type: 'readable' }>): void {
    this.#reads?.readable(request, at)
  }

  /** The state machine has applied these: see {@link CommandResults.applied}. */
  applied(applied: readonly Applied[], toAnswer: readonly Applied[]): void {
    this.#results?.applied(applied, toAnswer)
    this.#ticker?.applied(applied)
  }

  /** More is known to be decided. */
  committed(): void {
    this.#commands?.committed()
  }

  /** The actor has come to lead. */
  led(): void {
    this.#ticker?.led()
  }

  /** The actor no longer leads, or leads in another epoch, which takes part in deciding what was proposed. */
  deposed(): void {
    this.#commands?.refuseAll('notLeader')
    this.#reads?.refuseAll('notLeader')
    this.#ticker?.look()
  }

  /** Takes nothing any more, and refers clients to others. */
  stop(): void {
    this.#commands?.stop()
    this.#ticker?.stop()
    this.#reads?.refuseAll('stopping')
    this.#queries.refuseAll('stopping')
    this.#memberForwarding.stop()
  }

  /** Why nobody here takes it, if that is so. */
  refusalOf(message: LogRequest): RefusalReason | undefined {
    if (message.type === 'Query' && message.consistency === 'stale') return undefined
    if (message.type === 'Query' || message.type === 'ReadIndex')
      return this.#reads && this.#responder.serves ? undefined : 'notLeader'
    return this.#commands ? undefined : 'notLeader'
  }

  /** `name` is that under which the client hears answers. */
  take(client: Address, name: string, message: LogRequest): void {
    switch (message.type) {
      case 'Propose':
        this.#commands?.receivePropose(client, message)
        return
      case 'OpenSession':
        this.#commands?.receiveOpenSession(client, name, message)
        return
      case 'Query':
        if (message.consistency === 'stale') this.#queries.answer(client, message, 0)
        else this.#reads?.receive(client, message)
        return
      case 'ReadIndex':
        this.#reads?.receive(client, message)
    }
  }

  /** Another member hands something on. */
  receiveFromMember(envelope: Envelope, node: NodeId): void {
    this.#memberForwarding.receive(envelope, node)
  }
}
