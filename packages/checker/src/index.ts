// The model checker.

// Checkers of histories.
export type { CausalModel } from './history/causal/causal.js'
export type { Finding } from './history/causal/finding.js'
export type { SessionGuarantee } from './history/causal/sessions.js'
export type { Judgement } from './history/causal/weakModels.js'
export type { CheckedPart } from './history/checkedPart.js'
export {
  HistoryTooLargeError,
  MalformedEventError,
  OverlappingOperationsError,
  UnknownOperationError,
  UnmatchedCompletionError,
  UnreadableHistoryError,
} from './history/errors.js'
export type { HistoryEvent } from './history/event.js'
export { inexactNumberIn } from './history/exactNumbers.js'
export type { History } from './history/history.js'
export { HistoryBuilder, type HistoryLimits } from './history/historyBuilder.js'
export { HistoryReader, type HistoryReaderLimits, readHistory } from './history/historyReader.js'
export type { Json } from './history/json.js'
export {
  checkLinearizability,
  type HistoryCheckOptions,
  type LinearizabilityReport,
  linearizabilityInSlices,
} from './history/linearizability.js'
export type { Access, HistoryModel, OperationForm } from './history/model.js'
export { historyModels } from './history/models.js'
export type { Call, Operation, ProcessId } from './history/operation.js'
export type { Part } from './history/parts.js'
export {
  type ConsistencyModel,
  consistencyModels,
  type Placement,
  placeHistory,
  placementInSlices,
} from './history/placement.js'
export type { Slices } from './history/search/slices.js'
export { checkSequentialConsistency, type SequentialReport } from './history/sequentialConsistency.js'
export type { Violation } from './history/violation.js'
export {
  type ActorPredicate,
  type ActorStep,
  type ActorStepPredicate,
  type ActorStepsPredicate,
  type ActorSystem,
  type ActorsPredicate,
  type Envelope,
  type HistoryDefinition,
  type HistoryPredicate,
  type MessagesPredicate,
  type ModelActor,
  type NetworkKind,
  type NetworkSettings,
  type OwnEvent,
  ofEveryActor,
  ofEveryActorStep,
  ofHistory,
  ofSomeActor,
  ofSomeMessage,
  type Reaction,
  type Renaming,
  type Sending,
  type SystemStep,
  type View,
} from './model/actors/actor.js'
export { actorModel } from './model/actors/actorModel.js'
export { alike } from './model/actors/symmetry.js'
export { alikeNames, alikePlaces } from './model/alikeInStates.js'
export { Check, type CheckOptions, check, type Model } from './model/check.js'
export type { Assumption, Strength } from './model/engine/fairActions.js'
export type { Trace } from './model/engine/replay.js'
export type { Ending } from './model/engine/search.js'
export type { PropertyKind, StepText } from './model/engine/space.js'
export { InvalidModelError, InvalidParameterError } from './model/errors.js'
export { type Fairness, strongFairness, weakFairness } from './model/fairness.js'
export {
  type BooleanParameter,
  type ChoiceParameter,
  expectedOf,
  type NumberParameter,
  type ParameterDefinition,
  type ParameterDefinitions,
  type ParameterizedModel,
  type ParameterValue,
  type ParameterValues,
  parameterized,
  readParameter,
} from './model/parameters.js'
export {
  always,
  type DeadlockFree,
  deadlockFree,
  eventually,
  everyStep,
  type LeadsTo,
  leadsTo,
  type Property,
  type StateProperty,
  type StepProperty,
  sometimes,
} from './model/property.js'
export {
  isLinearizable,
  noOperations,
  type RegisterHistory,
  type RegisterNote,
  recordNotes,
} from './model/reference/linearizability.js'
export { type ModelSettings, type ReferenceModel, referenceModels } from './model/reference/referenceModels.js'
export type { RegisterSettings } from './model/reference/register.js'
export type { CheckReport, PropertyReport, Verdict } from './model/report.js'
export { type GroupScope, groupModel } from './model/roles/groupModel.js'
export type { ModelRequest, RoleSettings } from './model/roles/roleSettings.js'
export type { RoleState } from './model/roles/roleState.js'
export { transcriptOf } from './model/transcript.js'
export { type Transition, type TransitionSystem, transitionModel } from './model/transitions.js'
