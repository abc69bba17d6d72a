import { checkOptions } from '@quorate/core'
import type { AnyActorRef, InspectionEvent } from 'xstate'
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

/** An inspection observer, for `startNode({ inspect })`. */
export interface StatelyObserver {
  (event: InspectionEvent): void
  /** Messages that were left out so far. */
  dropped(): number
  /**
   * Says what is left, for at most half a second, and nothing more. Idempotent. Who leaves it out loses the last messages:
   * an observer keeps no process alive.
   */
  close(): Promise<void>
}

/** What an actor does between two looks of the event loop may be much. */
const waitingMax = 1000
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
  return Object.assign((event: InspectionEvent) => bridge.observe(event), {
    dropped: () => bridge.dropped,
    close: () => bridge.close(),
  })
}

interface Observed {
  readonly event: InspectionEvent
  readonly atMs: number
}

class Bridge {
  readonly #connection: RelayConnection
  readonly #messages: Messages
  readonly #actors = new Map<string, { readonly actor: AnyActorRef; readonly atMs: number }>()
  #waiting: Observed[] = []
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

  /** Called in the middle of an actor's step: it does nothing that can fail or take long. */
  observe(event: InspectionEvent): void {
    if (this.#isClosed) return
    if (event.type !== '@xstate.event' && event.type !== '@xstate.snapshot' && event.type !== '@xstate.actor') return
    if (this.#waiting.length < waitingMax) this.#waiting.push({ event, atMs: Date.now() })
    else this.#overflow++
    this.#schedule()
  }

  close(): Promise<void> {
    if (!this.#isClosed) this.#write(Number.POSITIVE_INFINITY)
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
    for (const observed of this.#waiting) {
      if (written > 0 && performance.now() > untilMs) break
      this.#say(observed)
      written++
    }
    this.#waiting = this.#waiting.slice(written)
    this.#connection.noteDropped(this.#overflow)
    this.#overflow = 0
  }

  #say({ event, atMs }: Observed): void {
    if (event.type === '@xstate.actor') return this.#introduce(event.actorRef as AnyActorRef, atMs)
    const text = this.#textOf(() => {
      if (event.type === '@xstate.event') return this.#messages.event(event, atMs)
      return event.type === '@xstate.snapshot' ? this.#messages.snapshot(event, atMs) : undefined
    })
    if (text !== undefined) this.#connection.say(text)
  }

  /** Without it, nothing that the actor says can be drawn: it waits for nothing, and is said to each relay again. */
  #introduce(actor: AnyActorRef, atMs: number): void {
    this.#actors.set(actor.id, { actor, atMs })
    const text = this.#textOf(() => this.#messages.actor(actor, atMs))
    if (text !== undefined) this.#connection.sayFirst(text)
  }

  #greeting(): string[] {
    return [...this.#actors.values()]
      .map(({ actor, atMs }) => this.#textOf(() => this.#messages.actor(actor, atMs)))
      .filter((text) => text !== undefined)
  }

  /** A getter or a `toJSON` of the user's may throw: what cannot be shown is left out. */
  #textOf(make: () => object | undefined): string | undefined {
    try {
      return JSON.stringify(make())
    } catch {
      this.#connection.noteDropped(1)
      return undefined
    }
  }
}
