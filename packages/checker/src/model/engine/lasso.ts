import { componentsOf } from './components.js'
import type { Region } from './region.js'
import { pathTo } from './replay.js'

/** A run in which something never comes: it ends, or it goes on for ever from `loopsTo` on. Numbers of states of the region. */
export interface EndlessPath {
  readonly path: readonly number[]
  /** The place in the path at which the run begins again; absent when it ends. */
  readonly loopsTo?: number
}

/**
 * A run that stays in the region for ever, or ends in it. For ever means fairly: a step that can be taken from some state
 * on, without a break, is taken some day (weak fairness).
 */
export function endlessPath(region: Region): EndlessPath | undefined {
  for (let state = 0; state < region.size; state++) {
    if (mayRest(region, state)) return { path: pathTo(region.visited, state) }
  }
  let best: EndlessPath | undefined
  for (const component of componentsOf(region)) {
    const cycle = fairCycle(region, component)
    if (!cycle) continue
    const prefix = pathTo(region.visited, cycle[0] as number)
    const path = [...prefix, ...cycle.slice(1)]
    if (!best || path.length < best.path.length) best = { path, loopsTo: prefix.length - 1 }
  }
  return best
}

/** True if nothing is owed in a state: a run may stay there for ever. */
function mayRest(region: Region, state: number): boolean {
  for (let edge = region.edgesBegin(state); edge < region.edgesEnd(state); edge++) {
    if (region.fairnessOf(edge) >= 0) return false
  }
  return true
}

interface Edge {
  readonly target: number
  readonly fairness: number
}

const edgesOf = (region: Region, state: number): Edge[] => {
  const edges: Edge[] = []
  for (let edge = region.edgesBegin(state); edge < region.edgesEnd(state); edge++) {
    edges.push({ target: region.targetOf(edge), fairness: region.fairnessOf(edge) })
  }
  return edges
}

const owedAt = (region: Region, state: number): Set<number> =>
  new Set(edgesOf(region, state).flatMap(({ fairness }) => (fairness >= 0 ? [fairness] : [])))

/** A closed walk within a component that takes, or interrupts, every step that is owed; it begins and ends in one state. */
function fairCycle(region: Region, component: readonly number[]): number[] | undefined {
  const members = new Set(component)
  const within = (state: number): Edge[] => edgesOf(region, state).filter(({ target }) => members.has(target))
  if (!component.some((state) => within(state).length > 0) || !isFair(region, component, within)) return undefined
  const start = component.reduce((first, state) => Math.min(first, state))
  const walk = [start]
  const taken = new Set<number>()
  const go = (isThere: (state: number, edge: Edge | undefined) => boolean): void => {
    for (const edge of shortest(walk.at(-1) as number, within, isThere)) {
      walk.push(edge.target)
      taken.add(edge.fairness)
    }
  }
  for (const owed of owedAt(region, start)) {
    const isSettled = taken.has(owed) || walk.some((state) => !owedAt(region, state).has(owed))
    if (!isSettled) go((state, edge) => edge?.fairness === owed || !owedAt(region, state).has(owed))
  }
  if (walk.length === 1 || walk.at(-1) !== start) go((state, edge) => edge !== undefined && state === start)
  return walk
}

function isFair(region: Region, component: readonly number[], within: (state: number) => readonly Edge[]): boolean {
  let always = owedAt(region, component[0] as number)
  const taken = new Set<number>()
  for (const state of component) {
    const owed = owedAt(region, state)
    always = new Set([...always].filter((step) => owed.has(step)))
    for (const { fairness } of within(state)) taken.add(fairness)
  }
  return [...always].every((step) => taken.has(step))
}

/** The shortest walk from a state to where `isThere`, told the state and the edge by which it was reached. */
function shortest(
  start: number,
  within: (state: number) => readonly Edge[],
  isThere: (state: number, edge: Edge | undefined) => boolean,
): readonly Edge[] {
  if (isThere(start, undefined)) return []
  const cameFrom = new Map<number, { readonly state: number; readonly edge: Edge }>()
  const queue = [start]
  for (let at = 0; at < queue.length; at++) {
    const state = queue[at] as number
    for (const edge of within(state)) {
      if (isThere(edge.target, edge)) return [...wayTo(state, start, cameFrom), edge]
      if (edge.target === start || cameFrom.has(edge.target)) continue
      cameFrom.set(edge.target, { state, edge })
      queue.push(edge.target)
    }
  }
  return []
}

function wayTo(
  state: number,
  start: number,
  cameFrom: ReadonlyMap<number, { readonly state: number; readonly edge: Edge }>,
): Edge[] {
  const way: Edge[] = []
  for (let at = state; at !== start; ) {
    const step = cameFrom.get(at)
    if (!step) break
    way.push(step.edge)
    at = step.state
  }
  return way.reverse()
}
