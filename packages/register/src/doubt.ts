import type { NodeId } from '@quorate/core'
import type { RegisterConfig } from './config.js'
import { counted, type Gathered } from './lapses.js'

/** When a replica holds again what its disk may have lost of a key; why that is enough, `lapses.ts` says. @module */

/** What others answered, and who did so in doubt himself. */
export interface Restoring extends Gathered {
  readonly config: RegisterConfig
  readonly doubtful: Readonly<Record<NodeId, boolean>>
  /** How often all were asked. */
  readonly asks: number
}

/** So often all had the time to answer. */
const asksEnough = 3

/** True if no other replica need hold what this one has lost. */
export const isAlone = ({ quorums, id }: RegisterConfig): boolean => quorums.phase2.tally({ [id]: true }) === 'won'

/**
 * A quorum of both phases without it, of replicas that are in no doubt; or all others, in doubt or not: then a value is lost
 * only if all that held it have lost it. Of what nobody else need have held the operator has to accept the loss.
 */
export function isRestored(self: Restoring): boolean {
  const { config, doubtful } = self
  if (isAlone(config) && config.lossAccepted !== true) return false
  const answered = counted(self)
  const sure = Object.fromEntries(Object.entries(answered).filter(([node]) => doubtful[node] !== true))
  const { phase1, phase2 } = config.quorums
  if (phase1.tally(sure) === 'won' && phase2.tally(sure) === 'won') return true
  return config.replicas.every((node) => node === config.id || answered[node] === true)
}

/** Others are gone for good, and so is whatever only this disk held: the operator accepts it. */
export const isToGoWithout = ({ config, asks }: Restoring): boolean =>
  config.lossAccepted === true && asks >= asksEnough
