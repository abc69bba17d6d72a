import type { CausalModel } from './causal/causal.js'
import type { SessionGuarantee } from './causal/sessions.js'
import { type Judgement, judgeWeakModels } from './causal/weakModels.js'
import { judgeConvergence } from './convergence.js'
import { checkLinearizability, type HistoryCheckOptions, type LinearizabilityReport } from './linearizability.js'
import type { HistoryModel } from './model.js'
import type { Operation } from './operation.js'
import { checkSequentialConsistency } from './sequentialConsistency.js'

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
): Placement => {
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
  judge('linearizability', linearizabilityJudgement(linearizability))
  if (linearizability.verdict !== 'ok') {
    const weak = judgeWeakModels(operations, model, options.initial ?? null)
    for (const name of sequential) judge(name, weak[name as keyof typeof weak])
    if (!judgements.has('sequentialConsistency'))
      judge('sequentialConsistency', sequentialJudgement(operations, model, options))
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

const linearizabilityJudgement = ({ verdict, violation }: LinearizabilityReport): Judgement => {
  if (verdict === 'ok') return { verdict }
  if (verdict === 'unknown') return { verdict, why: 'the steps were used up' }
  const why = 'no order that keeps to real time explains the results'
  return { verdict, why, operations: violation?.core ?? [] }
}

const sequentialJudgement = (
  operations: readonly Operation[],
  model: HistoryModel,
  options: HistoryCheckOptions,
): Judgement => {
  const { verdict, finding } = checkSequentialConsistency(operations, model, options)
  if (verdict === 'ok') return { verdict }
  if (verdict === 'unknown' || finding === undefined) return { verdict: 'unknown', why: 'the steps were used up' }
  return { verdict, ...finding }
}
