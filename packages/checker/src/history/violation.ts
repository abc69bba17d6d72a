import type { Json } from './json.js'
import type { HistoryModel } from './model.js'
import { isOpen, type Operation } from './operation.js'
import { PartSearch } from './partSearch.js'
import type { Part } from './parts.js'
import type { Slices } from './search/slices.js'
import { advance } from './search/takeTurns.js'

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
  /** What the object holds at the end of that order; and of other orders, as far as they were tried. In words. */
  readonly states: readonly string[]
  /**
   * Those whose place in time matters: if any other of `operations` may take place at any time after its invocation, or never,
   * the part is still illegal; and each of these is needed, unless that was too long to find out. `stuck` is the last.
   */
  readonly core: readonly Operation[]
}

/** Steps for one attempt at a smaller core, and for all: in multiples of what it took to find the violation, and at least. */
const attemptShare = 2
const attemptsShare = 5
const attemptStepsMin = 100_000

/**
 * What is wrong in a part whose search found it illegal. Who is told to stop may not know which operation is stuck, and says
 * nothing; or not how small the core can be.
 */
export function* violationOf(
  search: PartSearch,
  model: HistoryModel,
  initial: Json,
  signal: AbortSignal | undefined,
): Slices<Violation | undefined> {
  const question: Question = { model, initial, signal }
  const found = model.impliedOrder === undefined ? stuckOf(search) : yield* firstStuckOf(search, question)
  if (found === undefined) return undefined
  const { key } = search.part
  const operations = beginningOf(search.part, found.stuck)
  const core = yield* coreOf({ key, operations }, found.stuck, search.steps, question)
  return { key, operations, ...found, core }
}

/** What is the same in all that is tried. */
interface Question {
  readonly model: HistoryModel
  readonly initial: Json
  readonly signal: AbortSignal | undefined
}

type Stuck = Pick<Violation, 'stuck' | 'order' | 'states'>

/** Without an implied order the search itself knows which return no order passes. */
const stuckOf = ({ stuckAt, stuckStates, checked }: PartSearch): Stuck | undefined =>
  stuckAt && { stuck: stuckAt, order: checked.order, states: stuckStates }

/**
 * An implied order knows what will come, so with it a search gets stuck too early. Which return no order passes is then found
 * by halves: the part up to the return before is legal.
 */
function* firstStuckOf({ part, steps }: PartSearch, question: Question): Slices<Stuck | undefined> {
  const { model, initial, signal } = question
  const returns = part.operations.filter((each) => !isOpen(each)).sort((left, right) => left.returned - right.returned)
  const searchUpTo = function* (last: Operation, isWithLast: boolean): Slices<PartSearch> {
    const operations = beginningOf(part, last).map((each) =>
      each.returned > last.returned || (each === last && !isWithLast) ? released(each) : each,
    )
    const search = new PartSearch({ ...part, operations }, model, initial)
    yield* advance(search, attemptShare * steps + attemptStepsMin, signal)
    return search
  }
  let legal = -1
  let illegal = returns.length - 1
  while (illegal - legal > 1 && !signal?.aborted) {
    const middle = (legal + illegal) >> 1
    const last = returns[middle]
    if (last !== undefined && (yield* searchUpTo(last, true)).verdict === 'illegal') illegal = middle
    else legal = middle
  }
  const stuck = returns[illegal]
  if (stuck === undefined) return undefined
  const without = signal?.aborted ? undefined : yield* searchUpTo(stuck, false)
  if (without === undefined || signal?.aborted) return undefined
  const numbers = new Map(part.operations.map((operation) => [operation.index, operation]))
  const order = without.checked.order.flatMap(({ index }) => numbers.get(index) ?? [])
  return { stuck, order, states: [stateAfter(order, part, model, initial)] }
}

const stateAfter = (order: readonly Operation[], part: Part, model: HistoryModel, initial: Json): string => {
  const [any] = part.operations
  const first = any === undefined ? undefined : model.init(initial, any)
  return model.identify(order.reduce((state, operation) => model.step(state, operation), first))
}

const beginningOf = (part: Part, last: Operation): readonly Operation[] =>
  part.operations.filter(({ invoked }) => invoked < last.returned)

/**
 * Finds, from the newest to the oldest, one operation after another without which what is newer would be legal. Of the newest
 * ones it first asks few, then twice as many: small questions are answered quickly.
 */
function* coreOf(part: Part, stuck: Operation, steps: number, question: Question): Slices<Operation[]> {
  const { model, initial, signal } = question
  let stepsLeft = attemptsShare * (steps + attemptStepsMin)
  const isIllegalWith = function* (kept: readonly Operation[]): Slices<boolean> {
    if (signal?.aborted) return false
    const isKept = new Set(kept)
    const operations = part.operations.map((each) => (isKept.has(each) ? each : released(each)))
    const search = new PartSearch({ ...part, operations }, model, initial)
    stepsLeft -= yield* advance(search, Math.min(attemptShare * steps + attemptStepsMin, stepsLeft), signal)
    return search.verdict === 'illegal'
  }
  const inOrder = (found: readonly Operation[]) => [...found].sort((left, right) => left.returned - right.returned)
  const core = [stuck]
  let newest = inOrder(part.operations.filter(({ returned }) => returned < stuck.returned)).reverse()
  while (!(yield* isIllegalWith(core))) {
    let tooFew = 0
    let enough = Math.min(1, newest.length)
    while (!(yield* isIllegalWith([...core, ...newest.slice(0, enough)]))) {
      if (enough === newest.length || stepsLeft <= 0 || signal?.aborted) return inOrder([...core, ...newest])
      tooFew = enough
      enough = Math.min(2 * enough, newest.length)
    }
    while (enough - tooFew > 1) {
      const middle = (tooFew + enough) >> 1
      if (yield* isIllegalWith([...core, ...newest.slice(0, middle)])) enough = middle
      else tooFew = middle
    }
    core.push(...newest.slice(enough - 1, enough))
    newest = newest.slice(0, enough - 1)
  }
  return inOrder(core)
}

const releasedCopies = new WeakMap<Operation, Operation>()

/** The operation, if nobody knew whether it took place. What it gave, if it did, is still known. */
const released = (operation: Operation): Operation => {
  if (isOpen(operation)) return operation
  const known = releasedCopies.get(operation)
  if (known !== undefined) return known
  const copy = { ...operation, returned: Number.POSITIVE_INFINITY }
  releasedCopies.set(operation, copy)
  return copy
}
