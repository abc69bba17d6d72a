// The model checker.
export {
  type ActorPredicate,
  type ActorStep,
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
  ofHistory,
  ofSomeActor,
  ofSomeMessage,
  type Reaction,
  type Renaming,
  type Sending,
  type View,
} from './model/actors/actor.js'
export { actorModel } from './model/actors/actorModel.js'
export { alike } from './model/actors/symmetry.js'
export {
  Check,
  type CheckOptions,
  type CheckReport,
  check,
  type Model,
  type PropertyReport,
  type Verdict,
} from './model/check.js'
export type { Trace } from './model/engine/replay.js'
export type { Ending } from './model/engine/search.js'
export type { PropertyKind, StepText } from './model/engine/space.js'
export { InvalidModelError } from './model/errors.js'
export { always, eventually, type Property, sometimes } from './model/property.js'
export { type ModelSettings, type ReferenceModel, referenceModels } from './model/reference/referenceModels.js'
export type { RegisterSettings } from './model/reference/register.js'
export { type GroupScope, groupModel } from './model/roles/groupModel.js'
export type { ModelRequest, RoleSettings } from './model/roles/roleActor.js'
export type { RoleSnapshot, RoleState } from './model/roles/roleState.js'
export { transcriptOf } from './model/transcript.js'
export { type Transition, type TransitionSystem, transitionModel } from './model/transitions.js'
