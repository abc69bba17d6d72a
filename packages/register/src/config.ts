import { type Address, addressOf, everyNode, type NodeId, type PhaseQuorums } from '@quorate/core'

/** The roles' names in addresses. */
export const coordinatorRole = 'coordinator'
export const replicaRole = 'replica'

/** Who an actor is, and who decides. Never changes. */
export interface RegisterConfig {
  readonly group: string
  readonly id: NodeId
  readonly replicas: readonly NodeId[]
  /** Of replicas: those of phase 1 are queried, those of phase 2 are written to. */
  readonly quorums: PhaseQuorums
  /** The operator lets this node go on without what its disk may have lost, where nobody else can tell. @default false */
  readonly lossAccepted?: boolean
}

export const everyReplica = ({ config }: { readonly config: RegisterConfig }): Address =>
  addressOf(config.group, replicaRole, everyNode)
