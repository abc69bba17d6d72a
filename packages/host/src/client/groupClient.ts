import { type Clock, type Codec, type NodeId, QuorateError, type Random } from '@quorate/core'
import type { Bus } from '../bus/bus.js'
import type { ClientMessage, ReadConsistency, Refused } from '../generated/client.js'
import { randomName } from '../system/random.js'
import { isTracing, startCallSpan } from '../system/telemetry.js'
import { Asks } from './asks.js'
import { type CallOptions, openCall } from './call.js'
import type { CallKind } from './callKind.js'
import { asBytes, type ClientCodecs, encoded, unused } from './clientCodecs.js'
import { ClientLink } from './clientLink.js'
import type { ClientOptions } from './clientOptions.js'
import type { FlightSurroundings } from './flights.js'
import type { LeaderTracker } from './leaderTracker.js'
import { Proposals, type Proposed } from './proposals.js'
import { Reads } from './reads.js'
import { joinTracker } from './sharedTracker.js'
import { Sweeper } from './sweeper.js'

/** What a reader may ask for. */
export interface QueryOptions extends CallOptions {
  /** `stale` answers from what the asked node has applied. @default 'linearizable' */
  readonly consistency?: ReadConsistency
}

/**
 * A client of one group: finds who leads, opens a session when it first needs one, sends what is called for at once in
 * one message, and again until it is answered. A command is executed at most once, however often it was sent. Nothing in
 * it assumes that the node which was asked is the one that answers.
 */
