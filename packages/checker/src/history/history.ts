import type { HistoryModel } from './model.js'
import type { Operation } from './operation.js'

/** What was read: the operations that took place, or may have. */
export interface History {
  /** The model that has all operations of the history: the first that does, of those that were allowed. */
  readonly model: HistoryModel
  /** By invocation. */
  readonly operations: readonly Operation[]
  /** How many operations did not take place. */
  readonly failed: number
}
