import type { Entry } from '../log/message.js'
import { fingerprintOf } from '../values/fingerprint.js'
import { type PersistentMap, PersistentMapDraft } from '../values/persistentMap.js'
import { noBytes } from '../values/pieces.js'
import { type Outcome, Outcomes } from './outcomes.js'

/** What is remembered of a client, so that no command is executed twice (Ongaro, dissertation, section 6.3). */
export interface Session {
  /** The name under which the client hears answers. */
  readonly client: string
  /**
   * The number with which the client asked for it: it may ask again, and has the same session. 0 where an earlier version
   * wrote the entry: each of these opens a session of its own.
   */
  readonly opening: number
  /** Index of the last entry that used the session: sessions expire by log position, which is equal everywhere. */
  readonly usedAt: number
  /** Nothing below it is remembered: the client has it, or there was no room for it. */
  readonly answeredBelow: number
  readonly outcomes: Outcomes
}

/** How much is remembered of clients. Equal on all nodes, because it decides what is forgotten. */
export interface SessionLimits {
  /** Sessions; when another is opened the one unused for longest expires, unless all are in use. */
  readonly sessionsMax: number
  /** Bytes of the outcomes of one session; beyond, those of its lowest sequences are forgotten. @default 8388608 */
  readonly sessionBytesMax?: number
  /** Bytes of the outcomes of all sessions; beyond, the sessions unused for longest forget theirs. @default 67108864 */
  readonly sessionsBytesMax?: number
}

const defaultSessionBytesMax = 8 * 1024 * 1024
const defaultSessionsBytesMax = 64 * 1024 * 1024

/** By session id. */
export type Sessions = ReadonlyMap<number, Session>

/** What stands for a client and its own number of its wish for a session, in the command that opens it. */
export const openingOf = (client: string, number: number): number => fingerprintOf(`${client}/${number}`)

/**
 * The id of the session that an `openSession` entry opens: made of the client, of its number, and of the entry's index, so
 * that it names nothing in another life of the group, where the same index is another client's. Where an earlier version
 * wrote the entry, it is the index.
 */
export const openedBy = ({ session, index }: Entry): number =>
  session === 0 ? index : fingerprintOf(`${session}/${index}`)

/** Of all outcomes of sessions, so that they are counted once. */
const totals = new WeakMap<Sessions, number>()

function totalOf(sessions: Sessions): number {
  const known = totals.get(sessions)
  if (known !== undefined) return known
  let total = 0
  for (const { outcomes } of sessions.values()) total += outcomes.bytes
  return total
}

/** By the name of the client, the session that it opened last. Goes from a value to the one that is made from it. */
const byClient = new WeakMap<Sessions, Map<string, number>>()

/** A client may have several that an earlier version opened, and none of them is found by its name: their order is not kept. */
function clientsOf(sessions: Iterable<[number, Session]>): Map<string, number> {
  const clients = new Map<string, number>()
  for (const [id, { client, opening }] of sessions) if (opening > 0) clients.set(client, id)
  return clients
}

/** The session that a client opened last, if it lives. */
export function sessionOf(sessions: Sessions, client: string): { id: number; session: Session } | undefined {
  const clients = byClient.get(sessions) ?? clientsOf(sessions)
  byClient.set(sessions, clients)
  const id = clients.get(client)
  const session = id === undefined ? undefined : sessions.get(id)
  return session && { id: id as number, session }
}

/** What came of an entry that asks for a session. */
export interface Opening {
  /** `failed`: all sessions are in use. `answered`: an old copy, whose client has asked for another one since. */
  readonly outcome: Outcome
  /** The session that the client has now, if it has one. */
  readonly session?: number
}

/** The sessions while a batch of entries is applied: what changes is copied first, so that the value before stays as it was. */
export class SessionsDraft {
  readonly #sessions: PersistentMapDraft<number, Session>
  /** Those of the sessions that this batch has changed: they are nobody else's yet. */
  readonly #changed = new Map<number, ChangingSession>()
  readonly #limits: Required<SessionLimits>
  /** Of all outcomes. */
  #bytes: number
  /** Made when it is first needed. */
  #byClient: Map<string, number> | undefined
  /** No session was last used below this index. */
  #usedFrom = 0

