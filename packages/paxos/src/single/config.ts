import { type Address, addressOf, everyNode, type NodeId, type PhaseQuorums } from '@quorate/core'

/** The roles' names in addresses. */
export const proposerRole = 'proposer'
export const acceptorRole = 'acceptor'
export const learnerRole = 'learner'

/** Who an actor is, and who decides. Never changes. */
export interface PaxosConfig {
  readonly group: string
  readonly id: NodeId
  readonly proposers: readonly NodeId[]
  readonly acceptors: readonly NodeId[]
  /** Of acceptors. */
  readonly quorums: PhaseQuorums
  /** The operator lets this node go on without what its disk may have lost, where nobody else can tell. @default false */
  readonly lossAccepted?: boolean
  /** The learner that acceptors inform and that informs the others; absent where acceptors inform all. */
  readonly distinguishedLearner?: NodeId
}

interface Configured {
  readonly config: PaxosConfig
}

export const everyAcceptor = ({ config }: Configured): Address => addressOf(config.group, acceptorRole, everyNode)
export const everyLearner = ({ config }: Configured): Address => addressOf(config.group, learnerRole, everyNode)
export const everyProposer = ({ config }: Configured): Address => addressOf(config.group, proposerRole, everyNode)

/**
 * Whom acceptors inform. Section 2.3: "to have each acceptor, whenever it accepts a proposal, respond to all learners", or
 * to "have the acceptors respond with their acceptances to a distinguished learner, which in turn informs the other
 * learners".
 */
export const informedLearner = ({ config }: Configured): Address =>
  addressOf(config.group, learnerRole, config.distinguishedLearner ?? everyNode)
