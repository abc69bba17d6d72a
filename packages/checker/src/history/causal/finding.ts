import type { Operation } from '../operation.js'

/** Why a history does not have a property: the operations in question, and what is wrong with them. */
export interface Finding {
  readonly why: string
  readonly operations: readonly Operation[]
}
