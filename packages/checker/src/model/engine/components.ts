import type { StateGraph } from './stateGraph.js'

/** Strongly connected components of parts of a graph: Tarjan (1972), without recursion. */
export class Components {
  readonly #graph: StateGraph
  /** Which part a state belongs to. */
  readonly #parts: Int32Array
  readonly #order: Int32Array
  readonly #low: Int32Array
  readonly #isOpen: Uint8Array
  readonly #nextEdge: Int32Array
  readonly #open: number[] = []
  #found = 0
  #partsMade = 0

  constructor(graph: StateGraph) {
    const { size } = graph
    this.#graph = graph
    this.#parts = new Int32Array(size)
    this.#order = new Int32Array(size)
    this.#low = new Int32Array(size)
    this.#isOpen = new Uint8Array(size)
    this.#nextEdge = new Int32Array(size)
  }

  /** Makes a part of some states, which leave the one that they belonged to; returns its name. */
  partOf(states: readonly number[]): number {
    const part = ++this.#partsMade
    for (const state of states) this.#parts[state] = part
    return part
  }

  isIn(part: number, state: number): boolean {
    return state >= 0 && this.#parts[state] === part
  }

  /** The components of the part that some states make, each as the list of its states. A component may be made a part at once. */
  *of(states: readonly number[]): Generator<number[]> {
    const part = this.partOf(states)
    for (const state of states) this.#order[state] = -1
    for (const root of states) {
      if (this.#order[root] !== -1) continue
      const path = [root]
      for (let state = path.at(-1); state !== undefined; state = path.at(-1)) {
        if (this.#order[state] === -1) this.#enter(state)
        const next = this.#nextOf(state, part)
        if (next !== undefined) {
          path.push(next)
          continue
        }
        path.pop()
        const before = path.at(-1)
        if (before !== undefined) this.#lower(before, this.#low[state] as number)
        if (this.#low[state] === this.#order[state]) yield this.#closeAt(state)
      }
    }
  }

  #enter(state: number): void {
    this.#order[state] = this.#found
    this.#low[state] = this.#found++
    this.#nextEdge[state] = this.#graph.edgesBegin(state)
    this.#open.push(state)
    this.#isOpen[state] = 1
  }

  /** A state behind an edge of `state` that was not entered yet. */
  #nextOf(state: number, part: number): number | undefined {
    const end = this.#graph.edgesEnd(state)
    for (let edge = this.#nextEdge[state] as number; edge < end; edge++) {
      const target = this.#graph.targetOf(edge)
      if (!this.isIn(part, target)) continue
      if (this.#order[target] === -1) {
        this.#nextEdge[state] = edge + 1
        return target
      }
      if (this.#isOpen[target]) this.#lower(state, this.#order[target] as number)
    }
    this.#nextEdge[state] = end
    return undefined
  }

  #lower(state: number, low: number): void {
    if (low < (this.#low[state] as number)) this.#low[state] = low
  }

  #closeAt(state: number): number[] {
    const component: number[] = []
    for (;;) {
      const member = this.#open.pop() as number
      this.#isOpen[member] = 0
      component.push(member)
      if (member === state) return component
    }
  }
}
