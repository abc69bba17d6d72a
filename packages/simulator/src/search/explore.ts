import type { TraceEvent } from '@quorate/core'
import type { InvariantFactory } from '@quorate/core/testing'
import { type DrawOptions, drawScript } from '../faults/drawScript.js'
import { noted } from '../faults/faultPlan.js'
import type { Coverage } from '../observation/coverage.js'
import type { Script } from '../script/script.js'
import { type RunResult, type SimulateOptions, simulate } from '../world/simulate.js'

/** How a seed is tried. */
export interface ExploreOptions extends DrawOptions {
  /** What is run. @default what is drawn of the seed */
  readonly script?: Script
  readonly invariants?: readonly InvariantFactory[]
  readonly coverage?: Coverage
  readonly progressWithinMs?: number
  readonly observe?: (event: TraceEvent) => void
  readonly signal?: AbortSignal
}

/** Runs a seed. */
export const explore = (options: ExploreOptions): Promise<RunResult> =>
  simulate({ ...options, script: scriptFor(options) })

/** What is run of a seed. */
export const scriptFor = (options: ExploreOptions): Script => options.script ?? drawScript(options)

/** The same script without weather: what became of each message and write is named. */
export async function spellOut(options: SimulateOptions): Promise<Script> {
  let notes: ReturnType<typeof noted> | undefined
  await simulate({
    ...options,
    between(plan) {
      notes = noted(plan)
      return notes
    },
  })
  const { weather: _, ...script } = options.script
  const { messages = new Map(), writes = new Map() } = notes ?? {}
  return { ...script, messages, writes }
}
