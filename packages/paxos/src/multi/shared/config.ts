import { type Address, addressOf, everyNode, type NodeId, type PhaseQuorums, type QuorumSystem } from '@quorate/core'

/** The roles' names in addresses. */
export const roleNames = {
  proposer: 'proposer',
  acceptor: 'acceptor',
  learner: 'learner',
  batcher: 'batcher',
  proxyLeader: 'proxyLeader',
} as const

export type RoleName = (typeof roleNames)[keyof typeof roleNames]

export interface MultiPaxosLimits {
  /** Slots in one message. @default 1024 */
  readonly entriesMax: number
  /** Bytes of entries in one message, and of data in one InstallSnapshot. @default 262144 */
  readonly bytesMax: number
  /** Accepts on their way that are not chosen yet: the window. @default 16 */
  readonly pollsMax: number
  /** Slots of the distinguished proposer that are not chosen yet; beyond, proposals are refused as overloaded. @default 65536 */
  readonly openSlotsMax: number
  /** The same in bytes; as many may wait at a batcher, too. @default 33554432 */
  readonly openBytesMax: number
  /** Entries that a learner keeps before its snapshot, for learners that are a little behind. @default 10000 */
  readonly entriesKept: number
  /** The same in bytes; the distinguished proposer keeps a quarter of it at most of what is chosen. @default 33554432 */
  readonly bytesKept: number
  /**
   * Entries that a learner keeps behind a missing slot; what comes beyond, it asks for later. As many it keeps for others behind
   * a snapshot that they are being sent. @default 131072
   */
  readonly entriesAheadMax: number
  /** The same in bytes. @default 33554432 */
  readonly bytesAheadMax: number
  /** Reads that wait at a batcher; beyond, reads are refused as overloaded. @default 4096 */
  readonly openReadsMax: number
  /** Slots that an acceptor leaves empty at once, after it was away for long. @default 262144 */
  readonly emptySlotsMax: number
  /** An acceptor writes down what is known to be chosen when it has grown by so many slots. @default 1024 */
  readonly noteEverySlots: number
  /** The same in bytes: so much, and the window, may have to be proposed again after a restart. @default 1048576 */
  readonly noteEveryBytes: number
  /** An acceptor forgets what learners hold in snapshots when that has grown by so many slots. @default 4096 */
  readonly forgetEverySlots: number
  /** The same in bytes. @default 8388608 */
  readonly forgetEveryBytes: number
}

/** Who an actor is, and with whom. Never changes. */
export interface MultiPaxosConfig {
  readonly group: string
  readonly id: NodeId
  readonly nodes: Readonly<Record<RoleName, readonly NodeId[]>>
  /** Of acceptors. */
  readonly quorums: PhaseQuorums
  /** Of learners: what they hold in snapshots, acceptors may forget. */
  readonly snapshotQuorum: QuorumSystem
  readonly limits: MultiPaxosLimits
  /** The operator lets this node go on without what its disk may have lost, where nobody else can tell. @default false */
  readonly lossAccepted?: boolean
}

export interface Configured {
  readonly config: MultiPaxosConfig
}

export const roleAt = ({ config }: Configured, role: RoleName, node: NodeId): Address =>
  addressOf(config.group, role, node)
export const everyRole = (self: Configured, role: RoleName): Address => roleAt(self, role, everyNode)

/** Nodes of a role, but for this one. */
export const others = ({ config }: Configured, role: RoleName): readonly NodeId[] =>
  config.nodes[role].filter((node) => node !== config.id)
