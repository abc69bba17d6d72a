export {
  type Actor,
  type ActorEvent,
  type ActorState,
  type ActorStep,
  type ActorWritten,
  actorOf,
  beginWrite,
  endWrite,
  type RoleSnapshot,
} from './actor/actor.js'
export type { Cause } from './actor/cause.js'
export { choicesOf, drawn } from './actor/choose.js'
export { operationOf, recoveredState } from './actor/durable.js'
export {
  type Answer,
  type Answered,
  type AskOutcome,
  type Called,
  type CallOutcome,
  type Chosen,
  type ClientAsked,
  type DurableEffect,
  type Effect,
  isDurable,
  isQuestion,
  type LeaderTransfer,
  type LocalEvent,
  type MembersDenied,
  type OwnRequest,
  type PeerFound,
  type PeerLost,
  type Question,
  type QuestionOutcome,
  type Received,
  type RequestId,
  send,
} from './actor/effect.js'
export { LocalActor, type LocalState, type LocalStep } from './actor/localActor.js'
export type { Observe, Observed } from './actor/observed.js'
export { emptyOutbox, enqueue, type Outbox, take, written } from './actor/outbox.js'
export { inOneOrder, requestText } from './actor/questions.js'
export { type ObservedActor, type StepRecord, stepRecord } from './actor/stepRecord.js'
export { awaitedBy, stillSuspected, suspectedAfter } from './actor/suspicion.js'
export { UnencodableValueError, UnsupportedVersionError } from './codec/errors.js'
export type { Draft, MessageCodec } from './codec/messageCodec.js'
export { decodeWith, ProtoReader } from './codec/protoReader.js'
export { encodeWith, ProtoWriter } from './codec/protoWriter.js'
export { checkOptions, nearestTo, type OptionKeys } from './errors/checkOptions.js'
export {
  BrokenInvariantError,
  InvalidConfigurationError,
  InvalidNameError,
  invariant,
  MalformedMessageError,
  QuorateError,
} from './errors/errors.js'
export { errorOf, messageOf, textOf } from './errors/textOf.js'
export {
  checkMembers,
  checkMethods,
  checkNodes,
  checkTimes,
  limitsOf,
  quorumMethods,
  stateMachineMethods,
  timerMsMax,
} from './group/configuration.js'
export type { Member, Members } from './group/members.js'
export { checkEmitted, hostsOf, joinsIn, membersIn } from './group/placement.js'
export type {
  CallHandler,
  CallPlace,
  GroupDefinition,
  ManyAtOneAddress,
  Notice,
  RecoveredState,
  RoleDefinition,
  RoleStatus,
} from './group/protocol.js'
export {
  type AskContract,
  type AskLimits,
  type AskService,
  type LogLimits,
  type LogService,
  logAppliedBy,
  type NoService,
  type Service,
  servingRole,
} from './group/service.js'
export {
  type AnyEach,
  type FromOutside,
  type Keyed,
  type KeyedContext,
  type KeyedInput,
  type KeyedLimits,
  type KeyedRecord,
  type KeyedRefusal,
  type KeyedSettings,
  type KeyedSnapshot,
  type KeyedStart,
  keyedRecord,
} from './keyed/keyed.js'
export { perKey } from './keyed/perKey.js'
export { entriesAfter, noopAt } from './log/entries.js'
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
} from './log/incomingSnapshot.js'
export { Log } from './log/log.js'
export {
  type Command,
  type Entry,
  type EntryKind,
  entryOverheadBytes,
  isSameEntry,
  isSameLogId,
  type LogId,
  type Message,
  origin,
  type Snapshot,
  sizeOf,
} from './log/message.js'
export {
  type Instant,
  instantOf,
  isSameStamp,
  isTimed,
  type LogTime,
  type Stamp,
  startOfTime,
  type Timed,
  timeAfter,
} from './log/time.js'
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
} from './ports/ports.js'
export { afterOperation, nothingStored, recoveredFrom, type StoredLog, storedFrom } from './ports/storedLog.js'
export { describeQuorum } from './quorum/description.js'
export { grid } from './quorum/grid.js'
export { type DisjointQuorums, disjointQuorums, UnprovenQuorumsError } from './quorum/intersection.js'
export { bothPhases, flexible, membersOf, type PhaseQuorums } from './quorum/phases.js'
export { quorums } from './quorum/predicate.js'
export type { Part, QuorumSystem, Threshold } from './quorum/quorumSystem.js'
export { atLeast, joint, majority, weighted } from './quorum/threshold.js'
export { again, become, type Family, type FamilySnapshot, type Roles, type Successor } from './role/become.js'
export { madeOnce } from './role/madeOnce.js'
export { eventOf, ignore, rulesFor } from './role/rules.js'
// These stand in the declarations of every role, also where a file imports nothing of XState's.
export type { MetaObject, NonReducibleUnknown, Statechart } from './role/statechart.js'
export { statePath } from './role/statePath.js'
export {
  delayNameOf,
  isTimer,
  noTimers,
  type PendingTimers,
  type Step,
  type StepOutcome,
  type Stepper,
  stepper,
  type TimerChange,
  type Transition,
  timerName,
  withKey,
  withoutKey,
} from './role/stepper.js'
export {
  appliedStateInParts,
  decodeAppliedState,
  encodeAppliedState,
  restoringAppliedState,
  snapshotOf,
} from './stateMachine/appliedSnapshot.js'
export {
  type Applied,
  type AppliedState,
  applyEntries,
  clientOf,
  failureTextMax,
  initialAppliedState,
} from './stateMachine/appliedState.js'
export { type Outcome, Outcomes } from './stateMachine/outcomes.js'
export { answerChecked, applyChecked, checkBytes } from './stateMachine/returned.js'
export {
  openedBy,
  openingOf,
  type Session,
  type SessionLimits,
  type Sessions,
  sessionOf,
} from './stateMachine/sessions.js'
export {
  type AnyStateMachine,
  asBytes,
  type Codec,
  type Deadline,
  defineStateMachine,
  json,
  type Placed,
  type Restoring,
  type StateMachine,
  type StateMachineDefinition,
  type TypedStateMachine,
} from './stateMachine/stateMachine.js'
export { UnreadableTraceError, UnsupportedTraceError } from './trace/errors.js'
export { plain } from './trace/plain.js'
export { lanesOf, spaceTimeDiagram } from './trace/spaceTimeDiagram.js'
export { encodeTrace, TraceReader, traceHeader } from './trace/traceCodec.js'
export type {
  AppliedEvent,
  DroppedEvent,
  FaultEvent,
  NoteEvent,
  ReceivedEvent,
  SentEvent,
  StepEvent,
  TraceEvent,
  TraceHeader,
  TracePlace,
  WrittenEvent,
} from './trace/traceEvent.js'
export { fieldsOf, traceEventOf } from './trace/traceEventOf.js'
export { lineText, TraceText, timeText } from './trace/traceText.js'
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
} from './values/address.js'
export { fingerprintOf } from './values/fingerprint.js'
export { isSameBytes } from './values/isSameBytes.js'
export type { Json } from './values/json.js'
export { PersistentMap, persistentMap } from './values/persistentMap.js'
export { type Bytes, inPieces, noBytes, Piece, Pieces, pieceBytes, wholeOf } from './values/pieces.js'
export { checkRow, compareKeys, isRowKey, type Row, rowBytesMax, rowKeyBytesMax, rowsOf } from './values/table.js'
export {
  decodeEnvelope,
  type Envelope,
  encodeEnvelope,
  envelopeWriter,
  type MessageId,
  messageIdOf,
  wireVersion,
} from './wire/envelope.js'
export { type Carried, carriedIn, envelopesIn, parcelOf, parcelType } from './wire/parcel.js'
