import type { NodeId, Notice, PhaseQuorums } from '@quorate/core'
import { isAlone } from './answered.js'

interface MayDoubt {
  readonly config: { readonly id: NodeId; readonly quorums: PhaseQuorums; readonly lossAccepted?: boolean }
  readonly doubtful: boolean
  readonly mayHaveLost: boolean
}

/** What people are told of an acceptor whose disk lost a write. */
export function noticesOf({ config, doubtful, mayHaveLost }: MayDoubt): { readonly notices?: readonly Notice[] } {
  if (mayHaveLost) return { notices: [lossAccepted] }
  if (!doubtful) return {}
  const waits = isAlone(config.quorums, config.id) && config.lossAccepted !== true
  return { notices: [waits ? lossToAccept : lossToMakeGood] }
}

/** What people are told of a proposer that had to count acceptors in doubt. */
export const preparedInDoubt: Notice = {
  level: 'error',
  text: 'too many acceptors had lost their last write when they told this proposer what they had accepted: a value that no other disk held is lost, although it may have been acknowledged',
}

const lossAccepted: Notice = {
  level: 'error',
  text: 'this acceptor went on although the last write of its disk is lost, and without proposers that did not answer: what was acknowledged last may be gone. Compare with what clients know',
}

const lossToMakeGood: Notice = {
  level: 'warn',
  text: 'the disk of this acceptor lost its last write: it asks all proposers what that may have been, and until it knows, it counts only where all acceptors answer',
}

const lossToAccept: Notice = {
  level: 'error',
  text: 'the disk of this acceptor lost its last write, which may have been acknowledged, and no other acceptor can tell what it was: start the node with acceptPossibleLoss to go on without it',
}
