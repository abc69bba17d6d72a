export {
  type Address,
  addressOf,
  checkAddress,
  checkName,
  everyNode,
  type NodeId,
  nameLengthMax,
  nodeOf,
  parseAddress,
} from './address.js'
export { again, become, type Family, type FamilySnapshot, type Roles, type Successor } from './become.js'
export { checkOptions, nearestTo, type OptionKeys } from './checkOptions.js'
export { decodeEnvelope, type Envelope, encodeEnvelope, envelopeWriter, wireVersion } from './codec/envelope.js'
export { UnencodableValueError, UnsupportedVersionError } from './codec/errors.js'
export type { Draft, MessageCodec } from './codec/messageCodec.js'
export { decodeWith, ProtoReader } from './codec/protoReader.js'
export { encodeWith, ProtoWriter } from './codec/protoWriter.js'
export {
  checkMembers,
  checkMethods,
  checkNodes,
  checkTimes,
  limitsOf,
  quorumMethods,
  stateMachineMethods,
  timerMsMax,
} from './configuration.js'
export {
  type Applied,
  type AppliedState,
  applyEntries,
  clientOf,
  failureTextMax,
  initialAppliedState,
} from './driver.js'
export {
  appliedStateInParts,
  decodeAppliedState,
  encodeAppliedState,
  restoringAppliedState,
  snapshotOf,
} from './driverSnapshot.js'
export {
  type ClientAsked,
  type DurableEffect,
  type Effect,
  isDurable,
  type LocalEvent,
  type Received,
  type RequestId,
  send,
} from './effect.js'
export { entriesAfter, noopAt } from './entries.js'
export {
  BrokenInvariantError,
  InvalidConfigurationError,
  InvalidNameError,
  invariant,
  MalformedMessageError,
  QuorateError,
} from './errors.js'
export { fingerprintOf } from './fingerprint.js'
export {
  chunkAt,
  completed,
  type IncomingSnapshot,
  isLastChunk,
  isNextChunk,
  receivedOf,
  type SnapshotChunk,
  stageLastChunk,
  withChunk,
} from './incomingSnapshot.js'
export { Log } from './log.js'
export {
  type Command,
  type Entry,
  type EntryKind,
  entryOverheadBytes,
  isSameLogId,
  type LogId,
  type Message,
  origin,
  type Snapshot,
  sizeOf,
} from './message.js'
export { noStateMachine } from './noStateMachine.js'
export { emptyOutbox, enqueue, type Outbox, take, written } from './outbox.js'
export { type Bytes, inPieces, Piece, Pieces, pieceBytes, wholeOf } from './pieces.js'
export type {
  Clock,
  Connection,
  Logger,
  OpenStore,
  Random,
  Recovered,
  Store,
  StoreOperation,
  StoreWrite,
  Subscription,
  Transport,
  TransportCounters,
  TransportStatus,
} from './ports.js'
export type { GroupDefinition, GroupLimits, Notice, RecoveredState, RoleDefinition, RoleStatus } from './protocol.js'
export { describeQuorum } from './quorum/description.js'
export { grid } from './quorum/grid.js'
export { type DisjointQuorums, disjointQuorums, UnprovenQuorumsError } from './quorum/intersection.js'
export { bothPhases, flexible, membersOf, type PhaseQuorums } from './quorum/phases.js'
export { quorums } from './quorum/predicate.js'
export type { Part, QuorumSystem, Threshold } from './quorum/quorumSystem.js'
export { atLeast, joint, majority, weighted } from './quorum/threshold.js'
export { answerChecked, applyChecked, checkBytes } from './returned.js'
export { eventOf, ignore, rulesFor } from './rules.js'
export {
  noBytes,
  type Outcome,
  openedBy,
  openingOf,
  type Session,
  type SessionLimits,
  type Sessions,
  sessionOf,
} from './sessions.js'
export {
  type AnyStateMachine,
  type Codec,
  defineStateMachine,
  json,
  type Placed,
  type Restoring,
  type StateMachine,
  type StateMachineDefinition,
  type TypedStateMachine,
} from './stateMachine.js'
export { statePath } from './statePath.js'
export { delayNameOf, type Step, type StepOutcome, type Stepper, stepper } from './stepper.js'
export { afterOperation, nothingStored, type StoredLog } from './storedLog.js'
export { errorOf, messageOf, textOf } from './textOf.js'
