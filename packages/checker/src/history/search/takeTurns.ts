import type { Slices } from './slices.js'

/** A search that can be interrupted. */
export interface Search {
  readonly verdict: 'ok' | 'illegal' | undefined
  /** Goes on for at most so many steps; how many it took. */
  advance(stepsMax: number): number
}

/** Steps of a search in the first round. */
const turnStepsAtFirst = 1_000
/** Steps of a slice: some milliseconds, where states are small. */
const sliceSteps = 1_000

/** Lets a search go on for at most so many steps, or until it is told to stop; how many it took. */
export function* advance(search: Search, stepsMax: number, signal: AbortSignal | undefined): Slices<number> {
  let steps = 0
  while (search.verdict === undefined && steps < stepsMax && !signal?.aborted) {
    steps += search.advance(Math.min(sliceSteps, stepsMax - steps))
    yield
  }
  return steps
}

/**
 * Lets searches take turns, longer from round to round, until one of them finds something illegal, all have ended, the
 * steps are used up, or they are told to stop: a hard one must not hide what an easy one would find.
 */
export function* takeTurns(
  searches: readonly Search[],
  stepsMax: number,
  signal: AbortSignal | undefined,
): Slices<number> {
  let steps = 0
  let running = searches.filter(({ verdict }) => verdict === undefined)
  for (let turn = turnStepsAtFirst; running.length > 0; turn *= 2) {
    for (const search of running) {
      if (steps >= stepsMax || signal?.aborted) return steps
      steps += yield* advance(search, Math.min(turn, stepsMax - steps), signal)
      if (search.verdict === 'illegal') return steps
    }
    running = running.filter(({ verdict }) => verdict === undefined)
  }
  return steps
}
