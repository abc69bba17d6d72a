import type { ServerFamily } from '@quorate/raft'
import { withoutPreVote } from '../check/models/raftFamilies.js'
import type { Any, Checked } from './mistake.js'
import type { Pitfall } from './pitfalls.js'

/** In which scopes mistakes in Raft are looked for. @module */

export const scope = {
  name: 'raft',
  servers: 3,
  terms: 2,
  timeouts: 2,
  crashes: 0,
  writes: 'atomic',
  network: { kind: 'nondup' },
} as const

export type Scope = (family: ServerFamily) => Checked['model']

export const raft = (
  name: string,
  pitfall: Pitfall,
  within: Scope,
  by: Any,
  family: Any = withoutPreVote,
): Checked => ({
  name: `Raft: ${name}`,
  pitfall,
  model: within(family.provide(by)),
  sound: () => within(family),
})
