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
  #sessions: Map<number, Session>
  readonly #outcomes = new Map<number, Map<number, Outcome>>()
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

  /** What is known of a command before it is applied: its outcome, or `undefined` when it is new. */
  known({ index, session: id, sequence }: Entry): Outcome | undefined {
    const session = this.#sessions.get(id)
    if (!session) return { status: 'expired', index, bytes: noBytes }
    return (
      session.outcomes.get(sequence) ??
      (sequence < session.answeredBelow ? { status: 'answered', index, bytes: noBytes } : undefined)
    )
  }

  /** Marks the session as used and forgets what the client has heard. */
  touch(entry: Entry): void {
    const session = this.#sessions.get(entry.session)
    if (!session) return
    const answeredBelow = Math.max(session.answeredBelow, entry.answeredBelow)
    const outcomes = this.#draftOutcomes(entry.session, session)
    forget(outcomes, session.answeredBelow, answeredBelow)
    this.#sessions.set(entry.session, { client: session.client, usedAt: entry.index, answeredBelow, outcomes })
  }

  record(entry: Entry, outcome: Outcome): void {
    const session = this.#sessions.get(entry.session)
    if (session && entry.sequence >= session.answeredBelow) {
      this.#draftOutcomes(entry.session, session).set(entry.sequence, outcome)
    }
  }

  /** The sessions as they are now. The draft must not be used afterwards. */
  finish(): Sessions {
    return this.#sessions
  }

  #draftOutcomes(id: number, session: Session): Map<number, Outcome> {
    const known = this.#outcomes.get(id)
    if (known) return known
    const outcomes = new Map(session.outcomes)
    this.#outcomes.set(id, outcomes)
    this.#sessions.set(id, { ...session, outcomes })
    return outcomes
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
      this.#outcomes.delete(oldest)
    }
  }
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
