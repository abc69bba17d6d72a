import type { HistoryEvent } from '@quorate/checker'
import { lanesOf, type TraceEvent } from '@quorate/core'
import { Chance } from '../chance/chance.js'
import { noProgress, transcript } from '../report/transcript.js'
import type { Script } from '../script/script.js'
import { lengthOf } from '../script/scriptLength.js'
import type { SimulationSubject } from '../subject/subject.js'
import { type RunResult, simulate } from '../world/simulate.js'
import type { ExploreOptions } from './explore.js'
import { scriptFor, spellOut } from './explore.js'
import { shrink } from './shrink.js'

/** A seed that shows something wrong, made short. */
export interface Finding {
  readonly seed: number
  /** Which invariant does not hold; `Progress` when nothing got done. */
  readonly invariant: string
  readonly how: string
  readonly script: Script
  /** What the script names: steps, messages, writes, and what is wrong with the weather. */
  readonly length: number
  /** What clients asked for and were told while it ran. */
  readonly history: readonly HistoryEvent[]
  /** The script with what happens in it, to be kept and replayed. */
  readonly transcript: string
}

/** How a failure is shrunk. */
export interface FindingOptions extends ExploreOptions {
  readonly triesMax?: number
  /** Ends the shrinking early: the failure is told as short as it is by then. */
  readonly signal?: AbortSignal
  /** A shorter script was found. */
  readonly onShrink?: (length: number, tries: number) => void
}

/** Finds out which choices of a seed are to blame. Undefined when nothing is wrong with it. */
export async function findingOf(options: FindingOptions): Promise<Finding | undefined> {
  const { signal } = options
  const whole = scriptFor(options)
  // What is to be told has to be known: the seed, and at the end what is left of it, run whatever the signal says.
  const result = await simulate({ ...quiet(options), script: whole })
  const invariant = failureOf(result)
  if (invariant === undefined) return undefined
  const stopping = signal ? { signal } : {}
  // A run that was ended early shows nothing wrong.
  const fails = async (script: Script) =>
    failureOf(await simulate({ ...quiet(options), script, ...stopping })) === invariant
  // Nothing that comes after it is to blame.
  const ended = result.violation ? { ...whole, endUs: result.violation.atUs + 1 } : whole
  const base = (await fails(ended)) ? ended : whole
  const { triesMax, onShrink } = options
  const script = await shrink(base, {
    fails,
    spellOut: (script) => spellOut({ ...quiet(options), script, ...stopping }),
    ...stopping,
    ...(triesMax !== undefined && { triesMax }),
    ...(onShrink && { onProgress: onShrink }),
  })
  const told = await retell(options, script)
  return {
    seed: options.seed,
    invariant,
    how: told.result.violation?.how ?? told.result.lacking ?? '',
    script,
    length: lengthOf(script),
    history: told.result.history,
    transcript: told.transcript,
  }
}

/** Runs a script again, and tells what happens. */
export async function retell(
  options: Pick<FindingOptions, 'subject' | 'invariants' | 'progressWithinMs' | 'observe'>,
  script: Script,
): Promise<{ readonly result: RunResult; readonly transcript: string }> {
  const trace: TraceEvent[] = []
  const observe = (event: TraceEvent) => {
    trace.push(event)
    options.observe?.(event)
  }
  const result = await simulate({ ...quiet(options), script, observe })
  return { result, transcript: transcript(script, result, trace, lanesIn(options.subject, script, trace)) }
}

/** Which invariant a run breaks. */
export const failureOf = ({ violation, hasProgress }: RunResult): string | undefined =>
  violation?.invariant ?? (hasProgress ? undefined : noProgress)

/** The nodes, and the clients that did something. */
const lanesIn = (subject: SimulationSubject, { nodes, variant }: Script, trace: readonly TraceEvent[]): string[] => [
  ...new Set([...subject.make(nodes, Chance.of(variant).stream('subject')).nodes, ...lanesOf(trace)]),
]

const quiet = ({
  subject,
  invariants,
  progressWithinMs,
}: Pick<FindingOptions, 'subject' | 'invariants' | 'progressWithinMs'>) => ({
  subject,
  ...(invariants && { invariants }),
  ...(progressWithinMs !== undefined && { progressWithinMs }),
})
