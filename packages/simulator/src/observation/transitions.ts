import type { AnyActorLogic, AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate'

export type AnyTransition = Pick<AnyTransitionDefinition, 'source' | 'eventType' | 'guard' | 'target'>

/** The name of a transition: its state, its event, its guard and where it leads, e.g. `follower RequestVote [mayVote] -> following`. */
export function nameOf({ source, eventType, guard, target }: AnyTransition): string {
  const event = eventType === '' ? 'always' : eventType.startsWith('xstate.after.') ? timerOf(eventType) : eventType
  const name = typeof guard === 'object' && guard !== null ? (guard as { type: string }).type : guard
  const condition = typeof name === 'string' ? ` [${name}]` : ''
  const targets = (target ?? []).map(({ key }) => key).join(', ')
  return `${source.id} ${event}${condition}${targets === '' ? '' : ` -> ${targets}`}`
}

/** `xstate.after.heartbeat.leader` -> `after heartbeat`. */
const timerOf = (type: string): string => `after ${type.split('.')[2] ?? ''}`

/** The names of all transitions of a machine, or of all machines of a family. */
export function transitionsOf(logic: AnyActorLogic): string[] {
  return machinesOf(logic).flatMap(({ root }) => transitionsWithin(root).map(nameOf))
}

function machinesOf(logic: AnyActorLogic): AnyStateMachine[] {
  if ('root' in logic) return [logic as unknown as AnyStateMachine]
  if (!('roles' in logic)) return []
  return Object.values(logic.roles as Record<string, { actor: AnyStateMachine }>).map(({ actor }) => actor)
}

function transitionsWithin(node: AnyStateNode): AnyTransition[] {
  const own = [...[...node.transitions.values()].flat(), ...(node.always ?? [])]
  return [...own, ...Object.values(node.states).flatMap(transitionsWithin)]
}
