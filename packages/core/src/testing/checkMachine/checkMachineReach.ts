import type { AnyStatechart, AnyStateNode } from '../../role/statechart.js'
import { nodesWithin } from '../../role/stateNodes.js'
import type { MachineDefect, MachinePlace } from './checkMachineParts.js'

/** Every state can be reached from the initial one, as far as the table tells: guards are taken to hold and to fail. */
export function reachDefects(machine: AnyStatechart, places: readonly MachinePlace[]): readonly MachineDefect[] {
  const all = nodesWithin(machine.root)
  const reached = reachedFrom(machine.root, places)
  const unreached = all.filter((node) => !reached.has(node))
  // States within an unreached one are not worth a line of their own.
  const outermost = unreached.filter(({ parent }) => parent === undefined || reached.has(parent))
  return [
    ...all.filter((node) => node.type === 'compound' && initialOf(node) === undefined).map(unknownInitial),
    ...outermost.map(unreachable),
  ]
}

function reachedFrom(root: AnyStateNode, places: readonly MachinePlace[]): ReadonlySet<AnyStateNode> {
  const active = new Set<AnyStateNode>()
  const entered = new Set<AnyStateNode>()

  /** The target of a transition: what it says about its own beginning counts too. */
  const enter = (node: AnyStateNode): void => {
    if (entered.has(node)) return
    entered.add(node)
    activate(node)
    if (node.type === 'compound') {
      const first = initialOf(node)
      // A misspelt initial state is a defect of its own; what it would have led to is not.
      for (const child of first ? [first] : Object.values(node.states)) enter(child)
    }
    if (node.type === 'history' && node.parent !== undefined) enter(node.parent)
  }
  /** A state that is on, perhaps only because one within it was entered. */
  const activate = (node: AnyStateNode): void => {
    if (active.has(node)) return
    active.add(node)
    if (node.parent !== undefined) activate(node.parent)
    if (node.type === 'parallel') for (const region of Object.values(node.states)) enter(region)
    for (const target of targetsOf(node, places)) enter(target)
  }
  enter(root)
  return active
}

function targetsOf(node: AnyStateNode, places: readonly MachinePlace[]): readonly AnyStateNode[] {
  return places
    .filter((place) => place.node === node)
    .flatMap(({ candidates }) => {
      const unguarded = candidates.findIndex(({ guard }) => guard === undefined)
      return unguarded < 0 ? candidates : candidates.slice(0, unguarded + 1)
    })
    .flatMap(({ target }) => target ?? [])
}

function initialOf(node: AnyStateNode): AnyStateNode | undefined {
  const { initial } = node.config
  const key: unknown = typeof initial === 'object' ? initial.target : initial
  return typeof key === 'string' ? node.states[key] : undefined
}

const unknownInitial = (node: AnyStateNode): MachineDefect => ({
  kind: 'unknownInitial',
  state: node.id,
  at: 'initial',
  what: 'the initial state does not exist',
  advice: `use one of: ${Object.keys(node.states).join(', ')}`,
})

const unreachable = ({ id }: AnyStateNode): MachineDefect => ({
  kind: 'unreachable',
  state: id,
  what: 'no path leads here from the initial state',
  advice: 'add the transition that is missing, or take the state out',
})
