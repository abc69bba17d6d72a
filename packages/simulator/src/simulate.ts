import { setImmediate } from 'node:timers'
import type { HistoryEvent } from '@quorate/checker'
import { BrokenInvariantError } from '@quorate/core'
import { EndlessMomentError } from './agenda.js'
import { clientGroups } from './clientGroups.js'
import type { Coverage } from './coverage.js'
import type { Fates } from './fates.js'
import { Faults } from './faults.js'
import type { Ending } from './history.js'
import { allInvariants } from './invariants/all.js'
import type { InvariantFactory } from './invariants/invariant.js'
import type { Violation } from './monitor.js'
import type { Operation, Script } from './script.js'
import type { SimulationSubject } from './subject.js'
import { Trace } from './trace.js'
import { World } from './world.js'

/** How a run is made. */
export interface SimulateOptions {
  readonly subject: SimulationSubject
  readonly script: Script
  /** Comes between the run and what decides the fates of messages and writes. @default nothing */
  readonly between?: (fates: Fates) => Fates
  /** @default all that this package knows */
  readonly invariants?: readonly InvariantFactory[]
  /** How long after the healing clients may wait until something is written and read, in milliseconds. @default 30000 */
  readonly progressWithinMs?: number
  /** Hears every line of the trace. @default nobody */
  readonly onTrace?: (line: string) => void
  /** Is told which transitions are taken. @default nobody */
  readonly coverage?: Coverage
  /** Ends the run early. */
  readonly signal?: AbortSignal
}

/** What came of a run. */
export interface RunResult {
  readonly violation: Violation | undefined
  /** False if the core was healed and nothing got done. */
  readonly hasProgress: boolean
  /** How long it took after the healing until something was written and read, in milliseconds. */
  readonly progressMs: number | undefined
  readonly simulatedUs: number
  readonly events: number
  /** Of the trace: equal for equal runs. */
  readonly hash: string
  readonly traceLines: number
  /** What clients asked for and were told, in order; keys bear the name of the group where there are several. */
  readonly history: readonly HistoryEvent[]
  readonly faults: Readonly<Record<string, number>>
}

/** The event loop has its turn, and so may Ctrl-C, after so many events. */
const eventsBetweenTurns = 4096

/**
 * Runs a script to its end, or to the first violation. The same script gives the same result, on every machine.
 * @throws {@link UnfitScriptError} `QUORATE_UNFIT_SCRIPT`; and what is a defect of the simulation itself.
 */
export async function simulate(options: SimulateOptions): Promise<RunResult> {
  const { script } = options
  const trace = new Trace(options.onTrace)
  const world = new World({
    subject: options.subject,
    script,
    between: options.between,
    invariants: options.invariants ?? allInvariants,
    trace,
    coverage: options.coverage,
  })
  const demand = new Demand(world, options.progressWithinMs ?? 30_000)
  const faults = new Faults(world, () => demand.begin())
  for (const step of script.steps) world.agenda.at(step.atUs, 'timer', () => faults.do(step))
  for (const node of world.nodes.values()) node.start()
  await run(world, demand, script.endUs, options.signal)
  if (!world.monitor.violation && !options.signal?.aborted) world.monitor.over()
  return {
    violation: world.monitor.violation,
    hasProgress: !demand.isDisappointed,
    progressMs: demand.metAfterMs,
    simulatedUs: world.agenda.nowUs,
    events: world.agenda.events,
    hash: trace.hash,
    traceLines: trace.lines,
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

/** Promises that follow from one another need a turn each; a macrotask lets all of them run. */
const turnOfPromises = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** What is demanded after the healing: that a new client gets something written, and reads it. */
class Demand {
  readonly #world: World
  readonly #withinMs: number
  #begunAtUs: number | undefined
  #metAtUs: number | undefined
  #isDisappointed = false
  #asked = 0

  constructor(world: World, withinMs: number) {
    this.#world = world
    this.#withinMs = withinMs
  }

  /** True while it waits to be met. */
  get isOpen(): boolean {
    return this.#begunAtUs !== undefined && this.#metAtUs === undefined
  }
  get isDisappointed(): boolean {
    return this.#isDisappointed
  }
  get metAfterMs(): number | undefined {
    if (this.#metAtUs === undefined || this.#begunAtUs === undefined) return undefined
    return (this.#metAtUs - this.#begunAtUs) / 1000
  }

  begin(): void {
    const world = this.#world
    this.#begunAtUs = world.agenda.nowUs
    const groups = clientGroups(world.groups)
    let unmet = groups.length
    if (unmet === 0) this.#metAtUs = world.agenda.nowUs
    // The numbers of clients count through the groups: each has one.
    groups.forEach((_, at) => {
      this.#ask(`probe${at + 1}`, () => {
        unmet--
        if (unmet === 0) this.#metAtUs = world.agenda.nowUs
      })
    })
    world.later(this.#withinMs, () => {
      if (this.isOpen) this.#isDisappointed = true
    })
  }

  #ask(name: string, met: () => void): void {
    const world = this.#world
    let isWritten = false
    const answered = (ending: Ending) => {
      if (ending.type === 'ok') {
        if (isWritten || isDecision) return met()
        isWritten = true
      }
      client.perform(this.#operation(isDecision, isWritten))
    }
    // It takes what is slow for progress, where links to who leads stay slow: the others try for less long.
    const client = world.client(name, answered, this.#withinMs)
    const isDecision = !client.ordersLog
    client.perform(this.#operation(isDecision, false))
    world.woken()
  }

  #operation(isDecision: boolean, isWritten: boolean): Operation {
    // Beyond what any script has clients write.
    const value = 1_000_000_000 + ++this.#asked
    if (isDecision) return { f: 'propose', key: 'decision', value }
    return { f: isWritten ? 'read' : 'write', key: 'probe', value }
  }
}
