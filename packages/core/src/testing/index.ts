export { checkFamily, checkMachine, type EventsOf } from './checkMachine/checkMachine.js'
export { type MachineDefect, type MachineDefectKind, MachineDefectsError } from './checkMachine/checkMachineParts.js'
export { type Driven, drive } from './harness.js'
export { type MemoryStore, type MemoryStoreOptions, memoryStore } from './memoryStore.js'
export {
  type MemoryMessage,
  type MemoryTransport,
  type MemoryTransportOptions,
  memoryTransport,
} from './memoryTransport.js'
export type { Draws } from './simulation/draws.js'
export type { Invariant, InvariantFactory, Place, Subject } from './simulation/invariant.js'
export type { Ending, Operation } from './simulation/operation.js'
export { foundBy } from './simulation/shown.js'
export type {
  FieldForm,
  OperationForm,
  Served,
  Workload,
  WorkloadClient,
  WorkloadSettings,
} from './simulation/workload.js'
export { type Packet, Stage, StageActor, type StageDisk } from './stage.js'
export type { StoreLocation } from './suites/storeBench.js'
export { storeSuite } from './suites/storeSuite.js'
export { type SuiteCase, transportSuite } from './suites/transportSuite.js'
export { type VirtualClock, virtualClock } from './virtualClock.js'
