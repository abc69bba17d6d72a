import { checkOptions, type Observed, type StepRecord } from '@quorate/core'
import { Messages } from './messages.js'
import { type InspectionWarning, RelayConnection } from './relayConnection.js'
import { checkRelayUrl, defaultRelayUrl } from './relayUrl.js'

export interface StatelyOptions {
  /** Of the relay: `ws://host:port`, or `wss://`. @default 'ws://localhost:8080', as that of `@statelyai/inspect` */
  readonly url?: string
  /** Stands before each address, where several clusters share a relay: `cluster/group/role/node`. @default none */
  readonly cluster?: string
  /**
   * Told once that no relay can be reached (`QUORATE_RELAY_UNREACHABLE`), and once that messages had to be left out
   * (`QUORATE_INSPECTION_DROPPED`). @default `process.emitWarning`
   */
  readonly warn?: (warning: InspectionWarning) => void
}

/** An observer, for `startNode({ observe })`. */
export interface StatelyObserver {
  (observed: Observed): void
  /** Messages that were left out so far. */
  dropped(): number
  /**
   * Says what is left and that the actors have stopped, for at most half a second, and nothing more. Idempotent. Who leaves it out loses the last messages:
   * an observer keeps no process alive.
   */
  close(): Promise<void>
}

/** What actors do between two looks of the event loop may be much: so many steps wait. */
const waitingMax = 500
/** Of a step: what was taken, and what came of it. */
const messagesOfStep = 2
/** How long the node's thread writes messages before it does something else. */
const sliceMs = 2

/**
 * Shows the actors of a node in Stately's inspector: gives an observer that speaks the WebSocket format of
 * `@statelyai/inspect` 0.7 to a relay. An actor is known by its address, in every process by the same one; a message that
 * came over the bus has the actor that sent it as its source. Nothing that the relay does or fails to do reaches
 * an actor: what the relay does not take is dropped, oldest first.
 * @throws `QUORATE_INVALID_CONFIGURATION` unless `url` is one of a WebSocket.
 */
export const stately = (options: StatelyOptions = {}): StatelyObserver => {
  checkOptions<StatelyOptions>('stately(...)', options, { url: 'optional', cluster: 'optional', warn: 'optional' })
  const bridge = new Bridge(checkRelayUrl(options.url ?? defaultRelayUrl), options)
  return Object.assign((observed: Observed) => bridge.observe(observed), {
    dropped: () => bridge.dropped,
    close: () => bridge.close(),
  })
}

interface Seen {
  readonly step: StepRecord
  readonly atMs: number
}

class Bridge {
  readonly #connection: RelayConnection
  readonly #messages: Messages
  /** By address, the last step of each actor. */
  readonly #last = new Map<string, Seen>()
  /** Actors that relays are told of. */
  readonly #introduced = new Set<string>()
  #waiting: Seen[] = []
  #overflow = 0
  #isScheduled = false
  #isClosed = false

  constructor(url: URL, { cluster, warn = (warning) => process.emitWarning(warning) }: StatelyOptions) {
    this.#messages = new Messages(cluster)
    this.#connection = new RelayConnection({ url, warn, greeting: () => this.#greeting() })
  }

  get dropped(): number {
    return this.#connection.dropped + this.#overflow
  }

  /** Called within an actor's step: it does nothing that can fail or take long. */
  observe(observed: Observed): void {
    if (this.#isClosed || observed.type !== 'step') return
    const seen = { step: observed, atMs: Date.now() }
    this.#last.set(observed.address, seen)
    if (this.#waiting.length < waitingMax) this.#waiting.push(seen)
    else this.#overflow += messagesOfStep
    this.#schedule()
  }

  close(): Promise<void> {
    if (!this.#isClosed) {
      this.#write(Number.POSITIVE_INFINITY)
      for (const { step } of this.#last.values()) {
        for (const text of this.#textOf(() => this.#messages.stopped(step, Date.now()))) this.#connection.say(text)
      }
    }
    this.#isClosed = true
    return this.#connection.close()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#write(performance.now() + sliceMs)
      if (this.#waiting.length > 0) this.#schedule()
    })
  }

  #write(untilMs: number): void {
    let written = 0
    for (const seen of this.#waiting) {
      if (written > 0 && performance.now() > untilMs) break
      this.#say(seen)
      written++
    }
    this.#waiting = this.#waiting.slice(written)
    this.#connection.noteDropped(this.#overflow)
    this.#overflow = 0
  }

  #say({ step, atMs }: Seen): void {
    // Without it, nothing that the actor says can be drawn: it waits for nothing, and is said to each relay again.
    if (!this.#introduced.has(step.address)) {
      this.#introduced.add(step.address)
      for (const text of this.#textOf(() => this.#messages.actor(step, atMs))) this.#connection.sayFirst(text)
    }
    for (const text of this.#textOf(() => this.#messages.event(step, atMs))) this.#connection.say(text)
    for (const text of this.#textOf(() => this.#messages.snapshot(step, atMs))) this.#connection.say(text)
  }

  #greeting(): string[] {
    return [...this.#last.values()]
      .filter(({ step }) => this.#introduced.has(step.address))
      .flatMap(({ step, atMs }) => this.#textOf(() => this.#messages.actor(step, atMs)))
  }

  /** A getter or a `toJSON` of the user's may throw: what cannot be shown is left out. */
  #textOf(make: () => object): readonly string[] {
    try {
      return [JSON.stringify(make())]
    } catch {
      this.#connection.noteDropped(1)
      return []
    }
  }
}
