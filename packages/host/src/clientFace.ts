import {
  type Address,
  type Applied,
  addressOf,
  type Command,
  checkName,
  type Effect,
  type Envelope,
  everyNode,
  type GroupLimits,
  type LocalEvent,
  type NodeId,
  noBytes,
  type Outcome,
  parseAddress,
  type RequestId,
  type RoleStatus,
  type Subscription,
  sizeOf,
} from '@quorate/core'
import { answersRole, clientRole } from './addresses.js'
import type { Applier } from './applier.js'
import type { Bus } from './bus.js'
import { ClientReads } from './clientReads.js'
import type { DropLog } from './dropLog.js'
import { type ClientMessage, messages, type OpenSession, type Propose, type RefusalReason } from './generated/client.js'
import { ResultsByClient } from './results.js'
import type { Telemetry } from './telemetry.js'
import { Waiters } from './waiters.js'

/** Commands, and bytes of commands, of one group that may wait on one node; what comes beyond is refused. */
const commandsInFlightMax = 65_536
const bytesInFlightMax = 64 * 1024 * 1024
/** How far a session's sequences may run ahead of what its client has heard: so much is remembered of it. */
const sequenceWindow = 65_536

/** What a {@link ClientFace} stands on. */
export interface ClientFaceOptions {
  readonly group: string
  readonly node: NodeId
  readonly limits: GroupLimits
  readonly bus: Bus
  readonly drops: DropLog
  readonly telemetry: Telemetry
  readonly applier: Applier
  /** Of the actor that orders, as it is now. */
  status(): RoleStatus
  /** An event for that actor. */
  post(event: LocalEvent): void
  /** Something arrived that a turn must see to. */
  schedule(): void
}

/**
 * How one node serves the clients of one group: gathers what arrived in a turn into one proposal and one read for the
 * role that orders, and answers from the applied entries.
 */
export class ClientFace {
  readonly #options: ClientFaceOptions
  readonly #address: Address
  readonly #waiters = new Waiters()
  readonly #reads: ClientReads
  /** What goes into the next proposal. */
  #arrived: Command[] = []
  #subscriptions: readonly Subscription[] = []
  /** Proposals and reads share their numbers: a refusal names only the number. */
  #lastRequest: RequestId = 1
  /** Of the next proposal. */
  #request: RequestId = 1
  #isStopping = false

