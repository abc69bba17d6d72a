import { delayNameOf, type Roles } from '@quorate/core'
import type { AnyStatechart, AnyStateNode } from '@quorate/core/statechart'
import type { Chart, ChartState, ChartTransition, Handover, Trigger } from './chart.js'

/** Roles that take turns, as `become` of `@quorate/core` joins them. */
export interface AnyFamily {
  readonly id: string
  readonly initial: string
  readonly roles: Roles
}

/** What can be drawn: a machine of XState 5, or a family. */
export type Drawable = AnyStatechart | AnyFamily

/** Whether a value, e.g. what a file exports, can be drawn. Copies of XState other than ours make no difference. */
export const isDrawable = (value: unknown): value is Drawable => isMachine(value) || isFamily(value)

const isMachine = (value: unknown): value is AnyStatechart => {
  if (typeof value !== 'object' || value === null || !('root' in value)) return false
  const { root } = value
  return typeof root === 'object' && root !== null && 'states' in root && 'transitions' in root
}

/** Whether a value is a family, whose roles can be drawn one by one. */
export const isFamily = (value: unknown): value is AnyFamily => {
  if (typeof value !== 'object' || value === null || !('roles' in value) || !('initial' in value)) return false
  const { roles } = value
  if (typeof roles !== 'object' || roles === null) return false
  const rows: unknown[] = Object.values(roles)
  return (
    rows.length > 0 &&
    rows.every((row) => typeof row === 'object' && row !== null && 'actor' in row && isMachine(row.actor))
  )
}

/** Reads a statechart from the definition that runs: nothing is said twice, so the drawing cannot differ from it. */
export const chartOf = (drawable: Drawable): Chart => (isFamily(drawable) ? familyChart(drawable) : roleChart(drawable))

const roleChart = (machine: AnyStatechart): Chart => ({
  name: machine.id,
  kind: 'role',
  description: machine.root.description,
  roots: [stateOf(machine.root, machine.id)],
  initial: machine.id,
  handovers: [],
})

const familyChart = ({ id, initial, roles }: AnyFamily): Chart => ({
  name: id,
  kind: 'family',
  description: undefined,
  // In a family a role bears the name that it has in the table, whatever its machine calls itself.
  roots: Object.entries(roles).map(([name, { actor }]) => stateOf(actor.root, name)),
  initial,
  handovers: Object.entries(roles).flatMap(([name, { on }]) =>
    Object.entries(on).flatMap(([final, next]): Handover[] => {
      if (next === undefined) return []
      const [target, again] = typeof next === 'string' ? [next, false] : [next.role, true]
      return [{ source: `${name}.${final}`, target, again }]
    }),
  ),
})

const stateOf = (node: AnyStateNode, role: string): ChartState => ({
  id: idOf(node, role),
  name: node.path.length === 0 ? role : node.key,
  kind: node.type,
  description: node.description,
  // As they were written: XState adds the timers of the state to `node.entry` and `node.exit`.
  entry: listOf(node.config.entry).map(actionName),
  exit: listOf(node.config.exit).map(actionName),
  initial: initialOf(node, role),
  states: Object.values(node.states).map((child) => stateOf(child, role)),
  transitions: [...node.transitions.values(), node.always ?? []]
    .flat()
    .map((transition) => transitionOf(transition, role)),
})

const idOf = ({ path }: AnyStateNode, role: string): string => [role, ...path].join('.')

const initialOf = (node: AnyStateNode, role: string): string | undefined => {
  if (node.type !== 'compound') return undefined
  const [first] = node.initial.target ?? []
  return first && idOf(first, role)
}

type AnyTransition = NonNullable<AnyStateNode['always']>[number]

const transitionOf = (transition: AnyTransition, role: string): ChartTransition => ({
  source: idOf(transition.source, role),
  trigger: triggerOf(transition.eventType),
  guard: transition.guard === undefined ? undefined : guardName(transition.guard),
  actions: transition.actions.map(actionName),
  targets: (transition.target ?? []).map((node) => idOf(node, role)),
  reenter: transition.reenter,
  description: transition.description,
})

const triggerOf = (descriptor: string): Trigger => {
  if (descriptor === '') return { type: 'always' }
  if (descriptor.startsWith('xstate.after.')) return { type: 'after', delay: delayNameOf(descriptor) }
  if (descriptor.startsWith('xstate.done.state.')) return { type: 'done' }
  return { type: 'event', event: descriptor }
}

/** XState takes one, many or none wherever it takes a list. */
const listOf = (written: unknown): readonly unknown[] => {
  if (written === undefined) return []
  return Array.isArray(written) ? written : [written]
}

const actionName = (action: unknown): string => typeName(action) ?? functionName(action) ?? 'inline'

/** `and`, `or` and `not` of XState are functions that keep what they join. */
const guardName = (guard: unknown): string => {
  if (typeof guard === 'function' && 'guards' in guard && Array.isArray(guard.guards)) {
    return `${guard.name}(${guard.guards.map(guardName).join(', ')})`
  }
  return typeName(guard) ?? functionName(guard) ?? 'inline'
}

const typeName = (written: unknown): string | undefined => {
  if (typeof written === 'string') return written
  // XState's own actions, such as `assign` written in place, are functions with a type.
  const isNamed = typeof written === 'object' || typeof written === 'function'
  if (!isNamed || written === null || !('type' in written)) return undefined
  return String(written.type).replace(/^xstate\./, '')
}

/** A function written in place bears the name of the key that it stands under. */
const keys: ReadonlySet<string> = new Set(['', 'guard', 'actions', 'entry', 'exit'])

const functionName = (written: unknown): string | undefined =>
  typeof written === 'function' && !keys.has(written.name) ? written.name : undefined
