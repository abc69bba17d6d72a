import type { HistoryModel } from '@quorate/checker'
import type { AnyStateMachine } from '@quorate/core'
import type { Served, Workload } from '@quorate/core/testing'

/** What clients of a group do, and by what they are judged. */
export interface SimulatedWorkload<Of extends Served = Served> extends Workload<Of> {
  /** What they are told must be linearizable to this model. @default it is not judged */
  readonly model?: HistoryModel
  /** Takes the place of the group's own state machine. @default that one runs */
  readonly stateMachine?: AnyStateMachine
}

/** How much clients do, and what. What is left out is drawn. */
export interface ClusterWorkload {
  /** How many clients there are for each group that takes anything from clients. */
  readonly clients?: number
  /** How many operations they begin in a second, all together. */
  readonly perSecond?: number
  /** How many objects they use. */
  readonly keys?: number
  /** What the clients of a group do, by its name. @default registers, where it orders a log; else nobody asks it anything */
  readonly groups?: Readonly<Record<string, SimulatedWorkload>>
}
