import { type TraceEvent, timerMsMax } from '@quorate/core'
import {
  Chance,
  Coverage,
  explore,
  type FaultMix,
  type Finding,
  type FindingOptions,
  failureOf,
  findingOf,
  type RunResult,
} from '@quorate/simulator'
import { UnequalRunsError } from '../errors.js'
import { drawNodes } from './draws.js'
import type { Subject } from './subject.js'

/** Seeds that are run one after the other. */
export interface Campaign {
  readonly subject: Omit<Subject, 'isTopology'>
  readonly firstSeed: number
  readonly runs: number
  readonly faults: FaultMix
  /** @default drawn for each seed */
  readonly nodes?: number
  readonly lastsMs: number
  /** True to run each seed twice and compare. */
  readonly isRepeated: boolean
  /** It ends when so many have failed: more of them have the same causes. */
  readonly findingsMax: number
  readonly signal: AbortSignal
  /** How long a failure is made shorter, at most. @default until nothing makes it shorter */
  readonly shrinkForMs?: number
  /** A seed is about to run. */
  onSeed?(seed: number): void
  /** Hears of all that happens in the first run of each seed. */
  observe?(event: TraceEvent): void
  /** A seed was run: what its clients saw. */
  onHistory?(history: RunResult['history']): void
  onRun?(done: CampaignResult): void
  /** A failure is made shorter: so long is it by now. */
  onShrink?(seed: number, length: number): void
  /** A failure was shrunk. */
  onFinding?(finding: Finding): void
}

/** What came of the seeds so far. */
export interface CampaignResult {
  readonly runs: number
  readonly findings: readonly Finding[]
  readonly simulatedUs: number
  readonly events: number
  readonly faults: Readonly<Record<string, number>>
  readonly coverage: Coverage
}

/** Runs seeds until all are run, too many have failed, or it is told to stop. */
export const campaign = async (options: Campaign): Promise<CampaignResult> => {
  const coverage = new Coverage()
  const findings: Finding[] = []
  const faults: Record<string, number> = {}
  let result: CampaignResult = { runs: 0, findings, simulatedUs: 0, events: 0, faults, coverage }
  for (let seed = options.firstSeed; seed < options.firstSeed + options.runs; seed++) {
    const run = await runSeed(options, seed, coverage)
    if (run === undefined) return result
    for (const [fault, times] of Object.entries(run.result.faults)) faults[fault] = (faults[fault] ?? 0) + times
    if (run.finding) {
      findings.push(run.finding)
      options.onFinding?.(run.finding)
    }
    options.onHistory?.(run.result.history)
    const { simulatedUs, events } = run.result
    result = {
      ...result,
      runs: result.runs + 1,
      simulatedUs: result.simulatedUs + simulatedUs,
      events: result.events + events,
    }
    options.onRun?.(result)
    if (options.signal.aborted || findings.length >= options.findingsMax) return result
  }
  return result
}

/** Undefined when it was told to stop before the run was over. */
const runSeed = async (
  campaign: Campaign,
  seed: number,
  coverage: Coverage,
): Promise<{ readonly result: RunResult; readonly finding: Finding | undefined } | undefined> => {
  const { subject, faults, nodes, lastsMs, isRepeated, signal, observe } = campaign
  const { watched, progressWithinMs } = subject
  const options = {
    subject,
    ...(watched && { invariants: watched }),
    seed,
    faults,
    nodes: nodes ?? drawNodes(Chance.of(seed).stream('nodes')),
    lastsMs,
    signal,
    ...(progressWithinMs !== undefined && { progressWithinMs }),
    ...subject.runOf?.(seed),
  }
  campaign.onSeed?.(seed)
  const result = await explore({ ...options, coverage, ...(observe && { observe }) })
  if (signal.aborted && failureOf(result) === undefined) return undefined
  if (isRepeated) {
    const again = await explore(options)
    if (!signal.aborted && again.hash !== result.hash) throw new UnequalRunsError(seed, result.hash, again.hash)
  }
  return { result, finding: failureOf(result) === undefined ? undefined : await shortened(campaign, options) }
}

/** The failure, as short as the time allows. */
const shortened = async (
  { signal, shrinkForMs, onShrink }: Campaign,
  options: FindingOptions,
): Promise<Finding | undefined> => {
  // Not by `AbortSignal.any` and `AbortSignal.timeout`: on Node 20 the collector may take what they make before it fires.
  const ending = new AbortController()
  const end = () => ending.abort()
  if (signal.aborted) end()
  signal.addEventListener('abort', end, { once: true })
  const timer = shrinkForMs === undefined ? undefined : setTimeout(end, Math.min(shrinkForMs, timerMsMax))
  try {
    return await findingOf({
      ...options,
      signal: ending.signal,
      onShrink: (length) => onShrink?.(options.seed, length),
    })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
  }
}
