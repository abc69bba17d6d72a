import type { InvariantFactory } from '@quorate/core/testing'
import { electionSafety } from './electionSafety.js'
import { leaderAppendOnly } from './leaderAppendOnly.js'
import { leaderCompleteness } from './leaderCompleteness.js'
import { leaderStickiness } from './leaderStickiness.js'
import { logMatching } from './logMatching.js'

/**
 * What must hold of a group of `raft`: Figure 3, and the stickiness of leaders. State Machine Safety is of every replicated log:
 * the simulator has it.
 */
export const raftInvariants: readonly InvariantFactory[] = [
  electionSafety,
  leaderAppendOnly,
  logMatching,
  leaderCompleteness,
  leaderStickiness,
]
