import { type HistoryModel, historyModels } from '@quorate/checker'
import { type AnyStateMachine, InvalidConfigurationError } from '@quorate/core'
import type { Served, Workload } from '@quorate/core/testing'

/** What clients of a group do, and by what they are judged. */
export interface SimulatedWorkload<Of extends Served = Served> extends Omit<Workload<Of>, 'model'> {
  /** As of a {@link Workload}, or one of your own. @default what clients are told is not judged */
  readonly model?: string | HistoryModel
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

/**
 * The model by which what clients are told is judged; undefined where it is not.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION`: a name that the checker does not know.
 */
export function modelOf({ name, model }: SimulatedWorkload): HistoryModel | undefined {
  if (typeof model !== 'string') return model
  const known = historyModels.find((each) => each.name === model)
  if (known) return known
  const names = historyModels.map((each) => each.name).join(', ')
  throw new InvalidConfigurationError(
    `workload ${name}: there is no model of histories ${JSON.stringify(model)}: expected one of ${names}, or a HistoryModel`,
  )
}
