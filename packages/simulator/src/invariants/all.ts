import { chosenStaysChosen } from './chosenStaysChosen.js'
import { diskBeforeSpeech } from './diskBeforeSpeech.js'
import { electionSafety } from './electionSafety.js'
import { exactlyOnce } from './exactlyOnce.js'
import type { InvariantFactory } from './invariant.js'
import { leaderAppendOnly } from './leaderAppendOnly.js'
import { leaderCompleteness } from './leaderCompleteness.js'
import { linearizability } from './linearizability.js'
import { logMatching } from './logMatching.js'
import { oneDecision } from './oneDecision.js'
import { oneValuePerSlot } from './oneValuePerSlot.js'
import { promisesOnlyGrow } from './promisesOnlyGrow.js'
import { realTimeOrder } from './realTimeOrder.js'
import { stateMachineSafety } from './stateMachineSafety.js'
import { writtenDownFirst } from './writtenDownFirst.js'

/** All that is known here; each says itself which groups it is about. */
export const allInvariants: readonly InvariantFactory[] = [
  electionSafety,
  leaderAppendOnly,
  logMatching,
  leaderCompleteness,
  stateMachineSafety,
  oneValuePerSlot,
  chosenStaysChosen,
  promisesOnlyGrow,
  oneDecision,
  exactlyOnce,
  diskBeforeSpeech,
  writtenDownFirst,
  realTimeOrder,
  linearizability,
]
