import type { CheckedPart } from './checkedPart.js'
import { checkInitial } from './initial.js'
import type { Json } from './json.js'
import type { HistoryModel } from './model.js'
import type { Operation } from './operation.js'
import { PartSearch } from './partSearch.js'
import { partsOf } from './parts.js'
import { atOnce, type Slices } from './search/slices.js'
import { takeTurns } from './search/takeTurns.js'
import { type Violation, violationOf } from './violation.js'

/** How a history is checked. */
export interface HistoryCheckOptions {
  /** The state before all operations; each model says what it makes of it. @default null */
  readonly initial?: Json
  /** Bounds the search: operations tried, in all parts together. @default 5,000,000 */
  readonly stepsMax?: number
  /** Ends the search early, with what is known by then, if the work is done in slices. @default nobody ends it */
  readonly signal?: AbortSignal
}

export const stepsMaxDefault = 5_000_000

/** What came of a check. */
export interface LinearizabilityReport {
  /** `unknown`: no part is illegal as far as was searched, and the steps were used up, or it was told to stop. */
  readonly verdict: 'ok' | 'illegal' | 'unknown'
  /** One for each key (of a set: for each element of each key). */
  readonly parts: readonly CheckedPart[]
  /** Of an illegal history, unless it was told to stop before this was known. */
  readonly violation: Violation | undefined
  /** Operations tried, and configurations seen. */
  readonly steps: number
  readonly configurations: number
}

/**
 * Whether each operation can be thought to take place at one instant between its invocation and its return, so that the model
 * explains all results (Herlihy and Wing 1990). The search is that of Wing and Gong (1993) with Lowe's memory (2017), part by
 * part (Horn and Kroening 2015), the parts in turns. It ends at the first part that is illegal.
 *
 * @param operations by invocation, as in a {@link History}.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION` where the model cannot begin with `initial`.
 */
export const checkLinearizability = (
  operations: readonly Operation[],
  model: HistoryModel,
  options: HistoryCheckOptions = {},
): LinearizabilityReport => atOnce(linearizabilityInSlices(operations, model, options))

/** What {@link checkLinearizability} does, in slices: for who has to hear of something else meanwhile. */
export function* linearizabilityInSlices(
  operations: readonly Operation[],
  model: HistoryModel,
  { initial = null, stepsMax = stepsMaxDefault, signal }: HistoryCheckOptions = {},
): Slices<LinearizabilityReport> {
  checkInitial(model, initial)
  const searches: PartSearch[] = []
  for (const part of partsOf(operations, model)) {
    searches.push(new PartSearch(part, model, initial))
    yield
  }
  const steps = yield* takeTurns(searches, stepsMax, signal)
  const parts = searches.map((search) => search.checked)
  const illegal = searches.find(({ verdict }) => verdict === 'illegal')
  const isOk = parts.every(({ verdict }) => verdict === 'ok')
  return {
    verdict: illegal === undefined ? (isOk ? 'ok' : 'unknown') : 'illegal',
    parts,
    violation: illegal && (yield* violationOf(illegal, model, initial, signal)),
    steps,
    configurations: searches.reduce((sum, { configurations }) => sum + configurations, 0),
  }
}
