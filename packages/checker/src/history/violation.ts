import type { Json } from './json.js'
import type { HistoryModel } from './model.js'
import { isOpen, type Operation } from './operation.js'
import { PartSearch } from './partSearch.js'
import type { Part } from './parts.js'

/** Why a history is illegal, in its smallest part. */
export interface Violation {
  readonly key: Json | undefined
  /**
   * The shortest beginning of the part that is illegal: what was invoked before `stuck` returned. Up to the return before, the
   * part is legal.
   */
  readonly operations: readonly Operation[]
  /** An order as long as possible: all that returned before `stuck` did is in it, but for `stuck` itself. */
  readonly order: readonly Operation[]
  /** The operation that cannot be placed before it returns, in any order. */
  readonly stuck: Operation
  /** What the object holds wherever `stuck` would have to be placed, in words; not all, if there are many. */
  readonly states: readonly string[]
  /**
   * Those whose place in time matters: if any other of `operations` may take place at any time after its invocation, or never,
   * the part is still illegal; and each of these is needed, unless that was too long to find out. `stuck` is the last.
   */
  readonly core: readonly Operation[]
}

/** Steps spent on making the core small: in all, and on one attempt. */
const coreStepsMax = 2_000_000
const attemptStepsMax = 100_000

/** What is wrong in a part whose search found it illegal. */
export const violationOf = (search: PartSearch, model: HistoryModel, initial: Json): Violation | undefined => {
  const { part, stuckAt: stuck } = search
  if (stuck === undefined) return undefined
  const operations = part.operations.filter(({ invoked }) => invoked < stuck.returned)
  const core = coreOf({ key: part.key, operations }, stuck, model, initial)
  return { key: part.key, operations, order: search.checked.order, stuck, states: search.stuckStates, core }
}

/** Lets go of as many as may go: halves, quarters, ..., one by one, the oldest first. */
const coreOf = (part: Part, stuck: Operation, model: HistoryModel, initial: Json): readonly Operation[] => {
  let stepsLeft = coreStepsMax
  const isIllegalWith = (kept: ReadonlySet<Operation>): boolean => {
    const operations = part.operations.map((each) => (kept.has(each) ? each : released(each)))
    const search = new PartSearch({ ...part, operations }, model, initial)
    stepsLeft -= search.advance(Math.min(attemptStepsMax, stepsLeft))
    return search.verdict === 'illegal'
  }
  let kept = part.operations.filter((each) => each !== stuck && each.returned < stuck.returned)
  for (let size = kept.length; size > 0 && stepsLeft > 0; size = Math.floor(size / 2)) {
    for (let from = 0; from < kept.length && stepsLeft > 0; ) {
      const fewer = [...kept.slice(0, from), ...kept.slice(from + size)]
      if (isIllegalWith(new Set([...fewer, stuck]))) kept = fewer
      else from += size
    }
  }
  return [...kept, stuck]
}

/** The operation, if nobody knew whether it took place. What it gave, if it did, is still known. */
const released = (operation: Operation): Operation =>
  isOpen(operation) ? operation : { ...operation, returned: Number.POSITIVE_INFINITY }
