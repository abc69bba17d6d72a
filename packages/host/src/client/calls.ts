import { type Clock, type Codec, type NodeId, QuorateError, type Random } from '@quorate/core'
import type { Bus } from '../bus/bus.js'
import type { ClientMessage, Refused } from '../generated/client.js'
import { randomName } from '../system/random.js'
import { isTracing, startCallSpan } from '../system/telemetry.js'
import { type CallOptions, type CallTraits, openCall } from './call.js'
import type { CallKind } from './callKind.js'
import { encoded } from './clientCodecs.js'
import { ClientLink } from './clientLink.js'
import type { ClientOptions } from './clientOptions.js'
import type { Finder } from './finder.js'
import type { FlightSurroundings } from './flights.js'
import type { Follower } from './leaderTracker.js'
import { Sweeper } from './sweeper.js'

/** What a client of one group stands on. */
export interface CallsOptions {
  readonly group: string
  readonly bus: Bus
  readonly clock: Clock
  readonly random: Random
  readonly behaviour: ClientOptions
  /** True if the clock and the bus are not those of others in this process. */
  readonly isAlone: boolean
  /** What is to be said of a bus that is, or was, away. */
  outage(): string | undefined
}

/** Who calls: a kind of client. */
interface Caller {
  /** What it calls for, of each kind. */
  readonly kinds: readonly CallKind[]
  /** An answer came; who leads and refusals are seen to. */
  receive(message: ClientMessage): void
  /** The group lives another life than before: what is under way is gone with the former one. */
  reset?(): void
}

/**
 * The calls of one client of one group: finds who takes them, sends what is called for at once together, and again until it
 * is answered or given up. Nothing in it assumes that the node which was asked is the one that answers.
 */
export class Calls {
  readonly group: string
  /** What each kind of call stands on. */
  readonly around: FlightSurroundings
  readonly #clock: Clock
  readonly #link: ClientLink
  readonly #finder: Finder
  readonly #follower = {
    askAll: () => this.#link.askAll({ type: 'WhoLeads', request: ++this.#lastRequest }),
    leaderChanged: () => this.#leaderChanged(),
  }
  readonly #deadlineMs: number
  readonly #sweeper: Sweeper
  #caller: Caller = { kinds: [], receive: () => {} }
  #lastRequest = 0
  /** Which life of the group this client knows; 0 before it heard of one. */
  #incarnation = 0
  #isAwake = false
  #closed: QuorateError | undefined

  /** `find` makes what finds who takes the calls of a client of this name. */
  constructor(options: CallsOptions, find: (follower: Follower, name: string) => Finder) {
    const { group, bus, clock, random, behaviour, outage } = options
    this.group = group
    this.#clock = clock
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
    const finder = find(this.#follower, this.#link.id)
    this.#finder = finder
    this.around = { clock, random, link: this.#link, finder, nextRequest: () => ++this.#lastRequest }
    const dueAtMs = () => Math.min(...this.#caller.kinds.map((kind) => kind.dueAtMs))
    this.#sweeper = new Sweeper(clock, dueAtMs, () => this.#sweep())
  }

  /** The name under which this client hears answers. */
  get id(): string {
    return this.#link.id
  }

  /** Who takes its calls, as far as this client knows. */
  get first(): NodeId | undefined {
    return this.#finder.first
  }

  /** From now on these calls are seen to, and their answers handed over. */
  use(caller: Caller): void {
    this.#caller = caller
  }

  /** Calls for one thing, and gives what it comes to. `name` is that of the call. */
  make<Given, Value>(
    kind: CallKind,
    name: string,
    codec: Codec<Given>,
    given: Given,
    options: CallOptions | undefined,
    traits?: () => CallTraits,
  ): Promise<Value> {
    if (this.#closed) return Promise.reject(this.#closed)
    let bytes: Uint8Array
    let special: CallTraits | undefined
    try {
      bytes = encoded(codec, given)
      special = traits?.()
    } catch (error) {
      return Promise.reject(error)
    }
    return openCall<Value>({
      bytes,
      ...special,
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

  /** Gives up what is under way, and rejects later calls with an error that says so, or with `because`. Idempotent. */
  async close(because?: QuorateError): Promise<void> {
    this.#end(because ?? new QuorateError('QUORATE_CLIENT_CLOSED', 'this client is closed; connect another one'))
    await this.#link.close()
  }

  #receive(message: ClientMessage, from: NodeId): void {
    if (this.#closed) return
    if ('incarnation' in message) this.#meet(message.incarnation)
    if (message.type === 'Leader') this.#finder.learn(from, message)
    else if (message.type === 'Refused') this.#refused(message, from)
    this.#caller.receive(message)
    const isAnswered = message.type === 'Refused' ? !takesNone(message) : message.type !== 'Leader'
    if (isAnswered) this.#finder.heard(from)
    this.#sweeper.stir()
    this.#wake()
  }

  /** Another life of the group: the epochs of the one before mean nothing. */
  #meet(incarnation: number): void {
    if (incarnation === 0 || incarnation === this.#incarnation) return
    const isReset = this.#incarnation !== 0
    this.#incarnation = incarnation
    this.#finder.meet(incarnation)
    if (isReset) this.#caller.reset?.()
  }

  #refused(message: Refused, from: NodeId): void {
    if (takesNone(message)) this.#finder.refused(from, message)
    for (const kind of this.#caller.kinds) if (kind.refused(message, from)) return
  }

  #leaderChanged(): void {
    for (const kind of this.#caller.kinds) kind.leaderChanged()
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
    const { kinds } = this.#caller
    const isReady = this.#link.isReady
    if (isReady && this.#finder.first !== undefined) for (const kind of kinds) kind.pump()
    if (!kinds.some(({ hasWork }) => hasWork)) return
    if (isReady) this.#finder.askIfNeeded(Math.min(...kinds.map(({ waitingSinceMs }) => waitingSinceMs)))
    this.#sweeper.arm()
  }

  #sweep(): void {
    const nowMs = this.#clock.nowMs()
    for (const kind of this.#caller.kinds) kind.sweep(nowMs)
    this.#pump()
  }

  #end(error: QuorateError): void {
    if (this.#closed) return
    this.#closed = error
    this.#finder.leave()
    this.#sweeper.stop()
    for (const kind of this.#caller.kinds) kind.giveUpAll('the client was closed', error)
  }
}

/** True of a member that takes no calls now: another one may. */
const takesNone = ({ reason }: Refused): boolean =>
  reason === 'notLeader' || reason === 'noQuorum' || reason === 'stopping'
