import { InvalidConfigurationError } from './errors.js'

/** Every key that options may have, and whether they must: the compiler sees to it that none is left out. */
export type OptionKeys<Options> = {
  readonly [Key in keyof Options]-?: Options extends Readonly<Record<Key, Options[Key]>>
    ? 'required' | 'optional'
    : 'optional'
}

/**
 * Refuses options that would be ignored, and names those that are missing: a misspelt key starts a system with other
 * settings than were meant.
 * @param what whose options they are, as its user calls it, e.g. `raft(...)`.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION` for what is no object, has a key that is not
 *   listed, or lacks one that is required.
 */
export function checkOptions<Options extends object>(
  what: string,
  options: unknown,
  keys: OptionKeys<Options>,
): asserts options is Options {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const given = options === null ? 'null' : Array.isArray(options) ? 'a list' : typeof options
    throw new InvalidConfigurationError(`${what} takes an object with ${listOf(Object.keys(keys))}, not ${given}`)
  }
  for (const key of Object.keys(options)) {
    if (Object.hasOwn(keys, key)) continue
    const near = nearestTo(key, Object.keys(keys))
    throw new InvalidConfigurationError(
      `${what} has no option ${JSON.stringify(key)}. ${near ? `Did you mean ${near}?` : `It takes ${listOf(Object.keys(keys))}`}`,
    )
  }
  const missing = Object.entries(keys).filter(
    ([key, need]) => need === 'required' && (options as Readonly<Record<string, unknown>>)[key] === undefined,
  )
  if (missing.length > 0) throw new InvalidConfigurationError(`${what} needs ${listOf(missing.map(([key]) => key))}`)
}

/** The word among `words` that somebody who wrote `word` most likely meant, if any is near. */
export function nearestTo(word: string, words: readonly string[]): string | undefined {
  let nearest: string | undefined
  let distance = Math.floor(Math.max(word.length, 3) / 3) + 1
  for (const candidate of words) {
    const changes = changesBetween(word.toLowerCase(), candidate.toLowerCase())
    if (changes >= distance) continue
    nearest = candidate
    distance = changes
  }
  return nearest ?? words.find((candidate) => isShortFor(word.toLowerCase(), candidate.toLowerCase()))
}

/** True if only letters are missing, and not most: `payloadMax` for `payloadBytesMax`. */
function isShortFor(word: string, candidate: string): boolean {
  let at = 0
  for (const letter of candidate) if (letter === word[at]) at++
  return word.length > 3 && at === word.length && word.length * 2 >= candidate.length
}

/** How many characters must be put in, taken out or replaced (Levenshtein, 1966). */
function changesBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row.at(-1) as number
}

const listOf = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
