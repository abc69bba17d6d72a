import {
  type Address,
  type Applied,
  addressOf,
  type ClientAsked,
  type Clock,
  type Effect,
  type Envelope,
  everyNode,
  type GroupDefinition,
  type LocalEvent,
  type NodeId,
  parseAddress,
  type RequestId,
  type RoleDefinition,
  type RoleStatus,
  type Subscription,
} from '@quorate/core'
import { answersRole, clientRole, isClientName } from '../bus/addresses.js'
import type { Bus } from '../bus/bus.js'
import { ClientInbox } from '../bus/clientInbox.js'
import type { DropLog } from '../bus/dropLog.js'
import type { Applier } from '../engine/applier.js'
import {
  type Ask,
  type ClientMessage,
  messages,
  type OpenSession,
  type Propose,
  type Query,
  type ReadIndex,
  type RefusalReason,
} from '../generated/client.js'
import type { Accord } from '../identity/accord.js'
import type { PeerStores } from '../identity/peerStores.js'
import type { Telemetry } from '../system/telemetry.js'
import { nodesThat } from '../topology/roleTraits.js'
import { ClientAsks } from './clientAsks.js'
import { ClientCommands } from './clientCommands.js'
import { ClientReads } from './clientReads.js'
import { CommandResults } from './commandResults.js'
import { ForwardedCommands } from './forwardedCommands.js'
import { LeaderQuestions } from './leaderQuestions.js'
import { MemberForwarding } from './memberForwarding.js'
import { PendingCommands } from './pendingCommands.js'
import { ForwardedQueries, OwnQueries, type Queries } from './queries.js'
import { Responder } from './responder.js'

/**
 * How long a command is thought to be in flight where one role takes it and another applies it: what the one says to the
 * other may be lost, and then it must be taken again.
 */
const handedOnKeepMs = 1000

/** What a {@link ClientService} stands on. */
export interface ClientServiceOptions {
  readonly group: string
  readonly node: NodeId
  /** How often the store of this node was started, this time included. */
  readonly starts: number
  readonly definition: GroupDefinition
  /** The role of this node that clients turn to. */
  readonly serving: RoleDefinition | undefined
  /** The state machine of this node. */
  readonly applier: Applier | undefined
  readonly bus: Bus
  readonly clock: Clock
  readonly drops: DropLog
  readonly telemetry: Telemetry
  readonly peerStores: PeerStores
  readonly accord: Accord
  /** Of the actor that clients turn to, as it is now. */
  status(): RoleStatus
  /** An event for that actor. */
  post(event: LocalEvent | ClientAsked): void
  /** Something arrived: it is to be gathered in the next turn. */
  schedule(): void
}

/**
 * A batcher asks another node about a read under the number of its request. An answer to what the node asked before it was
 * started anew names a slot from before: taken for the answer to a later read, it would have that read miss what was
 * acknowledged since.
 */
const requestsPerStart = 2 ** 32

/** What a client asks for and is refused when it cannot be had. */
type Request = Propose | OpenSession | Query | ReadIndex | Ask

/**
 * How one node serves the clients of one group: hears what they ask, and hands it to who takes it here. What that is
 * depends on the roles of this node: one that orders takes commands and reads, one that applies answers queries and
 * commands, and they need not be on the same node.
 */
export class ClientService {
  readonly #options: ClientServiceOptions
  readonly #responder: Responder
  readonly #queries: Queries
  readonly #results: CommandResults | undefined
  readonly #commands: ClientCommands | undefined
  readonly #reads: ClientReads | undefined
  readonly #asks: ClientAsks | undefined
  readonly #leaderQuestions: LeaderQuestions
  readonly #inbox: ClientInbox
  readonly #memberForwarding: MemberForwarding
  #subscriptions: readonly Subscription[] = []
  /** Proposals, reads and questions share their numbers: a refusal names only the number. */
  #lastRequest: RequestId
  #isStopping = false

