import { HistoryTooLargeError, MalformedEventError } from './errors.js'
import { brief, type HistoryEvent } from './event.js'
import { inexactNumberIn } from './exactNumbers.js'
import type { History } from './history.js'
import { HistoryBuilder, type HistoryLimits } from './historyBuilder.js'
import type { HistoryModel } from './model.js'

/** What a reader keeps at most. */
export interface HistoryReaderLimits extends HistoryLimits {
  /** In UTF-16 code units. @default 1,000,000 */
  readonly lineLengthMax?: number
}

/** Reads a history from JSON lines that arrive in pieces. */
export class HistoryReader {
  readonly #builder: HistoryBuilder
  readonly #lineLengthMax: number
  #rest = ''
  #lines = 0

  /** @param models those that the history may be about; see {@link historyModels}. */
  constructor(models: readonly HistoryModel[], { lineLengthMax = 1_000_000, ...limits }: HistoryReaderLimits = {}) {
    this.#builder = new HistoryBuilder(models, limits)
    this.#lineLengthMax = lineLengthMax
  }

  /**
   * Takes the next piece of text, which may end anywhere.
   * @throws {@link UnreadableHistoryError} one of its kinds, which names the line.
   */
  push(text: string): void {
    let from = 0
    for (let to = text.indexOf('\n'); to !== -1; to = text.indexOf('\n', from)) {
      this.#take(this.#rest + text.slice(from, to))
      this.#rest = ''
      from = to + 1
    }
    this.#rest += text.slice(from)
    this.#checkLength(this.#rest, this.#lines + 1)
  }

  /** The history, if the text ends here. Called once. */
  end(): History {
    this.#take(this.#rest)
    this.#rest = ''
    return this.#builder.build()
  }

  #take(text: string): void {
    const line = ++this.#lines
    this.#checkLength(text, line)
    if (text.trim() === '') return
    this.#builder.add(parsed(text, line), line)
  }

  #checkLength({ length }: string, line: number): void {
    if (length <= this.#lineLengthMax) return
    throw new HistoryTooLargeError(line, `longer than ${this.#lineLengthMax} characters`)
  }
}

/** What a line holds; the builder checks that it is an event. */
const parsed = (text: string, line: number): HistoryEvent => {
  let value: HistoryEvent
  try {
    value = JSON.parse(text) as HistoryEvent
  } catch (cause) {
    throw new MalformedEventError(line, `expected JSON, one event in a line; found ${brief(text)}`, { cause })
  }
  // Nobody compares times.
  const inexact = inexactNumberIn(text, 'time')
  if (inexact === undefined) return value
  const advice = 'others would look equal to it; write it as a text'
  throw new MalformedEventError(line, `expected numbers that JavaScript can hold, found ${brief(inexact)}: ${advice}`)
}

/**
 * Reads a whole history.
 * @throws {@link UnreadableHistoryError} one of its kinds, which names the line.
 */
export const readHistory = (text: string, models: readonly HistoryModel[], limits?: HistoryReaderLimits): History => {
  const reader = new HistoryReader(models, limits)
  reader.push(text)
  return reader.end()
}
