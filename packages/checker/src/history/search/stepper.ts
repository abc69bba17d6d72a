import { invariant } from '@quorate/core'
import { type Json, textOf } from '../json.js'
import type { HistoryModel } from '../model.js'
import type { Call, Operation } from '../operation.js'
import { Interner } from './interner.js'

/** No state: the operation cannot take place here with its result. */
export const impossible = -1

/** A model as a search sees it: states and operations are small numbers. */
export interface HistoryStepper {
  readonly initial: number
  /** The state after an operation, or {@link impossible}. */
  step(state: number, operation: number): number
  /** Operations of one kind do the same in every state. */
  kindOf(operation: number): number
  /** Whether an operation leaves every state as it is. */
  observesOnly(operation: number): boolean
  /** Whether an operation leaves the same state, whatever it was. */
  overwrites(operation: number): boolean
  /** A state in words. */
  describe(state: number): string
}

/** The model over the operations of one part. Each step of the model is taken once. */
export class PartStepper implements HistoryStepper {
  readonly initial: number
  readonly #model: HistoryModel
  readonly #kinds = new Interner<Call>()
  readonly #states = new Interner<unknown>()
  readonly #kindOf: Int32Array
  readonly #observesOnly: Uint8Array
  readonly #overwrites: Uint8Array
  readonly #taken = new Map<number, number>()

  constructor(model: HistoryModel, operations: readonly Operation[], initial: Json) {
    const [any] = operations
    invariant(any !== undefined, 'a part has an operation')
    this.#model = model
    this.initial = this.#stateOf(model.init(initial, any))
    const calls = model.simplified?.(operations) ?? operations
    this.#kindOf = Int32Array.from(calls, (call) => this.#kinds.numberOf(kindText(model, call), call))
    this.#observesOnly = Uint8Array.from(calls, (call) => (model.observesOnly?.(call) ? 1 : 0))
    this.#overwrites = Uint8Array.from(calls, (call) => (model.overwrites?.(call) ? 1 : 0))
  }

  step(state: number, operation: number): number {
    const kind = this.kindOf(operation)
    const at = state * this.#kinds.size + kind
    const known = this.#taken.get(at)
    if (known !== undefined) return known
    const call = this.#kinds.at(kind)
    invariant(call !== undefined, 'every kind has an operation')
    const next = this.#model.step(this.#states.at(state), call)
    const number = next === undefined ? impossible : this.#stateOf(next)
    this.#taken.set(at, number)
    return number
  }

  kindOf(operation: number): number {
    return this.#kindOf[operation] ?? 0
  }

  observesOnly(operation: number): boolean {
    return this.#observesOnly[operation] === 1
  }

  overwrites(operation: number): boolean {
    return this.#overwrites[operation] === 1
  }

  describe(state: number): string {
    return this.#model.identify(this.#states.at(state))
  }

  #stateOf(state: unknown): number {
    return this.#states.numberOf(this.#model.identify(state), state)
  }
}

const kindText = (model: HistoryModel, { f, argument, result, process }: Call): string =>
  `${f}\n${textOf(argument)}\n${textOf(result)}${model.knowsProcess ? `\n${textOf(process)}` : ''}`
