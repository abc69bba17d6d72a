import type { CheckedPart } from './checkedPart.js'
import type { Json } from './json.js'
import type { HistoryModel } from './model.js'
import type { Operation } from './operation.js'
import { type Part, withoutUnseen } from './parts.js'
import { realTimeOrdering } from './search/ordering.js'
import { OrderSearch } from './search/orderSearch.js'
import { PartStepper } from './search/stepper.js'
import type { Search } from './search/takeTurns.js'

/** The search for a linearization of one part. */
export class PartSearch implements Search {
  readonly part: Part
  /** Taken so far. */
  steps = 0
  readonly #operations: readonly Operation[]
  /** Undefined where nothing is left to be placed. */
  readonly #stepper: PartStepper | undefined
  readonly #search: OrderSearch | undefined

  constructor(part: Part, model: HistoryModel, initial: Json) {
    this.part = part
    this.#operations = withoutUnseen(part.operations, model)
    if (this.#operations.length === 0) return
    this.#stepper = new PartStepper(model, this.#operations, initial)
    const implied = model.impliedOrder?.(this.#operations, initial)
    this.#search = new OrderSearch(realTimeOrdering(this.#operations, implied), this.#stepper)
  }

  get verdict(): 'ok' | 'illegal' | undefined {
    return this.#search === undefined ? 'ok' : this.#search.verdict
  }

  get configurations(): number {
    return this.#search?.visited ?? 0
  }

  advance(stepsMax: number): number {
    const steps = this.#search?.advance(stepsMax) ?? 0
    this.steps += steps
    return steps
  }

  get checked(): CheckedPart {
    const order = (this.#search?.order ?? []).flatMap((number) => this.#operations[number] ?? [])
    return { ...this.part, verdict: this.verdict ?? 'unknown', order }
  }

  /** The operation whose return no order passes. */
  get stuckAt(): Operation | undefined {
    return this.#search && this.#operations[this.#search.stuckAt]
  }

  /** The states in which the search came no further, in words. */
  get stuckStates(): readonly string[] {
    return (this.#search?.stuckStates ?? []).map((state) => this.#stepper?.describe(state) ?? '')
  }
}
