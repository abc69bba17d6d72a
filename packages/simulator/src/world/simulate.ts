import type { HistoryEvent } from '@quorate/checker'
import { BrokenInvariantError, type TraceEvent } from '@quorate/core'
import type { InvariantFactory } from '@quorate/core/testing'
import type { FaultPlan } from '../faults/faultPlan.js'
import { invariantsOf } from '../invariants/general.js'
import type { Violation } from '../invariants/monitor.js'
import type { Coverage } from '../observation/coverage.js'
import type { Script } from '../script/script.js'
import type { SimulationSubject } from '../subject/subject.js'
import { Trace } from '../trace/trace.js'
import { EndlessMomentError } from './agenda.js'
import { Demand } from './demand.js'
import { Faults } from './faults.js'
import { turnOfPromises } from './turnOfPromises.js'
import { World } from './world.js'

/** How a run is made. */
export interface SimulateOptions {
  readonly subject: SimulationSubject
  readonly script: Script
  /** Comes between the run and what decides the fates of messages and writes. @default nothing */
  readonly between?: (plan: FaultPlan) => FaultPlan
  /** @default those of the subject, and those that hold for every protocol */
  readonly invariants?: readonly InvariantFactory[]
  /**
   * How long after the healing clients may wait until something is written and read, and the core has it, in milliseconds;
   * in a network of long links they wait longer. @default 30000
   */
  readonly progressWithinMs?: number
  /** Hears of all that happens, while it does. @default nobody */
  readonly observe?: (event: TraceEvent) => void
  /** Is told which transitions are taken. @default nobody */
  readonly coverage?: Coverage
  /** Ends the run early. */
  readonly signal?: AbortSignal
}

/** What came of a run. */
export interface RunResult {
  readonly violation: Violation | undefined
  /** False if the core was healed and not enough got done. */
  readonly hasProgress: boolean
  /** What did not get done. */
  readonly lacking: string | undefined
  /** How long it took after the healing until something was written and read, and all of the core had it, in milliseconds. */
  readonly progressMs: number | undefined
  readonly simulatedUs: number
  readonly events: number
  /** Of all that happened: equal for equal runs, on every machine. */
  readonly hash: string
  /** How many events it is made of. */
  readonly traceEvents: number
  /** What clients asked for and were told, in order; keys bear the name of the group where there are several. */
  readonly history: readonly HistoryEvent[]
  readonly faults: Readonly<Record<string, number>>
}

/** The event loop has its turn, and so may Ctrl-C, after so many events. */
const eventsBetweenTurns = 4096

/**
 * Runs a script to its end, or to the first violation. The same script gives the same result, on every machine.
 * @throws {@link UnfitScriptError} `QUORATE_UNFIT_SCRIPT`; `QUORATE_INVALID_CONFIGURATION` where a role has a handler and the subject gives
 *   none in its place; and what is a defect of the simulation itself.
 */
export async function simulate(options: SimulateOptions): Promise<RunResult> {
  const { script } = options
  const trace = new Trace(options.observe)
  const world = new World({
    subject: options.subject,
    script,
    between: options.between,
    invariants: options.invariants ?? invariantsOf(options.subject),
    trace,
    coverage: options.coverage,
  })
  const demand = new Demand(world, options.progressWithinMs ?? 30_000)
  const faults = new Faults(world, (core) => demand.begin(core))
  for (const step of script.steps) world.agenda.at(step.atUs, 'timer', () => faults.do(step))
  for (const node of world.nodes.values()) node.start()
  await run(world, demand, script.endUs, options.signal)
  if (!world.monitor.violation && !options.signal?.aborted) world.monitor.over()
  return {
    violation: world.monitor.violation,
    hasProgress: !demand.isDisappointed,
    lacking: demand.isDisappointed ? demand.lacking : undefined,
    progressMs: demand.metAfterMs,
    simulatedUs: world.agenda.nowUs,
    events: world.agenda.events,
    hash: trace.hash,
    traceEvents: trace.events,
    history: world.history,
    faults: Object.fromEntries([...world.faults].sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}

async function run(world: World, demand: Demand, endUs: number, signal: AbortSignal | undefined): Promise<void> {
  const { agenda, monitor } = world
  for (let events = 0; !monitor.violation && !demand.isDisappointed && !signal?.aborted; events++) {
    if (world.promisesWait || events % eventsBetweenTurns === 0) {
      world.promisesWait = false
      await turnOfPromises()
    }
    try {
      if (!agenda.step(demand.isOpen ? Number.POSITIVE_INFINITY : endUs) && !world.promisesWait) return
    } catch (error) {
      if (error instanceof EndlessMomentError) {
        monitor.broken('Time Passes', 'nothing may go on for ever at one time', error.message)
      } else if (error instanceof BrokenInvariantError) {
        monitor.broken('The Disk Is Given What Fits', 'the contract of the Store port', error.message)
      } else throw error
    }
  }
}
