import { delayNameOf, isTimer, type Transition } from '@quorate/core'
import type { AnyActorLogic, AnyStatechart, AnyStateNode } from '@quorate/core/statechart'

/** The name of a transition: its state, its event, its guard and where it leads, e.g. `follower RequestVote [mayVote] -> following`. */
export function nameOf({ source, eventType, guard, target }: Transition): string {
  const event = eventType === '' ? 'always' : isTimer(eventType) ? `after ${delayNameOf(eventType)}` : eventType
  const name = typeof guard === 'object' && guard !== null ? (guard as { type: string }).type : guard
  const condition = typeof name === 'string' ? ` [${name}]` : ''
  const targets = (target ?? []).map(({ key }) => key).join(', ')
  return `${source.id} ${event}${condition}${targets === '' ? '' : ` -> ${targets}`}`
}

/** The names of all transitions of a machine, or of all machines of a family. */
export function transitionsOf(logic: AnyActorLogic): string[] {
  return machinesOf(logic).flatMap(({ root }) => transitionsWithin(root).map(nameOf))
}

function machinesOf(logic: AnyActorLogic): AnyStatechart[] {
  if ('root' in logic) return [logic as unknown as AnyStatechart]
  if (!('roles' in logic)) return []
  return Object.values(logic.roles as Record<string, { actor: AnyStatechart }>).map(({ actor }) => actor)
}

function transitionsWithin(node: AnyStateNode): Transition[] {
  const own = [...[...node.transitions.values()].flat(), ...(node.always ?? [])]
  return [...own, ...Object.values(node.states).flatMap(transitionsWithin)]
}
