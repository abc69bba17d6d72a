import type { InvariantFactory } from '@quorate/core/testing'
import { chosenStaysChosen } from './chosenStaysChosen.js'
import { oneDecision } from './oneDecision.js'
import { oneValuePerSlot } from './oneValuePerSlot.js'
import { promisesOnlyGrow } from './promisesOnlyGrow.js'

export { decision } from './decision.js'

/** What must hold of a group of `paxos` or `multiPaxos`; each says itself which of the two it is about. */
export const paxosInvariants: readonly InvariantFactory[] = [
  oneValuePerSlot,
  chosenStaysChosen,
  promisesOnlyGrow,
  oneDecision,
]
