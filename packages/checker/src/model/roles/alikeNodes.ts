import {
  addressOf,
  type Effect,
  type GroupDefinition,
  hostsOf,
  inOneOrder,
  type Message,
  type NodeId,
  type PendingTimers,
  persistentMap,
  type RoleSnapshot,
  type StoredLog,
  withKey,
  withoutKey,
} from '@quorate/core'
import type { Renaming } from '../actors/actor.js'
import { ModelFault } from '../errors.js'
import { type NewNames, permutationsOf, renamed } from '../renamed.js'
import { group, type Names } from './names.js'
import type { RoleActor } from './roleActor.js'
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
    for (const [role, of] of Object.entries(definition.roles)) {
      for (const node of hostsOf(of)) {
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

function renamedState(state: RoleState, role: RoleActor, names: NewNames): RoleState {
  const { actor, stored, before, appliedState, questions, suspected, members } = state
  const rows = new RenamedRows(role, names)
  const codec = role.recordCodec
  const renamedStored = ({ record, table, ...rest }: StoredLog): StoredLog => ({
    ...rest,
    record: record && codec.encode(renamed(codec.decode(record), names)),
    table: rows.ofTable(table),
  })
  return {
    ...state,
    actor: actor && {
      ...actor,
      timers: actor.snapshot.instances ? renamedTimers(actor.timers, names) : actor.timers,
      snapshot: renamedSnapshot(actor.snapshot, role.config, names, rows),
      outbox: { ...actor.outbox, waiting: actor.outbox.waiting.map((effect) => rows.ofEffect(effect)) },
      writing: actor.writing.map((effect) => rows.ofEffect(effect)),
    },
    stored: renamedStored(stored),
    ...(before && { before: { ...before, stored: renamedStored(before.stored) } }),
    appliedState: appliedState && renamed({ ...appliedState, sessions: new Map(appliedState.sessions) }, names),
    questions: inOneOrder(renamed(questions, names)),
    suspected: renamed(suspected, names).toSorted(),
    members: renamed(members, names),
  }
}

/** Of many at one address each timer has a key. */
function renamedTimers(timers: PendingTimers, names: NewNames): PendingTimers {
  const ofKeys = Array.from(timers, ([id, delayMs]) => {
    const { timer, key } = withoutKey(id) ?? {}
    return [timer === undefined || key === undefined ? id : withKey(timer, renamed(key, names)), delayMs] as const
  })
  return persistentMap(new Map(ofKeys))
}

/** Rows are bytes, in which names are found only by who knows what they are. */
class RenamedRows {
  readonly #role: RoleActor
  readonly #names: NewNames

  constructor(role: RoleActor, names: NewNames) {
    this.#role = role
    this.#names = names
  }

  ofTable(table: StoredLog['table']): StoredLog['table'] {
    if (table.size === 0) return table
    const rows = Array.from(table, ([key, bytes]) => [renamed(key, this.#names), this.#renamed(bytes)] as const)
    return persistentMap(new Map(rows))
  }

  ofEffect<Of extends Effect>(effect: Of): Of {
    const held = renamed(effect, this.#names)
    return held.type === 'put' ? { ...held, bytes: this.#renamed(held.bytes) } : held
  }

  #renamed(bytes: Uint8Array): Uint8Array {
    const codec = this.#role.rowCodec
    if (!codec) {
      throw new ModelFault(
        'holds rows that may hold names, and its role is not declared as keyed: check it with --no-symmetry',
      )
    }
    return codec.encode(renamed(codec.decode(bytes), this.#names))
  }
}

function renamedSnapshot(snapshot: RoleSnapshot, config: unknown, names: NewNames, rows: RenamedRows): RoleSnapshot {
  const { config: own, ...rest } = snapshot.context as Record<string, unknown>
  const { instances } = snapshot
  if (instances) {
    const { table, ...other } = rest as { readonly table: StoredLog['table'] }
    const context = { ...renamed(other, names), table: rows.ofTable(table), config }
    // What each of them has under `config` is what all share.
    const each = Array.from(
      instances,
      ([key, instance]) => [renamed(key, names), renamedSnapshot(instance, config, names, rows)] as const,
    )
    const value = Object.fromEntries(each.map(([key, instance]) => [key, instance.value]))
    return { ...snapshot, value, context, instances: persistentMap(new Map(each)) }
  }
  const context = { ...renamed(rest, names), ...(own !== undefined && { config }) }
  return { ...snapshot, context, ...(snapshot.inner && { inner: { ...snapshot.inner, context } }) }
}
