export type { CallOptions } from './client/call.js'
export type { ClientCodecs } from './client/clientCodecs.js'
export { clusterStatus } from './client/clusterStatus.js'
export { type ConnectedClient, type ConnectOptions, connectClient } from './client/connectClient.js'
export { type ClientOptions, GroupClient, type QueryOptions } from './client/groupClient.js'
export type { Proposed } from './client/proposals.js'
export type { Groups, NodeOptions } from './configuration.js'
export type { DropReason } from './dropLog.js'
export {
  CommandFailedError,
  CommandTooLargeError,
  NodeStoppedError,
  NotExecutedError,
  OverloadedError,
  QueryFailedError,
  RestoreFailedError,
  ResultTooLargeError,
  SnapshotFailedError,
  StoreReplacedError,
  UnknownOutcomeError,
} from './errors.js'
export { startNode } from './node.js'
export type { NodeGroup, NodeGroupOf } from './nodeGroup.js'
export type { GroupReport, NodeReport, RolePlacement, RoleReport } from './nodeStatus.js'
export type { QuorateNode } from './quorateNode.js'
export { QuorumsDoNotMeetError, UnknownNodeError } from './quorumCheck.js'
export { realClock } from './realClock.js'
export {
  DuplicateNodeError,
  defineTopology,
  type Topology,
  UnplacedRoleError,
} from './topology.js'
