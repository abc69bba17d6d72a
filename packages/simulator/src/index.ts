export { Chance } from './chance/chance.js'
export { drawLimits } from './chance/limits.js'
export { SimulatedDiskError, UnfitScriptError, UnreadableScriptError } from './errors.js'
export { drawScript } from './faults/drawScript.js'
export { type FaultMix, faultMixes } from './faults/faultRates.js'
export { generalInvariants, invariantsOf } from './invariants/general.js'
export type { Violation } from './invariants/monitor.js'
export { Coverage, type RoleCoverage } from './observation/coverage.js'
export { noProgress, verdictOf } from './report/transcript.js'
export type { BitRot, MessageFate, NetworkConditions, Script, Step, Unsynced } from './script/script.js'
export { lengthOf } from './script/scriptLength.js'
export { formatScript, parseScript } from './script/scriptText.js'
export { type ExploreOptions, explore } from './search/explore.js'
export { type Finding, type FindingOptions, failureOf, findingOf, retell } from './search/findings.js'
export { type Judged, judgedOf } from './search/judged.js'
export { type ShrinkOptions, shrink } from './search/shrink.js'
export { clientGroups, takesClients } from './subject/clientGroups.js'
export type {
  Promises,
  SimulatedCluster,
  SimulatedHandler,
  SimulatedPorts,
  SimulationSubject,
} from './subject/subject.js'
export { checkWorkload } from './workload/checkWorkload.js'
export { registers } from './workload/registers.js'
export { registerWorkload } from './workload/registerWorkload.js'
export type { ClusterWorkload, SimulatedWorkload } from './workload/simulatedWorkload.js'
export { type RunResult, type SimulateOptions, simulate } from './world/simulate.js'
