export type { DropReason } from './bus/dropLog.js'
export { AskClient } from './client/askClient.js'
export type { CallOptions } from './client/call.js'
export type { ClientCodecs } from './client/clientCodecs.js'
export type { ClientOptions } from './client/clientOptions.js'
export { type AskConnectOptions, type ConnectedAskClient, connectAskClient } from './client/connectAskClient.js'
export { type ConnectedClient, type ConnectOptions, connectClient } from './client/connectClient.js'
export { LogClient, type QueryOptions } from './client/logClient.js'
export type { Proposed } from './client/proposals.js'
export {
  CommandFailedError,
  CommandTooLargeError,
  InitialFailedError,
  LeadershipUnsupportedError,
  MalformedRequestError,
  NodeStoppedError,
  NotExecutedError,
  NotLeaderError,
  OverloadedError,
  QueryFailedError,
  RestoreFailedError,
  ResultTooLargeError,
  SnapshotFailedError,
  StoreReplacedError,
  TransferFailedError,
  UnknownOutcomeError,
} from './errors.js'
export type { LogGroup } from './node/logGroup.js'
export type { AskGroup, NodeGroupOf } from './node/nodeGroup.js'
export type { QuorateNode } from './node/quorateNode.js'
export { startNode } from './node/startNode.js'
export type { Leadership, LeadershipState } from './serving/leadership.js'
export { clusterStatus } from './status/clusterStatus.js'
export type { GroupReport, NodeReport, RoleReport, ServiceReport, StatusPage } from './status/nodeStatus.js'
export { transferLeadership } from './status/transferLeadership.js'
export { realClock } from './system/realClock.js'
export type { Groups, NodeOptions } from './topology/configuration.js'
export { QuorumsDoNotMeetError, UnknownNodeError } from './topology/quorumCheck.js'
export {
  DuplicateNodeError,
  defineTopology,
  type Topology,
  UnplacedRoleError,
} from './topology/topology.js'