  constructor(options: ClientServiceOptions) {
    const { applier, serving, clock, definition, drops, telemetry, peerStores, accord, post } = options
    const { limits } = definition
    this.#options = options
    const incarnation = () => applier?.appliedState.incarnation ?? 0
    const responder = new Responder({ ...options, incarnation })
    this.#responder = responder
    const own = applier && new OwnQueries(responder, applier)
    const applying = nodesThat(definition, ({ applies }) => applies)
    this.#queries = own ?? new ForwardedQueries(responder, applying)
    const pendingCommands =
      applier && serving?.orders
        ? new PendingCommands(serving.applies ? Number.POSITIVE_INFINITY : handedOnKeepMs)
        : undefined
    this.#results = applier && new CommandResults(responder, applier, pendingCommands)
    this.#lastRequest = options.starts * requestsPerStart
    const nextRequest = () => ++this.#lastRequest
    if (serving?.orders) {
      const pending = pendingCommands ?? new ForwardedCommands()
      this.#commands = new ClientCommands({
        responder,
        clock,
        limits,
        drops,
        telemetry,
        pending,
        applier,
        post,
        nextRequest,
      })
      this.#reads = new ClientReads({ responder, clock, queries: this.#queries, post, nextRequest })
    }
    if (serving?.asked) this.#asks = new ClientAsks({ responder, clock, limits, post, nextRequest })
    this.#inbox = new ClientInbox(clock, options.schedule, () => drops.note('overloaded', { group: options.group }))
    this.#leaderQuestions = new LeaderQuestions(responder, clock)
    this.#memberForwarding = new MemberForwarding({
      responder,
      definition,
      drops,
      peerStores,
      accord,
      queries: own,
      commands: this.#commands,
    })
  }

  /** Resolves when clients are heard. */
  async listen(): Promise<void> {
    const { group, bus } = this.#options
    const receive = (envelope: Envelope) => this.#receive(envelope)
    this.#subscriptions = [
      bus.subscribeClients(this.#responder.address, receive, this.#inbox),
      bus.subscribeClients(addressOf(group, clientRole, everyNode), receive, this.#inbox),
    ]
    await Promise.all(this.#subscriptions.map(({ ready }) => ready))
  }

  get inFlight(): {
    readonly commands: number
    readonly bytes: number
    readonly reads: number
    readonly asks: number
  } {
    const { commands = 0, bytes = 0 } = this.#commands?.inFlight ?? {}
    const reads = (this.#reads?.waiting ?? 0) + this.#queries.waiting
    return { commands, bytes, reads, asks: this.#asks?.waiting ?? 0 }
  }

  /** Hands over what arrived since it was last gathered. */
  gather(): void {
    this.#inbox.work()
    this.#commands?.gather()
    this.#reads?.gather()
  }

  /** The actor does not take a proposal, a read or a question. */
  refused({ request, reason }: Extract<Effect, { type: 'refuse' }>): void {
    this.#commands?.refused(request, reason)
    this.#reads?.refused(request, reason)
    this.#asks?.refused(request, reason)
  }

  readable({ request, at }: Extract<Effect, { type: 'readable' }>): void {
    this.#reads?.readable(request, at)
  }

  answered({ request, bytes }: Extract<Effect, { type: 'answer' }>): void {
    this.#asks?.answered(request, bytes)
  }

  /** The state machine has applied these: see {@link CommandResults.applied}. */
  applied(applied: readonly Applied[], toAnswer: readonly Applied[]): void {
    this.#results?.applied(applied, toAnswer)
  }

  /** More is known to be decided. */
  committed(): void {
    this.#commands?.committed()
  }

  /** The actor has come to lead. */
  led(): void {
    if (!this.#isStopping) this.#leaderQuestions.led()
  }

  /** The actor no longer leads, or leads in another term. */
  deposed(): void {
    this.#commands?.refuseAll('notLeader')
    this.#reads?.refuseAll('notLeader')
    // A term takes part in deciding what was proposed. What was asked is still being worked on in the next.
    if (!this.#responder.serves) this.#asks?.refuseAll('notLeader')
  }

  /** Takes nothing any more, and refers clients to others. */
  async stop(): Promise<void> {
    this.#isStopping = true
    this.#inbox.close()
    this.#commands?.stop()
    this.#reads?.refuseAll('stopping')
    this.#queries.refuseAll('stopping')
    this.#asks?.refuseAll('stopping')
    this.#memberForwarding.stop()
    await Promise.all(this.#subscriptions.map((subscription) => subscription.close()))
  }

  #receive(envelope: Envelope): void {
    const { group, drops } = this.#options
    const from = parseAddress(envelope.from)
    const role = from?.group === group ? from.role : undefined
    if (from && role === answersRole && isClientName(from.node)) this.#receiveFromClient(envelope, from.node)
    else if (from && role === clientRole) this.#memberForwarding.receive(envelope, from.node)
    else drops.note('unknownSender', { from: envelope.from, to: envelope.to })
  }

  #receiveFromClient(envelope: Envelope, name: string): void {
    const message = this.#options.bus.read<ClientMessage>(messages, envelope)
    if (!message) return
    switch (message.type) {
      case 'WhoLeads':
        // Who only applies does not know, and who leaves should not be asked.
        if (this.#options.serving && !this.#isStopping) this.#leaderQuestions.receive(envelope.from, message.request)
        return
      case 'Propose':
      case 'OpenSession':
      case 'Query':
      case 'ReadIndex':
      case 'Ask': {
        // A session is asked for again under the same number, and a read is never too late.
        if (
          (message.type === 'Propose' || message.type === 'Ask') &&
          this.#responder.hasRefused(envelope.from, message.request)
        )
          return
        const reason = this.#refusalOf(message)
        if (reason) this.#responder.refuse({ client: envelope.from, request: message.request }, reason, false)
        else this.#take(envelope.from, name, message)
        this.#options.schedule()
        return
      }
      default:
        this.#options.drops.note('misaddressed', { from: envelope.from, to: envelope.to, type: message.type })
    }
  }

  /** Why nobody here takes it, if that is so. */
  #refusalOf(message: Request): RefusalReason | undefined {
    if (this.#isStopping) return 'stopping'
    if (message.type === 'Query' && message.consistency === 'stale') return undefined
    if (message.type === 'Query' || message.type === 'ReadIndex')
      return this.#reads && this.#responder.serves ? undefined : 'notLeader'
    return (message.type === 'Ask' ? this.#asks : this.#commands) ? undefined : 'notLeader'
  }

  #take(client: Address, name: string, message: Request): void {
    switch (message.type) {
      case 'Propose':
        this.#commands?.receivePropose(client, message)
        return
      case 'OpenSession':
        this.#commands?.receiveOpenSession(client, name, message)
        return
      case 'Ask':
        this.#asks?.receive(client, message)
        return
      case 'Query':
        if (message.consistency === 'stale') this.#queries.answer(client, message, 0)
        else this.#reads?.receive(client, message)
        return
      case 'ReadIndex':
        this.#reads?.receive(client, message)
    }
  }
}
