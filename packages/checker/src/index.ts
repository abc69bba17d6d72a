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
export type { History } from './history/history.js'
export { HistoryBuilder, type HistoryLimits } from './history/historyBuilder.js'
export { HistoryReader, type HistoryReaderLimits, readHistory } from './history/historyReader.js'
export type { Json } from './history/json.js'
export {
  checkLinearizability,
  type HistoryCheckOptions,
  type LinearizabilityReport,
} from './history/linearizability.js'
export type { Access, HistoryModel, OperationForm } from './history/model.js'
export { historyModels } from './history/models.js'
export type { Call, Operation, ProcessId } from './history/operation.js'
export type { Part } from './history/parts.js'
export { type ConsistencyModel, consistencyModels, type Placement, placeHistory } from './history/placement.js'
export { checkSequentialConsistency, type SequentialReport } from './history/sequentialConsistency.js'
export type { Violation } from './history/violation.js'
