import type { Region } from './region.js'

/** The strongly connected components of a region, each as the list of its states: Tarjan (1972), without recursion. */
export function* componentsOf(region: Region): Generator<number[]> {
  const { size } = region
  const order = new Int32Array(size).fill(-1)
  const low = new Int32Array(size)
  const isOpen = new Uint8Array(size)
  const nextEdge = new Int32Array(size)
  const open: number[] = []
  let found = 0

  for (let root = 0; root < size; root++) {
    if (order[root] !== -1) continue
    const path = [root]
    for (let state = path.at(-1); state !== undefined; state = path.at(-1)) {
      if (order[state] === -1) {
        order[state] = found
        low[state] = found++
        nextEdge[state] = region.edgesBegin(state)
        open.push(state)
        isOpen[state] = 1
      }
      const next = nextOf(state)
      if (next !== undefined) {
        path.push(next)
        continue
      }
      path.pop()
      const before = path.at(-1)
      if (before !== undefined) low[before] = Math.min(low[before] as number, low[state] as number)
      if (low[state] === order[state]) yield closeAt(state)
    }
  }

  /** A state behind an edge of `state` that was not entered yet. */
  function nextOf(state: number): number | undefined {
    const end = region.edgesEnd(state)
    for (let edge = nextEdge[state] as number; edge < end; edge++) {
      const target = region.targetOf(edge)
      if (target < 0) continue
      if (order[target] === -1) {
        nextEdge[state] = edge + 1
        return target
      }
      if (isOpen[target]) low[state] = Math.min(low[state] as number, order[target] as number)
    }
    nextEdge[state] = end
    return undefined
  }

  function closeAt(state: number): number[] {
    const component: number[] = []
    for (;;) {
      const member = open.pop() as number
      isOpen[member] = 0
      component.push(member)
      if (member === state) return component
    }
  }
}