  constructor(options: ClientFaceOptions) {
    this.#options = options
    this.#address = addressOf(options.group, clientRole, options.node)
    this.#reads = new ClientReads({
      bus: options.bus,
      address: this.#address,
      applier: options.applier,
      post: options.post,
      refuse: (client, request, reason, maybeTaken) => this.#refuse(client, request, reason, maybeTaken),
    })
  }

  /** Resolves when clients are heard. */
  async listen(): Promise<void> {
    const { group, bus } = this.#options
    const receive = (envelope: Envelope) => this.#receive(envelope)
    this.#subscriptions = [bus.hear(this.#address, receive), bus.hear(addressOf(group, clientRole, everyNode), receive)]
    await Promise.all(this.#subscriptions.map(({ ready }) => ready))
  }

  get inFlight(): { readonly commands: number; readonly bytes: number; readonly reads: number } {
    return { commands: this.#waiters.commands, bytes: this.#waiters.bytes, reads: this.#reads.waiting }
  }

  /** Hands over what arrived since the last turn. */
  gather(): void {
    if (this.#arrived.length > 0) this.#propose()
    this.#reads.gather(() => ++this.#lastRequest)
  }

  /** The actor does not take a proposal, or a read. */
  refused({ request, reason }: Extract<Effect, { type: 'refuse' }>): void {
    for (const part of this.#waiters.takeProposal(request)) this.#refuse(part.client, part.request, reason, false)
    this.#reads.refused(request, reason)
  }

  readable({ request, at }: Extract<Effect, { type: 'readable' }>): void {
    this.#reads.readable(request, at)
  }

  /** The state machine has applied these: answers who waits for them, each client with one message. */
  applied(applied: readonly Applied[]): void {
    if (this.#waiters.commands === 0) return
    const results = new ResultsByClient()
    for (const { entry, outcome } of applied) {
      if (entry.kind !== 'command' && entry.kind !== 'openSession') continue
      const part = this.#waiters.take(entry)
      if (!part) continue
      if (entry.kind === 'command') results.add(part.client, entry.session, entry.sequence, outcome)
      else this.#say(part.client, { type: 'SessionOpened', request: part.request, session: entry.index })
    }
    results.say(this.#options.bus, this.#address)
  }

  /** The actor no longer leads, or leads in another term: whether its proposals are decided, others will know. */
  deposed(): void {
    for (const { client, request } of this.#waiters.takeAll()) this.#refuse(client, request, 'notLeader', true)
    this.#reads.refuseAll('notLeader')
  }

  /** Takes nothing any more, and refers clients to others. */
  async stop(): Promise<void> {
    this.#isStopping = true
    this.#arrived = []
    for (const { client, request } of this.#waiters.takeAll()) this.#refuse(client, request, 'stopping', true)
    this.#reads.refuseAll('stopping')
    await Promise.all(this.#subscriptions.map((subscription) => subscription.close()))
  }

  #propose(): void {
    const commands = this.#arrived
    const request = this.#request
    this.#request = ++this.#lastRequest
    this.#arrived = []
    this.#options.telemetry.proposals(this.#options.group, commands.length)
    this.#options.post({ type: 'client.proposed', request, commands })
  }

  #receive(envelope: Envelope): void {
    const client = this.#clientOf(envelope)
    if (client === undefined) {
      this.#options.drops.note('unknownSender', { from: envelope.from, to: envelope.to })
      return
    }
    const message = this.#options.bus.read<ClientMessage>(messages, envelope)
    if (!message) return
    switch (message.type) {
      case 'WhoLeads': {
        const { leader, term } = this.#options.status()
        this.#say(envelope.from, {
          type: 'Leader',
          request: message.request,
          term,
          ...(leader ? { node: leader } : {}),
        })
        return
      }
      case 'Propose':
        this.#receivePropose(envelope, message)
        break
      case 'OpenSession':
        this.#receiveOpenSession(envelope, client, message)
        break
      case 'Query':
      case 'ReadIndex':
        if (this.#isStopping) this.#refuse(envelope.from, message.request, 'stopping', false)
        else if (message.type === 'Query' && message.consistency === 'stale')
          this.#reads.answerStale(envelope.from, message)
        else if (!this.#options.status().leads) this.#refuse(envelope.from, message.request, 'notLeader', false)
        else this.#reads.receive(envelope.from, message)
        break
      default:
        this.#options.drops.note('misaddressed', { from: envelope.from, to: envelope.to, type: message.type })
        return
    }
    this.#options.schedule()
  }

  #clientOf(envelope: Envelope): string | undefined {
    const from = parseAddress(envelope.from)
    if (!from || from.role !== answersRole || from.group !== this.#options.group) return undefined
    try {
      return checkName('client', from.node)
    } catch {
      return undefined
    }
  }

  #receivePropose(envelope: Envelope, { request, session, answeredBelow, commands }: Propose): void {
    const taken: Command[] = []
    const tooLarge: number[] = []
    const known = new ResultsByClient()
    const client = envelope.from
    let last = 0
    for (const { sequence, bytes } of commands) {
      if (sequence <= last || sequence - answeredBelow > sequenceWindow) {
        this.#options.drops.note('malformed', { from: client, sequence, answeredBelow })
        return
      }
      last = sequence
      if (bytes.length > this.#options.limits.commandBytesMax) {
        tooLarge.push(sequence)
        continue
      }
      const outcome = this.#outcomeOf(session, sequence)
      if (outcome) known.add(client, session, sequence, outcome)
      else taken.push({ kind: 'command', session, sequence, answeredBelow, bytes })
    }
    known.say(this.#options.bus, this.#address)
    if (tooLarge.length > 0) this.#refuse(client, request, 'tooLarge', false, tooLarge)
    this.#accept(client, request, taken)
  }

  #receiveOpenSession(envelope: Envelope, client: string, { request }: OpenSession): void {
    if (request < 1) {
      this.#options.drops.note('malformed', { from: envelope.from, request })
      return
    }
    const bytes = textEncoder.encode(client)
    this.#accept(envelope.from, request, [
      { kind: 'openSession', session: 0, sequence: request, answeredBelow: 0, bytes },
    ])
  }

  /** What has been decided already of a command that comes again. */
  #outcomeOf(id: number, sequence: number): Outcome | undefined {
    const { sessions, applied } = this.#options.applier.driver
    const session = sessions.get(id)
    if (session) {
      const outcome = session.outcomes.get(sequence)
      if (outcome || sequence >= session.answeredBelow) return outcome
      return { status: 'answered', index: applied.index, bytes: noBytes }
    }
    // A session that is not known and should be: it never was one, or expired, and either is for ever.
    return id <= applied.index ? { status: 'expired', index: applied.index, bytes: noBytes } : undefined
  }

  #accept(client: Address, request: number, taken: readonly Command[]): void {
    if (taken.length === 0) return
    if (this.#isStopping) {
      this.#refuse(client, request, 'stopping', false)
      return
    }
    if (!this.#options.status().leads) {
      this.#refuse(client, request, 'notLeader', false)
      return
    }
    // In flight already: whoever waits is answered when it is applied.
    const commands = taken.filter((command) => !this.#waiters.has(command))
    if (commands.length === 0) return
    const bytes = commands.reduce((sum, command) => sum + sizeOf(command), 0)
    if (
      this.#waiters.commands + commands.length > commandsInFlightMax ||
      this.#waiters.bytes + bytes > bytesInFlightMax
    ) {
      this.#refuse(client, request, 'overloaded', false)
      return
    }
    this.#waiters.add(this.#request, { client, request, commands, open: commands.length })
    for (const command of commands) this.#arrived.push(command)
  }

  #refuse(
    client: Address,
    request: number,
    reason: RefusalReason,
    maybeTaken: boolean,
    sequences: readonly number[] = [],
  ): void {
    const { leader, term } = this.#options.status()
    this.#say(client, { type: 'Refused', request, sequences, reason, maybeTaken, term, ...(leader ? { leader } : {}) })
  }

  #say(client: Address, message: ClientMessage): void {
    this.#options.bus.say(this.#address, client, messages, message)
  }
}

const textEncoder = new TextEncoder()
