/** A search that can be interrupted. */
export interface Search {
  readonly verdict: 'ok' | 'illegal' | undefined
  /** Goes on for at most so many steps; how many it took. */
  advance(stepsMax: number): number
}

/** Steps of a search in the first round. */
const turnStepsAtFirst = 1_000

/**
 * Lets searches take turns, longer from round to round, until one of them finds something illegal, all have ended, or the
 * steps are used up: a hard one must not hide what an easy one would find.
 */
export const takeTurns = (searches: readonly Search[], stepsMax: number): number => {
  let steps = 0
  let running = searches.filter(({ verdict }) => verdict === undefined)
  for (let turn = turnStepsAtFirst; running.length > 0; turn *= 2) {
    for (const search of running) {
      if (steps >= stepsMax) return steps
      steps += search.advance(Math.min(turn, stepsMax - steps))
      if (search.verdict === 'illegal') return steps
    }
    running = running.filter(({ verdict }) => verdict === undefined)
  }
  return steps
}
