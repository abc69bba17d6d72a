import type { Finding } from './causal/finding.js'
import { necessaryOrder } from './causal/necessaryOrder.js'
import { checkInitial } from './initial.js'
import type { HistoryCheckOptions } from './linearizability.js'
import { stepsMaxDefault } from './linearizability.js'
import type { HistoryModel } from './model.js'
import { isOpen, type Operation } from './operation.js'
import { partsOf, withoutUnseen } from './parts.js'
import { processOrdering } from './search/ordering.js'
import { OrderSearch } from './search/orderSearch.js'
import { type PartPlace, ProductStepper } from './search/productStepper.js'
import { atOnce, type Slices } from './search/slices.js'
import { PartStepper } from './search/stepper.js'
import { advance } from './search/takeTurns.js'

/** Whether a history is sequentially consistent. */
export interface SequentialReport {
  /** `unknown`: the steps were used up, or it was told to stop. */
  readonly verdict: 'ok' | 'illegal' | 'unknown'
  /** An order that explains the history; of one that is not `ok`, an order that came furthest. */
  readonly order: readonly Operation[]
  /** Of an illegal one: operations that contradict each other; or with what each process would have had to go on, and none could. */
  readonly finding: Finding | undefined
  readonly steps: number
}

/**
 * Whether one order of all operations explains all results and keeps to the order of each process, though not to real time
 * (Lamport 1979). Keys cannot be looked at one by one, and the question is NP-complete: the search is the one that
 * {@link checkLinearizability} makes, over all keys together, and more often ends as `unknown`. Where each value was written once
 * {@link necessaryOrder} makes it short.
 *
 * An open operation comes after what its process had done before, and before or after what it did then.
 *
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION` where the model cannot begin with `initial`.
 */
export const checkSequentialConsistency = (
  operations: readonly Operation[],
  model: HistoryModel,
  options: HistoryCheckOptions = {},
): SequentialReport => atOnce(sequentialConsistencyInSlices(operations, model, options))

/** What {@link checkSequentialConsistency} does, in slices. */
export function* sequentialConsistencyInSlices(
  operations: readonly Operation[],
  model: HistoryModel,
  { initial = null, stepsMax = stepsMaxDefault, signal }: HistoryCheckOptions,
): Slices<SequentialReport> {
  checkInitial(model, initial)
  if (signal?.aborted) return { verdict: 'unknown', order: [], finding: undefined, steps: 0 }
  const { pairs, finding, knownReads } = necessaryOrder(operations, model, initial)
  if (finding !== undefined) return { verdict: 'illegal', order: [], finding, steps: 0 }
  const parts = partsOf(operations, model).map((part) => withoutUnseen(part.operations, model))
  const places = new Map<Operation, PartPlace>()
  const steppers = parts
    .filter((part) => part.length > 0)
    .map((part, number) => {
      for (const [place, operation] of part.entries()) places.set(operation, { part: number, operation: place })
      return new PartStepper(model, part, initial)
    })
  const mattering = operations.filter((operation) => places.has(operation))
  const stepper = new ProductStepper(
    steppers,
    mattering.flatMap((operation) => places.get(operation) ?? []),
  )
  const search = new OrderSearch(processOrdering(mattering, pairs, knownReads?.(mattering)), stepper)
  const steps = yield* advance(search, stepsMax, signal)
  const order = search.order.flatMap((number) => mattering[number] ?? [])
  const verdict = search.verdict ?? 'unknown'
  return { verdict, order, finding: verdict === 'illegal' ? stuckFinding(mattering, order) : undefined, steps }
}

/** The first operation of each process that the longest order does not have. */
const stuckFinding = (operations: readonly Operation[], order: readonly Operation[]): Finding => {
  const placed = new Set(order)
  const next = new Map<Operation['process'], Operation>()
  for (const operation of operations) {
    if (!isOpen(operation) && !placed.has(operation) && !next.has(operation.process))
      next.set(operation.process, operation)
  }
  const why = 'no order of all operations that keeps to the order of each process explains the results'
  return { why, operations: [...next.values()] }
}
