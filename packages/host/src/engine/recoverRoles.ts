import {
  type GroupDefinition,
  hostsOf,
  type NodeId,
  type OpenStore,
  origin,
  type RecoveredState,
  recoveredState,
} from '@quorate/core'
import { keyOf } from './hostedActor.js'

/** What was found on the disk for each hosted role. */
export type RecoveredRoles = ReadonlyMap<string, RecoveredState>

const nothingRecovered: RecoveredState = {
  record: undefined,
  snapshot: undefined,
  base: origin,
  entries: [],
  table: [],
  doubtful: false,
}

/** Reads what the store holds of the roles that `node` hosts in a group. */
export async function recoverRoles(
  store: OpenStore,
  node: NodeId,
  group: string,
  definition: GroupDefinition,
  lossAccepted: boolean,
): Promise<RecoveredRoles> {
  const roles = new Map<string, RecoveredState>()
  for (const [role, of] of Object.entries(definition.roles)) {
    if (!hostsOf(of).includes(node)) continue
    const { record, remembers = true } = of
    // What a store in doubt lost cannot have been this role's, and who is told of it must write something.
    if (!remembers) {
      roles.set(role, nothingRecovered)
      continue
    }
    const found = await store.recover(keyOf(group, role))
    roles.set(role, recoveredState(found, record, { doubtful: store.doubtful, lossAccepted }))
  }
  return roles
}

/** Under which keys a store holds what roles of a group remember, also roles that the group has no more. */
export const keysOf = (store: OpenStore, group: string): readonly string[] =>
  store.keys().filter((key) => key.startsWith(keyOf(group, '')))
