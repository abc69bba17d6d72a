import { pathTo } from './replay.js'
import type { StateGraph } from './stateGraph.js'

/**
 * The states of a graph that a run may come to while something is awaited, nearest first: it comes to one of the starts in
 * any way, and goes on through states that are pending.
 */
export class Pending {
  readonly states: number[] = []
  readonly #graph: StateGraph
  /** By state: how many states the shortest run has that comes there, itself included; 0 where none was found. */
  readonly #lengths: Int32Array
  /** From where; below 0 at a start. */
  readonly #from: Int32Array

  constructor(graph: StateGraph, starts: readonly number[], pending: Uint8Array) {
    this.#graph = graph
    this.#lengths = new Int32Array(graph.size)
    this.#from = new Int32Array(graph.size).fill(-1)
    const depths = depthsOf(graph)
    // Numbers were given breadth-first, so that starts come nearest first.
    let start = 0
    for (let at = 0; at < this.states.length || start < starts.length; ) {
      const state = this.states[at]
      const next = starts[start]
      if (
        next !== undefined &&
        (state === undefined || (depths[next] as number) <= (this.#lengths[state] as number) + 1)
      ) {
        start++
        this.#enter(next, depths[next] as number, -1)
      } else if (state !== undefined) {
        at++
        for (let edge = graph.edgesBegin(state); edge < graph.edgesEnd(state); edge++) {
          const target = graph.targetOf(edge)
          if (target >= 0 && pending[target]) this.#enter(target, (this.#lengths[state] as number) + 1, state)
        }
      }
    }
  }

  lengthOf(state: number): number {
    return this.#lengths[state] as number
  }

  /** The shortest run that comes to a state. */
  pathTo(state: number): number[] {
    const path: number[] = []
    let at = state
    for (let from = this.#from[at] as number; from >= 0; from = this.#from[at] as number) {
      path.push(at)
      at = from
    }
    return [...pathTo(this.#graph.visited, at), ...path.reverse()]
  }

  #enter(state: number, length: number, from: number): void {
    if (this.#lengths[state] !== 0) return
    this.#lengths[state] = length
    this.#from[state] = from
    this.states.push(state)
  }
}

/** By state, its depth; an initial one has 1. */
function depthsOf({ visited, size }: StateGraph): Int32Array {
  const depths = new Int32Array(size)
  for (let state = 0; state < size; state++) {
    const parent = visited.parentOf(state)
    depths[state] = parent < 0 ? 1 : (depths[parent] as number) + 1
  }
  return depths
}
