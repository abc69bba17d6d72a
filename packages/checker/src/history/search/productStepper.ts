import { type HistoryStepper, impossible } from './stepper.js'

/** One operation of all parts: which part it is about, and its number there. */
export interface PartPlace {
  readonly part: number
  readonly operation: number
}

/** Twice as many states as any search can keep. */
const statesMax = 2 ** 26

/**
 * Several parts as one object, whose state is a state of each: for orders that do not go part by part. Its states are leaves of
 * a binary tree in which equal subtrees are one, so a step costs the depth of the tree.
 */
export class ProductStepper implements HistoryStepper {
  readonly initial: number
  readonly #parts: readonly HistoryStepper[]
  readonly #places: readonly PartPlace[]
  readonly #depth: number
  readonly #nodes = new Map<number, number>()
  readonly #left: number[] = []
  readonly #right: number[] = []

  constructor(parts: readonly HistoryStepper[], places: readonly PartPlace[]) {
    this.#parts = parts
    this.#places = places
    this.#depth = Math.ceil(Math.log2(Math.max(1, parts.length)))
    let level = Array.from({ length: 2 ** this.#depth }, (_, part) => parts[part]?.initial ?? 0)
    while (level.length > 1) {
      level = Array.from({ length: level.length / 2 }, (_, at) =>
        this.#node(level[2 * at] ?? 0, level[2 * at + 1] ?? 0),
      )
    }
    this.initial = level[0] ?? 0
  }

  step(state: number, operation: number): number {
    const { part, operation: number } = this.#place(operation)
    const before = this.#leaf(state, part)
    const after = this.#parts[part]?.step(before, number) ?? impossible
    if (after === impossible) return impossible
    return after === before ? state : this.#withLeaf(state, part, after, this.#depth)
  }

  kindOf(operation: number): number {
    const { part, operation: number } = this.#place(operation)
    return (this.#parts[part]?.kindOf(number) ?? 0) * this.#parts.length + part
  }

  observesOnly(operation: number): boolean {
    const { part, operation: number } = this.#place(operation)
    return this.#parts[part]?.observesOnly(number) ?? false
  }

  /** Says nothing of what other parts hold, so what overwrites its own part does not overwrite all. */
  overwrites(): boolean {
    return false
  }

  describe(state: number): string {
    return this.#parts.map((part, number) => part.describe(this.#leaf(state, number))).join('; ')
  }

  #place(operation: number): PartPlace {
    return this.#places[operation] ?? { part: 0, operation: 0 }
  }

  #leaf(state: number, part: number): number {
    let node = state
    for (let level = this.#depth - 1; level >= 0; level--) {
      node = (((part >> level) & 1) === 0 ? this.#left[node] : this.#right[node]) ?? 0
    }
    return node
  }

  #withLeaf(node: number, part: number, leaf: number, level: number): number {
    if (level === 0) return leaf
    const left = this.#left[node] ?? 0
    const right = this.#right[node] ?? 0
    if (((part >> (level - 1)) & 1) === 0) return this.#node(this.#withLeaf(left, part, leaf, level - 1), right)
    return this.#node(left, this.#withLeaf(right, part, leaf, level - 1))
  }

  #node(left: number, right: number): number {
    const key = left * statesMax + right
    const known = this.#nodes.get(key)
    if (known !== undefined) return known
    const node = this.#left.length
    this.#nodes.set(key, node)
    this.#left.push(left)
    this.#right.push(right)
    return node
  }
}
