import {
  addressOf,
  type GroupDefinition,
  type Message,
  type NodeId,
  type RoleSnapshot,
  type StoredLog,
} from '@quorate/core'
import type { Renaming } from '../actors/actor.js'
import { type NewNames, permutationsOf, renamed } from '../renamed.js'
import { group, type Names, type RoleActor } from './roleActor.js'
import type { RoleState } from './roleState.js'

/**
 * All ways to rename nodes that are alike. A role keeps names as whole texts: of nodes, and of actors as addresses. What
 * never changes it keeps under `config`, where each node has its own.
 */
export function alikeNodes<History>(
  nodes: readonly NodeId[],
  { definition, names, actors }: { definition: GroupDefinition; names: Names; actors: readonly RoleActor[] },
): Iterable<Renaming<RoleState, Message, History>> {
  const actorOf = new Map(actors.map((actor) => [actor.name, actor]))
  const renamingOf = (to: NewNames): Renaming<RoleState, Message, History> => {
    const all = new Map<string, string>(to)
    for (const [role, { nodes: hosts }] of Object.entries(definition.roles)) {
      for (const node of hosts) {
        const other = to.get(node) ?? node
        all.set(names.of(role, node), names.of(role, other))
        all.set(addressOf(group, role, node), addressOf(group, role, other))
      }
    }
    return {
      actor: (name) => all.get(name) ?? name,
      message: (message) => renamed(message, all),
      history: (history) => renamed(history, all),
      state: (state, name) => {
        const actor = actorOf.get(name)
        return actor ? renamedState(state, actor, all) : state
      },
    }
  }
  return {
    *[Symbol.iterator]() {
      for (const to of permutationsOf(nodes)) yield renamingOf(to)
    },
  }
}

function renamedState(state: RoleState, role: RoleActor, names: ReadonlyMap<string, string>): RoleState {
  const { actor, stored, before, appliedState } = state
  const codec = role.recordCodec
  const renamedStored = ({ record, ...rest }: StoredLog): StoredLog => ({
    ...rest,
    record: record && codec.encode(renamed(codec.decode(record), names)),
  })
  return {
    ...state,
    actor: actor && {
      ...actor,
      snapshot: renamedSnapshot(actor.snapshot, role.config, names),
      outbox: renamed(actor.outbox, names),
      writing: renamed(actor.writing, names),
    },
    stored: renamedStored(stored),
    ...(before && { before: { ...before, stored: renamedStored(before.stored) } }),
    appliedState: appliedState && renamed({ ...appliedState, sessions: new Map(appliedState.sessions) }, names),
  }
}

function renamedSnapshot(snapshot: RoleSnapshot, config: unknown, names: ReadonlyMap<string, string>): RoleSnapshot {
  const { config: _own, ...rest } = snapshot.context as Record<string, unknown>
  const context = { ...renamed(rest, names), ...(config !== undefined && { config }) }
  return { ...snapshot, context, ...(snapshot.inner && { inner: { ...snapshot.inner, context } }) }
}
