import type { Entry } from './message.js'

/** How a command ended, equal on every node. */
export interface Outcome {
  /**
   * `ok`: applied. `failed`: the state machine refused it by throwing; the bytes hold the reason as text.
   * `expired`: its session is unknown or expired; it was not applied. `answered`: the client said that it has this
   * answer already, so it is no longer remembered; it was not applied again.
   */
  readonly status: 'ok' | 'failed' | 'expired' | 'answered'
  /** Index of the entry that was applied: of the first one, when the command was repeated. */
  readonly index: number
  readonly bytes: Uint8Array
}

/** What is remembered of a client, so that no command is executed twice (Ongaro, dissertation, section 6.3). */
export interface Session {
  /** The name under which the client hears answers. */
  readonly client: string
  /** Index of the last entry that used the session: sessions expire by log position, which is equal everywhere. */
  readonly usedAt: number
  readonly answeredBelow: number
  readonly outcomes: ReadonlyMap<number, Outcome>
}

/** By session id: the index of the entry that opened it. */
export type Sessions = ReadonlyMap<number, Session>

/** The sessions while a batch of entries is applied: copied when first changed, so that the value before stays as it was. */
export class SessionsDraft {
  readonly #sessions: Map<number, Session>
  /** Those of the sessions that this batch has changed: they are nobody else's yet. */
  readonly #changed = new Map<number, ChangingSession>()
  readonly #sessionsMax: number

  constructor(sessions: Sessions, sessionsMax: number) {
    this.#sessions = new Map(sessions)
    this.#sessionsMax = sessionsMax
  }

  /** Opens a session; where there are too many, the one unused for longest expires. */
  open(entry: Entry, client: string): void {
    if (this.#sessions.size >= this.#sessionsMax) this.#expireOne()
    this.#sessions.set(entry.index, { client, usedAt: entry.index, answeredBelow: 0, outcomes: new Map() })
  }

  /**
   * Marks the session of a command as used, and forgets what its client has heard. What is known of the command before it
   * is applied: its outcome, or `undefined` when it is new.
   */
  meet({ index, session: id, sequence, answeredBelow }: Entry): Outcome | undefined {
    const session = this.#change(id)
    if (!session) return { status: 'expired', index, bytes: noBytes }
    const isForgotten = sequence < session.answeredBelow
    const known = session.outcomes.get(sequence)
    session.usedAt = index
    if (answeredBelow > session.answeredBelow) {
      forget(session.outcomes, session.answeredBelow, answeredBelow)
      session.answeredBelow = answeredBelow
    }
    return known ?? (isForgotten ? { status: 'answered', index, bytes: noBytes } : undefined)
  }

  record({ session: id, sequence }: Entry, outcome: Outcome): void {
    const session = this.#change(id)
    if (session && sequence >= session.answeredBelow) session.outcomes.set(sequence, outcome)
  }

  /** The sessions as they are now. The draft must not be used afterwards. */
  finish(): Sessions {
    return this.#sessions
  }

  #change(id: number): ChangingSession | undefined {
    const changed = this.#changed.get(id)
    if (changed) return changed
    const session = this.#sessions.get(id)
    if (!session) return undefined
    const changing = { ...session, outcomes: new Map(session.outcomes) }
    this.#changed.set(id, changing)
    this.#sessions.set(id, changing)
    return changing
  }

  #expireOne(): void {
    let oldest: number | undefined
    let usedAt = Number.POSITIVE_INFINITY
    for (const [id, session] of this.#sessions) {
      if (session.usedAt < usedAt) {
        oldest = id
        usedAt = session.usedAt
      }
    }
    if (oldest !== undefined) {
      this.#sessions.delete(oldest)
      this.#changed.delete(oldest)
    }
  }
}

interface ChangingSession {
  readonly client: string
  usedAt: number
  answeredBelow: number
  readonly outcomes: Map<number, Outcome>
}

/** Nothing below `from` is remembered. Clients say often what they have heard, so what remains is not walked through. */
function forget(outcomes: Map<number, Outcome>, from: number, below: number): void {
  if (below - from < outcomes.size) {
    for (let sequence = from; sequence < below; sequence++) outcomes.delete(sequence)
  } else {
    for (const sequence of outcomes.keys()) if (sequence < below) outcomes.delete(sequence)
  }
}

export const noBytes = new Uint8Array(0)
