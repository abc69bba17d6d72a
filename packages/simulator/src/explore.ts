import { Chance } from './chance.js'
import type { Coverage } from './coverage.js'
import { type Drawn, type DrawOptions, drawScript } from './drawScript.js'
import { type Fates, noted } from './fates.js'
import type { InvariantFactory } from './invariants/invariant.js'
import type { Script } from './script.js'
import { type RunResult, simulate } from './simulate.js'
import { drawnFates } from './weather.js'

/** How a seed is tried. */
export interface ExploreOptions extends DrawOptions {
  readonly invariants?: readonly InvariantFactory[]
  readonly coverage?: Coverage
  readonly progressWithinMs?: number
  readonly onTrace?: (line: string) => void
  readonly signal?: AbortSignal
}

/** Draws the run of a seed, and runs it. */
export function explore(options: ExploreOptions): Promise<RunResult> {
  const drawn = drawScript(options)
  return simulate({ ...options, script: drawn.script, fates: fatesOf(options, drawn) })
}

/** The whole script of a seed: what was drawn for each message and write, as it happened, written down. */
export async function scriptOf(
  options: ExploreOptions,
): Promise<{ readonly script: Script; readonly result: RunResult }> {
  const drawn = drawScript(options)
  let notes: ReturnType<typeof noted> | undefined
  const fates = (nowUs: () => number): Fates => {
    notes = noted(fatesOf(options, drawn)(nowUs))
    return notes
  }
  const { onTrace, coverage, ...silent } = options
  const result = await simulate({ ...silent, script: drawn.script, fates })
  const { messages = new Map(), writes = new Map() } = notes ?? {}
  return { script: { ...drawn.script, messages, writes }, result }
}

const fatesOf =
  ({ seed }: DrawOptions, { weather }: Drawn) =>
  (nowUs: () => number): Fates =>
    drawnFates(Chance.of(seed).stream('fates'), weather, nowUs)
