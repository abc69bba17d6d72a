import type { AnyStatechart, AnyStateNode } from '../../role/statechart.js'
import { nodesWithin } from '../../role/stateNodes.js'
import type { EventKinds, MachineDefect, MachinePlace } from './checkMachineParts.js'

/** Every event is decided in every state, by the innermost state that speaks about it. */
export const cellDefects = (
  machine: AnyStatechart,
  places: readonly MachinePlace[],
  events: EventKinds,
): readonly MachineDefect[] => [
  ...undecidedCells(machine, events),
  ...places.flatMap((place) => (place.kind === 'event' ? decisionDefects(place, events) : [])),
]

function undecidedCells(machine: AnyStatechart, events: EventKinds): readonly MachineDefect[] {
  const resting = nodesWithin(machine.root).filter(isResting)
  return resting.flatMap((node) =>
    Object.entries(events).flatMap(([event, kind]) => {
      const missing = whatIsMissing(node, event)
      if (missing === undefined) return []
      const who = kind === 'message' ? 'a peer may send it in any state' : 'the host may tell it in any state'
      const advice = `handle it, or say why not with ignore('...'): ${who}`
      return [{ kind: 'undecided', state: node.id, at: `on ${event}`, what: missing, advice } as const]
    }),
  )
}

/** True if events arrive while the machine is in this state: a leaf that it does not leave on its own. */
function isResting(node: AnyStateNode): boolean {
  if (node.always?.some(({ guard }) => guard === undefined)) return false
  if (node.type === 'atomic') return true
  // A final state of the root ends the machine; one further in is left at once if its parent says so.
  return node.type === 'final' && node.parent?.parent !== undefined && node.parent.config.onDone === undefined
}

function whatIsMissing(leaf: AnyStateNode, event: string): string | undefined {
  for (let node = leaf; !node.transitions.has(event); ) {
    const { parent }: { parent?: AnyStateNode } = node
    if (parent === undefined) return 'no transition, here or in an ancestor'
    // XState asks the parent of parallel regions only if none of them took the event.
    const others = parent.type === 'parallel' ? Object.values(parent.states).filter((region) => region !== node) : []
    const rival = others.find((region) => nodesWithin(region).some((within) => within.transitions.has(event)))
    if (rival !== undefined) return `no transition in this region, but one in ${rival.id}, which would decide for both`
    node = parent
  }
  return undefined
}

function decisionDefects({ node, at, event, candidates }: MachinePlace, events: EventKinds): readonly MachineDefect[] {
  const defect = (kind: MachineDefect['kind'], what: string, advice: string): MachineDefect => ({
    kind,
    state: node.id,
    at,
    what,
    advice,
  })
  const defects: MachineDefect[] = []
  if (event?.endsWith('*')) {
    defects.push(defect('wildcard', 'it decides events nobody has thought of', 'name each event'))
  } else if (event !== undefined && !Object.hasOwn(events, event)) {
    const known = Object.keys(events).join(', ')
    defects.push(defect('unknownEvent', 'this role has no such event', `use one of ${known}`))
  }
  const unguarded = candidates.findIndex(({ guard }) => guard === undefined)
  if (unguarded < 0) {
    const what = 'when its guards fail, a parent handles the event by accident, or nobody does'
    defects.push(defect('guardedLast', what, `end with a transition without a guard, or ignore('...')`))
  } else if (unguarded < candidates.length - 1) {
    const what = `what stands after transition ${unguarded + 1}, which has no guard, is never tried`
    defects.push(defect('neverTried', what, 'put the unguarded one last'))
  }
  for (const { actions, target, description } of candidates) {
    if (actions.length > 0 || target !== undefined || description) continue
    defects.push(defect('unexplained', 'a transition that does nothing does not say why', `use ignore('...')`))
  }
  return defects
}
