import type { Clock, Sessions } from '@quorate/core'

/** A session that nobody has used for so long may expire in favour of another. Clients that are idle ask anew long before. */
const idleMs = 120_000
/** How often it is noted where the log ends. */
const markEveryMs = idleMs / 4
/** How often the sessions are looked through while all seem to be in use. */
const surveyEveryMs = 250

/** What was seen when the sessions were looked through. */
interface Survey {
  readonly atMs: number
  /** How many more may be opened. */
  room: number
}

/**
 * Which sessions of a group are in use, as one member sees it. Members agree on that by log position: who proposes a session
 * names the index below which one may expire, and this member finds it by its own clock.
 */
export class SessionRoom {
  readonly #clock: Clock
  readonly #sessionsMax: number
  readonly #committed: () => number
  /** Where the log ended, the oldest first; of those that are older than `idleMs` the last. */
  readonly #marks: { readonly index: number; readonly atMs: number }[] = []
  /** Where it ended when that was last looked at. */
  #index = 0
  #atMs: number
  #survey: Survey | undefined

  constructor(options: { clock: Clock; sessionsMax: number; committed: () => number }) {
    this.#clock = options.clock
    this.#sessionsMax = options.sessionsMax
    this.#committed = options.committed
    this.#atMs = options.clock.nowMs()
  }

  /** Looks where the log ends: whenever that has moved. */
  note(): void {
    const nowMs = this.#clock.nowMs()
    const marks = this.#marks
    if (nowMs - (marks.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY) >= markEveryMs) {
      marks.push({ index: this.#index, atMs: this.#atMs })
      while (marks[1] && nowMs - marks[1].atMs >= idleMs) marks.shift()
    }
    this.#index = this.#committed()
    this.#atMs = nowMs
  }

  /** A session that was last used below this index may expire. Any, for a member that does not know where the log ends. */
  get unusedBelow(): number {
    this.note()
    if (this.#index === 0) return Number.MAX_SAFE_INTEGER
    const [mark] = this.#marks
    return mark && this.#clock.nowMs() - mark.atMs >= idleMs ? mark.index + 1 : 1
  }

  /** True if one more session may be opened, as far as is known here: the log decides. */
  admits(sessions: Sessions): boolean {
    if (sessions.size < this.#sessionsMax) return true
    const survey = this.#look(sessions)
    survey.room--
    return survey.room >= 0
  }

  #look(sessions: Sessions): Survey {
    const nowMs = this.#clock.nowMs()
    const known = this.#survey
    if (known && (known.room > 0 || nowMs - known.atMs < surveyEveryMs)) return known
    const { unusedBelow } = this
    let room = this.#sessionsMax - sessions.size
    for (const { usedAt } of sessions.values()) if (usedAt < unusedBelow) room++
    this.#survey = { atMs: nowMs, room }
    return this.#survey
  }
}
