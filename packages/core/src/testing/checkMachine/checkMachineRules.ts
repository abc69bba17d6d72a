import { eventOf } from '../../role/rules.js'
import type { AnyStatechart } from '../../role/statechart.js'
import { nodesWithin } from '../../role/stateNodes.js'
import { listOf, type MachineDefect, type MachinePlace } from './checkMachineParts.js'

/** Everything is named and declared, does no more than assign and emit, and stands under the event it speaks about. */
export const ruleDefects = (machine: AnyStatechart, places: readonly MachinePlace[]): readonly MachineDefect[] => [
  ...forbiddenActions(machine),
  ...places.flatMap((place) => [
    ...place.candidates.flatMap(({ guard }) => usesOf(machine, place, 'guards', listOf(guard))),
    ...place.candidates.flatMap(({ actions }) => usesOf(machine, place, 'actions', actions)),
  ]),
  ...invocations(machine),
]

const allowed = ['xstate.assign', 'xstate.emit']

function forbiddenActions(machine: AnyStatechart): readonly MachineDefect[] {
  return Object.entries(machine.implementations.actions).flatMap(([name, action]): MachineDefect[] => {
    const type = isRecord(action) && typeof action.type === 'string' ? action.type : 'a plain function'
    if (allowed.includes(type)) return []
    const what = `the action "${name}" is ${type}`
    const advice = 'a role may only assign and emit: emit an effect, and let the host do it'
    return [{ kind: 'forbiddenAction', state: machine.id, what, advice }]
  })
}

const invocations = (machine: AnyStatechart): readonly MachineDefect[] =>
  nodesWithin(machine.root)
    .filter((node) => node.invoke.length > 0)
    .map(({ id }) => {
      const what = 'it invokes an actor, which neither the simulator nor the checker can see'
      return { kind: 'invokes', state: id, what, advice: 'emit an effect, and let the host do it' }
    })

function usesOf(
  machine: AnyStatechart,
  place: MachinePlace,
  kind: 'guards' | 'actions',
  uses: readonly unknown[],
): readonly MachineDefect[] {
  const declared: Readonly<Record<string, unknown>> = machine.implementations[kind]
  const defect = (found: MachineDefect['kind'], what: string, advice: string): MachineDefect => ({
    kind: found,
    state: place.node.id,
    at: place.at,
    what,
    advice,
  })
  const word = kind.slice(0, -1)

  const check = (use: unknown): readonly MachineDefect[] => {
    const name = nameOf(use)
    if (name === undefined) {
      return [defect('inline', `a function stands in place of a ${word}`, `declare it under \`${kind}\` in setup`)]
    }
    if (!Object.hasOwn(declared, name)) {
      const known = Object.keys(declared).join(', ') || 'none'
      return [defect('unknownName', `the ${word} "${name}" is not declared`, `use one of: ${known}`)]
    }
    return rulesIn(declared[name]).flatMap((rule) => {
      // A guard made of others (`and`, `or`, `not`) names them.
      if (typeof rule !== 'function') return check(rule)
      const bound = eventOf(rule)
      if (bound === undefined || bound === place.event) return []
      const advice = `move it under "${bound}", or bind it to the event that is handled here`
      return [defect('misplacedRule', `the ${word} "${name}" is a rule about ${bound}`, advice)]
    })
  }
  return uses.flatMap(check)
}

/** The name by which a guard or an action is used; none when it stands in place, or its parameters do. */
function nameOf(use: unknown): string | undefined {
  if (typeof use === 'string') return use
  if (typeof use !== 'object' || use === null) return undefined
  const { type, params } = use as { type?: unknown; params?: unknown }
  return typeof type === 'string' && typeof params !== 'function' ? type : undefined
}

/** What a declared guard or action asks: a rule of our own, or, in a guard made of others, their names. */
function rulesIn(declared: unknown): readonly unknown[] {
  if (!isRecord(declared)) return [declared]
  if (Array.isArray(declared.guards)) return declared.guards.flatMap((guard) => rulesIn(guard))
  if (declared.type === 'xstate.emit') return [declared.event].filter(isFunction)
  if (declared.type === 'xstate.assign') {
    const { assignment } = declared
    return isFunction(assignment) ? [assignment] : Object.values(assignment as object).filter(isFunction)
  }
  return [declared]
}

const isFunction = (value: unknown): value is object => typeof value === 'function'

/** XState's guards and actions are functions that bear their description as properties. */
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  (typeof value === 'object' && value !== null) || typeof value === 'function'