  constructor(sessions: Sessions, limits: SessionLimits) {
    this.#sessions = new PersistentMapDraft(sessions)
    const { sessionsMax, sessionBytesMax, sessionsBytesMax } = limits
    this.#limits = {
      sessionsMax,
      sessionBytesMax: sessionBytesMax ?? defaultSessionBytesMax,
      sessionsBytesMax: sessionsBytesMax ?? defaultSessionsBytesMax,
    }
    this.#bytes = totalOf(sessions)
    this.#byClient = byClient.get(sessions)
    byClient.delete(sessions)
  }

  /**
   * Opens a session. A client that asks again under the same number has the same one, marked as used; one that asks under a
   * higher number has given up the one before. Where there are too many, the one unused for longest expires, but only if it
   * was last used below the index that the entry names: those whose clients are there stay, and no session is opened.
   */
  open(entry: Entry, client: string): Opening {
    const { index, answeredBelow: unusedBelow } = entry
    const done: Outcome = { status: 'ok', index, bytes: noBytes }
    // What an older version wrote: each entry opens a session, and one expires whoever uses it.
    const isOld = unusedBelow === 0
    const opening = isOld ? 0 : entry.sequence
    const known = isOld ? undefined : this.#of(client)
    if (known?.session.opening === opening) {
      known.session.usedAt = index
      return { outcome: done, session: known.id }
    }
    if (known && known.session.opening > opening) return { outcome: { ...done, status: 'answered' } }
    if (known) this.#delete(known.id, known.session)
    if (this.#sessions.size >= this.#limits.sessionsMax && !this.#expireOne(isOld ? index : unusedBelow)) {
      return { outcome: { status: 'failed', index, bytes: allInUse } }
    }
    const session = openedBy(entry)
    this.#sessions.set(session, { client, opening, usedAt: index, answeredBelow: 0, outcomes: Outcomes.of() })
    if (opening > 0) this.#byClient?.set(client, session)
    return { outcome: done, session }
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
      const { bytes } = session.outcomes
      session.outcomes.forgetBelow(session.answeredBelow, answeredBelow)
      this.#bytes += session.outcomes.bytes - bytes
      session.answeredBelow = answeredBelow
    }
    return known ?? (isForgotten ? { status: 'answered', index, bytes: noBytes } : undefined)
  }

  record({ session: id, sequence }: Entry, outcome: Outcome): void {
    const session = this.#change(id)
    if (!session || sequence < session.answeredBelow) return
    const { outcomes } = session
    const { bytes } = outcomes
    outcomes.set(sequence, outcome)
    const { sessionBytesMax, sessionsBytesMax } = this.#limits
    if (outcomes.bytes > sessionBytesMax) this.#forgetLowest(session)
    this.#bytes += outcomes.bytes - bytes
    while (this.#bytes > sessionsBytesMax && this.#forgetUnused(id)) {}
  }

  /** The sessions as they are now. The draft must not be used afterwards. */
  finish(): PersistentMap<number, Session> {
    const sessions = this.#sessions.finish()
    totals.set(sessions, this.#bytes)
    if (this.#byClient) byClient.set(sessions, this.#byClient)
    return sessions
  }

  /** The session that a client opened last. */
  #of(client: string): { readonly id: number; readonly session: ChangingSession } | undefined {
    this.#byClient ??= clientsOf(this.#sessions)
    const id = this.#byClient.get(client)
    const session = id === undefined ? undefined : this.#change(id)
    return session && { id: id as number, session }
  }

  #change(id: number): ChangingSession | undefined {
    const changed = this.#changed.get(id)
    if (changed) return changed
    const session = this.#sessions.get(id)
    if (!session) return undefined
    const changing = { ...session, outcomes: session.outcomes.copy() }
    this.#changed.set(id, changing)
    this.#sessions.set(id, changing)
    return changing
  }

  /**
   * A repeated command whose outcome is forgotten must not be executed again: to everything below what is left the
   * session answers that it no longer knows. In larger steps than needed, so that the sequences are seldom put in order.
   */
  #forgetLowest(session: ChangingSession): void {
    const { outcomes } = session
    const keptBytesMax = (this.#limits.sessionBytesMax * 3) / 4
    const sequences = [...outcomes.keys()]
    sequences.pop()
    for (const sequence of sequences) {
      if (outcomes.bytes <= keptBytesMax) break
      outcomes.delete(sequence)
      session.answeredBelow = sequence + 1
    }
  }

  /** The session unused for longest, but for the one that was used just now, forgets all outcomes. False if there is none. */
  #forgetUnused(used: number): boolean {
    const oldest = this.#unusedForLongest(({ outcomes }, id) => id !== used && outcomes.size > 0)
    const session = oldest === undefined ? undefined : this.#change(oldest)
    if (!session) return false
    for (const sequence of session.outcomes.keys())
      session.answeredBelow = Math.max(session.answeredBelow, sequence + 1)
    this.#bytes -= session.outcomes.bytes
    session.outcomes.clear()
    return true
  }

  /** Ends the session unused for longest, if it was last used below that index. True if it did. */
  #expireOne(below: number): boolean {
    if (below <= this.#usedFrom) return false
    const oldest = this.#unusedForLongest(() => true)
    const session = oldest === undefined ? undefined : this.#sessions.get(oldest)
    if (oldest === undefined || !session) return false
    this.#usedFrom = session.usedAt
    if (session.usedAt >= below) return false
    this.#delete(oldest, session)
    return true
  }

  #delete(id: number, { client, outcomes }: Session): void {
    this.#bytes -= outcomes.bytes
    this.#sessions.delete(id)
    this.#changed.delete(id)
    if (this.#byClient?.get(client) === id) this.#byClient.delete(client)
  }

  #unusedForLongest(among: (session: Session, id: number) => boolean): number | undefined {
    let oldest: number | undefined
    let usedAt = Number.POSITIVE_INFINITY
    for (const [id, session] of this.#sessions) {
      if (session.usedAt >= usedAt || !among(session, id)) continue
      oldest = id
      usedAt = session.usedAt
    }
    return oldest
  }
}

interface ChangingSession {
  readonly client: string
  readonly opening: number
  usedAt: number
  answeredBelow: number
  readonly outcomes: Outcomes
}

const allInUse = new TextEncoder().encode('all sessions are in use')