export class GroupClient<Command, Result, Query = never, Answer = never> {
  readonly group: string
  readonly #clock: Clock
  readonly #link: ClientLink
  readonly #tracker: LeaderTracker
  readonly #follower = {
    askAll: () => this.#link.askAll({ type: 'WhoLeads', request: ++this.#lastRequest }),
    leaderChanged: () => this.#leaderChanged(),
  }
  readonly #leaveTracker: () => void
  readonly #codecs: ClientCodecs<Command, Result, Query, Answer>
  readonly #deadlineMs: number
  readonly #proposals: Proposals<Result>
  readonly #indexes: Reads<number>
  readonly #linearizable: Reads<Answer>
  readonly #stale: Reads<Answer>
  readonly #asks: Asks
  readonly #kinds: readonly CallKind[]
  #lastRequest = 0
  /** Which life of the group this client knows; 0 before it heard of one. */
  #incarnation = 0
  #isAwake = false
  readonly #sweeper: Sweeper
  #closed: QuorateError | undefined

  constructor(options: {
    group: string
    bus: Bus
    clock: Clock
    random: Random
    codecs: ClientCodecs<Command, Result, Query, Answer>
    behaviour: ClientOptions
    /** True if the clock and the bus are not those of others in this process. */
    isAlone: boolean
    /** What is to be said of a bus that is, or was, away. */
    outage: () => string | undefined
  }) {
    const { group, bus, clock, random, codecs, behaviour, isAlone, outage } = options
    this.group = group
    this.#clock = clock
    this.#codecs = codecs
    this.#deadlineMs = behaviour.deadlineMs ?? 30_000
    this.#link = new ClientLink({
      bus,
      group,
      id: randomName(random, 'c'),
      outage,
      receive: (message, from) => this.#receive(message, from),
      ready: () => this.#wake(),
      failed: (cause) =>
        this.#end(
          new QuorateError('QUORATE_CLIENT_CLOSED', 'the bus refused the subscription of this client', { cause }),
        ),
    })
    const { tracker, leave } = joinTracker(this.#follower, { bus, group, clock, random, isAlone })
    this.#tracker = tracker
    this.#leaveTracker = leave
    const around: FlightSurroundings = {
      clock,
      random,
      link: this.#link,
      tracker: this.#tracker,
      nextRequest: () => ++this.#lastRequest,
    }
    this.#proposals = new Proposals(around, codecs.result, {
      commandsPerMessageMax: behaviour.commandsPerMessageMax ?? 1024,
      messagesInFlightMax: behaviour.messagesInFlightMax ?? 4,
    })
    this.#indexes = new Reads<number>(around, 'index', unused)
    this.#linearizable = new Reads(around, 'linearizable', codecs.answer)
    this.#stale = new Reads(around, 'stale', codecs.answer)
    this.#asks = new Asks(around)
    const dueAtMs = () => Math.min(...this.#kinds.map((kind) => kind.dueAtMs))
    this.#sweeper = new Sweeper(clock, dueAtMs, () => this.#sweep())
    this.#kinds = [this.#proposals, this.#indexes, this.#linearizable, this.#stale, this.#asks]
  }

  /** The name under which this client hears answers. */
  get id(): string {
    return this.#link.id
  }

  /** Who leads, as far as this client knows. */
  get leader(): NodeId | undefined {
    return this.#tracker.leader
  }

  /**
   * Has a command executed, once, and returns where it stands in the log and what came of it.
   * @throws `QUORATE_UNKNOWN_OUTCOME` when it was sent and no answer came in time; `QUORATE_GROUP_RESET` when the group was
   * begun anew meanwhile; `QUORATE_NOT_EXECUTED`, `QUORATE_OVERLOADED`, `QUORATE_SESSIONS_FULL`, `QUORATE_COMMAND_TOO_LARGE` and `QUORATE_UNENCODABLE_VALUE` when it was not
   * executed; `QUORATE_COMMAND_FAILED` when the
   * state machine threw; `QUORATE_CLIENT_CLOSED` after `close`.
   */
  propose(command: Command, options?: CallOptions): Promise<Proposed<Result>> {
    return this.#call(this.#proposals, 'propose', this.#codecs.command, command, options)
  }

  /**
   * Has a question answered by the state machine of the node that leads, or of one that this node chooses where it has none.
   * @throws `QUORATE_NOT_EXECUTED` or `QUORATE_OVERLOADED` when no answer came in time; `QUORATE_QUERY_FAILED` when the
   * state machine threw.
   */
  query(query: Query, options?: QueryOptions): Promise<Answer> {
    const reads = options?.consistency === 'stale' ? this.#stale : this.#linearizable
    return this.#call(reads, 'query', this.#codecs.query, query, options)
  }

  /**
   * An index of the log: who has applied it, sees every write that was acknowledged before this call.
   * @throws `QUORATE_NOT_EXECUTED` or `QUORATE_OVERLOADED` when no answer came in time.
   */
  readIndex(options?: CallOptions): Promise<number> {
    return this.#call(this.#indexes, 'readIndex', unused, undefined as never, options)
  }

  /**
   * Asks a group that orders no log, in the words of its protocol, and returns what it answers. Asked again until then:
   * that does no harm in any such protocol, and after an error the caller may do so too.
   * @throws `QUORATE_UNKNOWN_OUTCOME` when it was sent and no answer came in time; `QUORATE_NOT_EXECUTED`,
   * `QUORATE_OVERLOADED` and `QUORATE_COMMAND_TOO_LARGE` when it had no effect; `QUORATE_RESULT_TOO_LARGE` when the answer
   * is larger than the bus carries; `QUORATE_CLIENT_CLOSED` after `close`.
   */
  ask(bytes: Uint8Array, options?: CallOptions): Promise<Uint8Array> {
    return this.#call(this.#asks, 'ask', asBytes, bytes, options)
  }

  /** Gives up what is under way, and rejects later calls with an error that says so, or with `because`. Idempotent. */
  async close(because?: QuorateError): Promise<void> {
    this.#end(because ?? new QuorateError('QUORATE_CLIENT_CLOSED', 'this client is closed; connect another one'))
    await this.#link.close()
  }

  #call<Given, Value>(
    kind: CallKind,
    name: string,
    codec: Codec<Given>,
    given: Given,
    options: CallOptions | undefined,
  ): Promise<Value> {
    if (this.#closed) return Promise.reject(this.#closed)
    let bytes: Uint8Array
    try {
      bytes = encoded(codec, given)
    } catch (error) {
      return Promise.reject(error)
    }
    return openCall<Value>({
      bytes,
      deadlineMs: this.#clock.nowMs() + this.#deadlineMs,
      signal: options?.signal,
      span: isTracing() ? startCallSpan(`quorate.${name}`, { 'quorate.group': this.group }) : undefined,
      give: (call) => kind.giveUp(call, 'the call was aborted', call.signal?.reason),
      take: (call) => {
        this.#sweeper.stir()
        kind.take(call)
        this.#wake()
      },
    })
  }

  #receive(message: ClientMessage, from: NodeId): void {
    if (this.#closed) return
    if ('incarnation' in message) this.#meet(message.incarnation)
    switch (message.type) {
      case 'Leader':
        this.#tracker.learn(from, message.node, message.term, message.waitingFor)
        break
      case 'Refused':
        this.#refused(message, from)
        break
      case 'Results':
        this.#proposals.results(message)
        break
      case 'SessionOpened':
        this.#proposals.opened(message)
        break
      case 'ReadableAt':
        this.#indexes.readableAt(message)
        break
      case 'Answers':
        this.#linearizable.answers(message)
        this.#stale.answers(message)
        break
      case 'Answered':
        this.#asks.answered(message)
        break
      default:
        return
    }
    // Whoever answers: what the leader was asked came through it, and others may answer in its place.
    const isAnswered = message.type === 'Refused' ? !isAboutLeading(message) : message.type !== 'Leader'
    if (isAnswered) this.#tracker.heard()
    this.#sweeper.stir()
    this.#wake()
  }

  /** Another life of the group: what is under way is gone with the one before, and its terms mean nothing. */
  #meet(incarnation: number): void {
    if (incarnation === 0 || incarnation === this.#incarnation) return
    const isReset = this.#incarnation !== 0
    this.#incarnation = incarnation
    this.#tracker.meet(incarnation)
    if (isReset) this.#proposals.reset()
  }

  #refused(message: Refused, from: NodeId): void {
    if (isAboutLeading(message)) this.#tracker.refused(from, message.leader, message.term)
    for (const kind of this.#kinds) if (kind.refused(message, from)) return
  }

  #leaderChanged(): void {
    for (const kind of this.#kinds) kind.leaderChanged()
    this.#sweeper.stir()
    this.#wake()
  }

  /** Everything that is called for until then goes together. */
  #wake(): void {
    if (this.#isAwake || this.#closed) return
    this.#isAwake = true
    this.#clock.soon(() => {
      this.#isAwake = false
      this.#pump()
    })
  }

  #pump(): void {
    if (this.#closed) return
    const isReady = this.#link.isReady
    if (isReady && this.#tracker.leader !== undefined) for (const kind of this.#kinds) kind.pump()
    if (!this.#kinds.some(({ hasWork }) => hasWork)) return
    if (isReady)
      this.#tracker.askIfNeeded(this.#follower, Math.min(...this.#kinds.map(({ waitingSinceMs }) => waitingSinceMs)))
    this.#sweeper.arm()
  }

  #sweep(): void {
    const nowMs = this.#clock.nowMs()
    for (const kind of this.#kinds) kind.sweep(nowMs)
    this.#pump()
  }

  #end(error: QuorateError): void {
    if (this.#closed) return
    this.#closed = error
    this.#leaveTracker()
    this.#sweeper.stop()
    for (const kind of this.#kinds) kind.giveUpAll('the client was closed', error)
  }
}

const isAboutLeading = ({ reason }: Refused): boolean => reason === 'notLeader' || reason === 'stopping'
