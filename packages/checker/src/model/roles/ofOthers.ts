import { hostsOf, type LocalActor } from '@quorate/core'
import type { OwnEvent } from '../actors/actor.js'
import type { RoleSettings } from './roleSettings.js'
import type { RoleState } from './roleState.js'
import type { Turn } from './turn.js'

// The name of a node follows.
const suspects = 'suspects '
const finds = 'finds '
const isDenied = 'is denied by '

/** What an actor may be told of other nodes next: that one is lost, that it is back, that it goes by a later list of members. */
export function ofOthers(
  actor: LocalActor,
  state: RoleState,
  { suspects: suspecting = [], denies = [] }: RoleSettings,
): readonly OwnEvent[] {
  const { definition, node, role } = actor
  const suspicions = suspecting.includes(role) ? actor.awaited(state) : []
  const others = denies.includes(role) ? hostsOf(definition).filter((other) => other !== node) : []
  return [
    ...suspicions.map((other) =>
      state.suspected.includes(other)
        ? { name: `${finds}${other}` }
        : { name: `${suspects}${other}`, costs: 'suspicions' },
    ),
    ...others.map((other) => ({ name: `${isDenied}${other}`, costs: 'denials' })),
  ]
}

/** What happens when it is told that; `undefined` of another event. */
export function toldBy(event: string): ((turn: Turn) => void) | undefined {
  const node = event.slice(event.lastIndexOf(' ') + 1)
  if (event === `${suspects}${node}`) return (turn) => turn.suspect({ type: 'peer.lost', node })
  if (event === `${finds}${node}`) return (turn) => turn.suspect({ type: 'peer.found', node })
  if (event === `${isDenied}${node}`) return (turn) => turn.deny(node)
  return undefined
}
