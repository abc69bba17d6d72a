import type { Coverage } from './coverage.js'
import { type DrawOptions, drawScript } from './drawScript.js'
import { noted } from './fates.js'
import type { InvariantFactory } from './invariants/invariant.js'
import type { Script } from './script.js'
import { type RunResult, type SimulateOptions, simulate } from './simulate.js'

/** How a seed is tried. */
export interface ExploreOptions extends DrawOptions {
  readonly invariants?: readonly InvariantFactory[]
  readonly coverage?: Coverage
  readonly progressWithinMs?: number
  readonly onTrace?: (line: string) => void
  readonly signal?: AbortSignal
}

/** Draws the run of a seed, and runs it. */
export const explore = (options: ExploreOptions): Promise<RunResult> =>
  simulate({ ...options, script: drawScript(options) })

/** The same script without weather: what became of each message and write is named. */
export async function spellOut(options: SimulateOptions): Promise<Script> {
  let notes: ReturnType<typeof noted> | undefined
  await simulate({
    ...options,
    between(fates) {
      notes = noted(fates)
      return notes
    },
  })
  const { weather: _, ...script } = options.script
  const { messages = new Map(), writes = new Map() } = notes ?? {}
  return { ...script, messages, writes }
}
