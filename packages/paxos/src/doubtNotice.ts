import type { NodeId, Notice, PhaseQuorums } from '@quorate/core'
import { isAlone } from './answered.js'

/** What people are told of an acceptor whose disk lost a write. */
export const doubtNotice = (config: {
  readonly id: NodeId
  readonly quorums: PhaseQuorums
  readonly lossAccepted?: boolean
}): Notice => (isAlone(config.quorums, config.id) && config.lossAccepted !== true ? lossToAccept : lossToMakeGood)

const lossToMakeGood: Notice = {
  level: 'warn',
  text: 'the disk of this acceptor lost its last write: it asks all proposers what that may have been, and until it knows, it counts only where all acceptors answer',
}

const lossToAccept: Notice = {
  level: 'error',
  text: 'the disk of this acceptor lost its last write, which may have been acknowledged, and no other acceptor can tell what it was: start the node with acceptLoss to go on without it',
}
