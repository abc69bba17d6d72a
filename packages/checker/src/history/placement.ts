import type { CausalModel } from './causal/causal.js'
import type { SessionGuarantee } from './causal/sessions.js'
import { type Judgement, judgeWeakModelsInSlices } from './causal/weakModels.js'
import { judgeConvergence } from './convergence.js'
import { checkLinearizability, type HistoryCheckOptions, type LinearizabilityReport } from './linearizability.js'
import type { HistoryModel } from './model.js'
import type { Operation } from './operation.js'
import { atOnce, type Slices } from './search/slices.js'
import { sequentialConsistencyInSlices } from './sequentialConsistency.js'

/** A rung of the ladder. */
export type ConsistencyModel =
  | SessionGuarantee
  | CausalModel
  | 'sequentialConsistency'
  | 'convergence'
  | 'linearizability'

/** The ladder from below. Each implies those that {@link weakerThan} names. */
export const consistencyModels: readonly ConsistencyModel[] = [
  'readYourWrites',
  'monotonicReads',
  'monotonicWrites',
  'writesFollowReads',
  'causalConsistency',
  'causalConvergence',
  'causalMemory',
  'sequentialConsistency',
  'convergence',
  'linearizability',
]

const sessions: readonly ConsistencyModel[] = [
  'readYourWrites',
  'monotonicReads',
  'monotonicWrites',
  'writesFollowReads',
]
const causal: readonly ConsistencyModel[] = [...sessions, 'causalConsistency']
const sequential: readonly ConsistencyModel[] = [...causal, 'causalConvergence', 'causalMemory']

/** What each rung implies. */
const weakerThan: Readonly<Partial<Record<ConsistencyModel, readonly ConsistencyModel[]>>> = {
  causalConsistency: sessions,
  causalConvergence: causal,
  causalMemory: causal,
  sequentialConsistency: sequential,
  linearizability: [...sequential, 'sequentialConsistency', 'convergence'],
}

/** Where a history stands on the ladder of consistency models. */
export interface Placement {
  readonly judgements: Readonly<Record<ConsistencyModel, Judgement>>
  /** The strongest that hold: none of them implies another. */
  readonly strongest: readonly ConsistencyModel[]
  /** The first that fails, from below. */
  readonly firstFailing: ConsistencyModel | undefined
}

/**
 * Places a history on the ladder of consistency models: what holds, and what fails with which operations.
 *
 * @param linearizability what {@link checkLinearizability} said, if it was asked already.
 */
export const placeHistory = (
  operations: readonly Operation[],
  model: HistoryModel,
  options: HistoryCheckOptions = {},
  linearizability: LinearizabilityReport = checkLinearizability(operations, model, options),
): Placement => atOnce(placementInSlices(operations, model, options, linearizability))

/** What {@link placeHistory} does, in slices: for who has to hear of something else meanwhile. */
export function* placementInSlices(
  operations: readonly Operation[],
  model: HistoryModel,
  options: HistoryCheckOptions,
  linearizability: LinearizabilityReport,
): Slices<Placement> {
  const judgements = new Map<ConsistencyModel, Judgement>()
  const judge = (name: ConsistencyModel, judgement: Judgement): void => {
    if ((judgements.get(name)?.verdict ?? 'unknown') !== 'unknown') return
    judgements.set(name, judgement)
    if (judgement.verdict === 'ok') {
      for (const weaker of weakerThan[name] ?? []) judge(weaker, { verdict: 'ok', why: `implied by ${name}` })
    }
    if (judgement.verdict !== 'illegal') return
    for (const stronger of consistencyModels) if (weakerThan[stronger]?.includes(name)) judge(stronger, judgement)
  }
  judge('linearizability', linearizabilityJudgement(linearizability, options.signal))
  if (linearizability.verdict !== 'ok') {
    const weak = yield* judgeWeakModelsInSlices(operations, model, options.initial ?? null, options.signal)
    for (const name of sequential) judge(name, weak[name as keyof typeof weak])
    if (!judgements.has('sequentialConsistency'))
      judge('sequentialConsistency', yield* sequentialJudgement(operations, model, options))
  }
  judge('convergence', judgeConvergence(operations, model))
  return placementOf(Object.fromEntries(judgements) as Record<ConsistencyModel, Judgement>)
}

const placementOf = (judgements: Readonly<Record<ConsistencyModel, Judgement>>): Placement => {
  const holding = consistencyModels.filter((name) => judgements[name].verdict === 'ok')
  return {
    judgements,
    strongest: holding.filter((name) => !holding.some((other) => weakerThan[other]?.includes(name))),
    firstFailing: consistencyModels.find((name) => judgements[name].verdict === 'illegal'),
  }
}

/** Why nobody knows. */
const unfinished = (signal: AbortSignal | undefined): string =>
  signal?.aborted ? 'it was told to stop' : 'the steps were used up'

const linearizabilityJudgement = (
  { verdict, violation }: LinearizabilityReport,
  signal: AbortSignal | undefined,
): Judgement => {
  if (verdict === 'ok') return { verdict }
  if (verdict === 'unknown') return { verdict, why: unfinished(signal) }
  const why = 'no order that keeps to real time explains the results'
  return { verdict, why, operations: violation?.core ?? [] }
}

function* sequentialJudgement(
  operations: readonly Operation[],
  model: HistoryModel,
  options: HistoryCheckOptions,
): Slices<Judgement> {
  const { verdict, finding } = yield* sequentialConsistencyInSlices(operations, model, options)
  if (verdict === 'ok') return { verdict }
  if (verdict === 'unknown' || finding === undefined) {
    return { verdict: 'unknown', why: unfinished(options.signal) }
  }
  return { verdict, ...finding }
}
