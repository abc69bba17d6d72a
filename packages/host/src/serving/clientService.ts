import {
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
  type RoleStatus,
  type Subscription,
} from '@quorate/core'
import { answersRole, clientRole, isClientName } from '../bus/addresses.js'
import type { Bus } from '../bus/bus.js'
import { ClientInbox } from '../bus/clientInbox.js'
import type { DropLog } from '../bus/dropLog.js'
import type { Applier } from '../engine/applier.js'
import { type Ask, type ClientMessage, messages, type RefusalReason } from '../generated/client.js'
import type { Membership } from '../identity/membership.js'
import type { Telemetry } from '../system/telemetry.js'
import { ClientAsks } from './clientAsks.js'
import { LeaderQuestions } from './leaderQuestions.js'
import { LogDesk, type LogRequest } from './logDesk.js'
import type { RequestMemory } from './requestMemories.js'
import { Responder } from './responder.js'

/** What a {@link ClientService} stands on. */
export interface ClientServiceOptions {
  readonly group: string
  readonly node: NodeId
  /** The start of its store in which this node is. */
  readonly start: number
  readonly definition: GroupDefinition
  /** True if the role that clients turn to is on this node. */
  readonly isServing: boolean
  /** The state machine of this node. */
  readonly applier: Applier | undefined
  readonly bus: Bus
  readonly clock: Clock
  readonly drops: DropLog
  readonly telemetry: Telemetry
  readonly membership: Membership
  readonly memory: RequestMemory
  /** The state machine threw when it was asked for its next deadline. */
  onDeadlineFailed(error: unknown): void
  /** Of the actor that clients turn to, as it is now. */
  status(): RoleStatus
  /** An event for that actor. */
  post(event: LocalEvent | ClientAsked): void
  /**
   * Proposals, reads and questions share their numbers: a refusal names only the number. They are above all that were ever given on
   * this node.
   */
  nextRequest(): RequestId
  /** Something arrived: it is to be gathered in the next turn. */
  schedule(): void
}

/**
 * How one node serves the clients of one group: hears what they ask, and hands it to who takes it here, of a log or of
 * questions.
 */
export class ClientService {
  readonly #options: ClientServiceOptions
  readonly #responder: Responder
  readonly #log: LogDesk | undefined
  readonly #asks: ClientAsks | undefined
  readonly #leaderQuestions: LeaderQuestions
  readonly #inbox: ClientInbox
  #subscriptions: readonly Subscription[] = []
  #isStopping = false

  constructor(options: ClientServiceOptions) {
    const { applier, isServing, clock, definition, drops, memory, post, nextRequest } = options
    const { service } = definition
    const { roster } = options.membership
    const isAnyones = service.type === 'ask' && service.routing !== 'leader'
    const members = () => (isAnyones ? roster.nodesOf(service.answers) : [])
    this.#options = options
    const incarnation = () => applier?.appliedState.incarnation ?? 0
    const membersVersion = () => roster.version
    const responder = new Responder({ ...options, incarnation, members, membersVersion })
    this.#responder = responder
    if (service.type === 'log') {
      this.#log = new LogDesk({ ...options, responder, service, orders: isServing, post, nextRequest })
    } else if (service.type === 'ask' && isServing) {
      this.#asks = new ClientAsks({
        responder,
        clock,
        service,
        drops,
        start: options.start,
        memory,
        post,
        nextRequest,
      })
    }
    this.#inbox = new ClientInbox(clock, options.schedule, () => drops.note('overloaded', { group: options.group }))
    this.#leaderQuestions = new LeaderQuestions(responder, clock)
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
    const { commands = 0, bytes = 0, reads = 0 } = this.#log?.inFlight ?? {}
    return { commands, bytes, reads, asks: this.#asks?.waiting ?? 0 }
  }

  /** Hands over what arrived since it was last gathered. */
  gather(): void {
    this.#inbox.work()
    this.#log?.gather()
  }

  /** The actor does not take a proposal, a read or a question. */
  refused(refused: Extract<Effect, { type: 'refuse' }>): void {
    this.#log?.refused(refused)
    this.#asks?.refused(refused.request, refused.reason)
  }

  readable(readable: Extract<Effect, { type: 'readable' }>): void {
    this.#log?.readable(readable)
  }

  answered({ request, body }: Extract<Effect, { type: 'answer' }>): void {
    this.#asks?.answered(request, body)
  }

  /** The state machine has applied these: see {@link LogDesk.applied}. */
  applied(applied: readonly Applied[], toAnswer: readonly Applied[]): void {
    this.#log?.applied(applied, toAnswer)
  }

  /** More is known to be decided. */
  committed(): void {
    this.#log?.committed()
  }

  /** The actor has come to serve. */
  led(): void {
    if (this.#isStopping) return
    this.#leaderQuestions.led()
    this.#log?.led()
  }

  /** The actor no longer serves, or does so in another epoch. */
  deposed(): void {
    this.#log?.deposed()
    // What was asked is still being worked on in the next epoch.
    if (!this.#responder.serves) this.#asks?.refuseAll('notLeader')
  }

  /** Takes nothing any more, and refers clients to others. */
  async stop(): Promise<void> {
    this.#isStopping = true
    this.#inbox.close()
    this.#log?.stop()
    this.#asks?.refuseAll('stopping')
    await Promise.all(this.#subscriptions.map((subscription) => subscription.close()))
  }

  #receive(envelope: Envelope): void {
    const { group, drops } = this.#options
    const from = parseAddress(envelope.from)
    const role = from?.group === group ? from.role : undefined
    if (from && role === answersRole && isClientName(from.node)) this.#receiveFromClient(envelope, from.node)
    else if (from && role === clientRole && this.#log) this.#log.receiveFromMember(envelope, from.node)
    else drops.note('unknownSender', { from: envelope.from, to: envelope.to }, envelope)
  }

  #receiveFromClient(envelope: Envelope, name: string): void {
    const message = this.#options.bus.read<ClientMessage>(messages, envelope)
    if (!message) return
    switch (message.type) {
      case 'WhoLeads':
        // Who only applies does not know, and who leaves should not be asked.
        if (this.#options.isServing && !this.#isStopping) this.#leaderQuestions.receive(envelope.from, message.request)
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
        else if (message.type === 'Ask') this.#asks?.receive(envelope.from, message)
        else this.#log?.take(envelope.from, name, message)
        this.#options.schedule()
        return
      }
      default:
        this.#options.drops.note('misaddressed', { from: envelope.from, to: envelope.to, type: message.type }, envelope)
    }
  }

  /** Why nobody here takes it, if that is so. */
  #refusalOf(message: LogRequest | Ask): RefusalReason | undefined {
    if (this.#isStopping) return 'stopping'
    if (message.type === 'Ask') return this.#asks ? undefined : 'notLeader'
    return this.#log ? this.#log.refusalOf(message) : 'notLeader'
  }
}
