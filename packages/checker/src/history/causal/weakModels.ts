import type { Json } from '../json.js'
import type { HistoryModel } from '../model.js'
import type { Operation } from '../operation.js'
import { atOnce, type Slices } from '../search/slices.js'
import { type AccessHistory, accessHistoryOf, isTooLarge } from './accessHistory.js'
import { type CausalModel, causalFindings, causalModels } from './causal.js'
import type { Finding } from './finding.js'
import { ReadsFrom } from './readsFrom.js'
import { type SessionGuarantee, sessionFindings, sessionGuarantees } from './sessions.js'

/** What can be said of each kind of consistency that is about which write a read took its value from. */
export type WeakModel = SessionGuarantee | CausalModel

/** Whether a history has a property. */
export type Judgement =
  | { readonly verdict: 'ok'; readonly why?: string }
  | ({ readonly verdict: 'illegal' } & Finding)
  | { readonly verdict: 'unknown'; readonly why: string }

const weakModels: readonly WeakModel[] = [...sessionGuarantees, ...causalModels]

/** Reads that were resolved, at most, while all ways are tried in which values that were written twice can have been read. */
const resolvedMax = 500_000

/**
 * Judges the session guarantees and the kinds of causal consistency. Where each value is written once, it is known which write
 * a read took it from, and the answer is exact and quick. Where not, each way is tried, the likeliest first, and with too many of
 * them the answer is `unknown`. Operations that are neither read nor write nor a refused compare-and-set make it `unknown`.
 */
export const judgeWeakModels = (
  operations: readonly Operation[],
  model: HistoryModel,
  initial: Json,
): Readonly<Record<WeakModel, Judgement>> => atOnce(judgeWeakModelsInSlices(operations, model, initial, undefined))

/** What {@link judgeWeakModels} does, in slices. */
export function* judgeWeakModelsInSlices(
  operations: readonly Operation[],
  model: HistoryModel,
  initial: Json,
  signal: AbortSignal | undefined,
): Slices<Readonly<Record<WeakModel, Judgement>>> {
  if (signal?.aborted) return allUnknown('it was told to stop')
  const history = accessHistoryOf(operations, model, initial)
  if ('why' in history) return allUnknown(history.why)
  if (isTooLarge(history)) {
    return allUnknown(`${history.nodes.length} reads and writes of ${history.chains.length} processes are too many`)
  }
  return yield* judged(history, signal)
}

const allUnknown = (why: string): Readonly<Record<WeakModel, Judgement>> => {
  const unknown: Judgement = { verdict: 'unknown', why }
  return Object.fromEntries(weakModels.map((name) => [name, unknown])) as Record<WeakModel, Judgement>
}

function* judged(
  history: AccessHistory,
  signal: AbortSignal | undefined,
): Slices<Readonly<Record<WeakModel, Judgement>>> {
  let isStopped = false
  const first: Partial<Record<WeakModel, Finding>> = {}
  let open = weakModels
  const { choices, isAll } = choicesOf(history)
  for (const choice of choices) {
    const from = new ReadsFrom(history, choice)
    const findings = { ...sessionFindings(from), ...causalFindings(from) }
    for (const name of weakModels) {
      const finding = findings[name]
      if (finding !== undefined) first[name] ??= finding
    }
    open = open.filter((name) => findings[name] !== undefined)
    if (open.length === 0) break
    yield
    isStopped = signal?.aborted === true
    if (isStopped) break
  }
  const judgementOf = (name: WeakModel): Judgement => {
    const finding = first[name]
    if (finding === undefined || !open.includes(name)) return { verdict: 'ok' }
    if (isAll && !isStopped) return { verdict: 'illegal', ...finding }
    if (isStopped) return { verdict: 'unknown', why: 'it was told to stop' }
    return { verdict: 'unknown', why: 'values were written more than once, and could have been read in too many ways' }
  }
  return Object.fromEntries(weakModels.map((name) => [name, judgementOf(name)])) as Record<WeakModel, Judgement>
}

/** The ways in which reads can have taken their values, one after another; and whether these will be all. */
const choicesOf = ({ nodes }: AccessHistory) => {
  const ambiguous = nodes.filter(({ sources }) => sources.length > 1)
  const ways = ambiguous.reduce((product, { sources }) => product * sources.length, 1)
  const waysMax = Math.max(1, Math.floor(resolvedMax / Math.max(1, nodes.length)))
  function* choices(): Generator<readonly number[]> {
    const choice = nodes.map(() => 0)
    for (let way = 0; way < Math.min(ways, waysMax); way++) {
      let rest = way
      for (const { number, sources } of ambiguous) {
        choice[number] = rest % sources.length
        rest = Math.floor(rest / sources.length)
      }
      yield choice
    }
  }
  return { choices: choices(), isAll: ways <= waysMax }
}
