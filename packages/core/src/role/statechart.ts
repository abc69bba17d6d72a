/**
 * How a role is written down, and the types of what comes of it: all that the project takes from XState. Only this file
 * imports it, and only `stepper.ts` knows how one of its statecharts is stepped, so the next major version of it is a change
 * in these two.
 * @module
 */
export {
  type ActorLogic,
  type ActorSystem,
  type AnyActorLogic,
  type AnyActorScope,
  type AnyMachineSnapshot,
  type AnyStateMachine as AnyStatechart,
  type AnyStateNode,
  type AnyTransitionDefinition,
  and,
  assign,
  type ContextFrom,
  createMachine,
  type EmittedFrom,
  type EventFromLogic,
  emit,
  enqueueActions,
  type InputFrom,
  type InspectionEvent,
  // The next two stand in the declarations of every statechart.
  type MetaObject,
  type NonReducibleUnknown,
  not,
  type OutputFrom,
  or,
  type Snapshot,
  type SnapshotFrom,
  type StateMachine as Statechart,
  type StateValue,
  setup,
  stateIn,
} from 'xstate'
