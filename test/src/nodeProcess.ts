import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { NodeAnswers, NodeQuestion, NodeSettings, ProgramReport } from './programs/settings.js'
import { until } from './until.js'

/** Programs run as they were built, from the sources (tests) as well as from what was built (benchmarks). */
export const programPath = (name: string): string =>
  fileURLToPath(new URL(`../dist/programs/${name}.js`, import.meta.url))

type Log = Extract<ProgramReport, { type: 'log' }>
type Ended = Extract<ProgramReport, { type: 'ended' }>

/** None outlives who started it. */
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** How many log lines are kept. */
const logLinesMax = 500

/** A node in a process of its own, which is started, killed and started again. */
export class NodeProcess {
  settings: NodeSettings
  readonly #execArgv: readonly string[]
  #child: ChildProcess | undefined
  #exited: Promise<void> = Promise.resolve()
  #isReady = false
  #ended: Ended | undefined
  #log: Log[] = []
  #lastAsk = 0
  readonly #asks = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>()

  constructor(settings: NodeSettings, execArgv: readonly string[] = []) {
    this.settings = settings
    this.#execArgv = execArgv
  }

  get id(): string {
    return this.settings.id
  }
  /** Of the operating system, while it runs. */
  get pid(): number | undefined {
    return this.#child?.pid
  }
  get isRunning(): boolean {
    return this.#child !== undefined
  }
  /** It takes part. Of the last start, as the others below. */
  get isReady(): boolean {
    return this.#isReady
  }
  /** How it ended, when it could say so. */
  get ended(): Ended | undefined {
    return this.#ended
  }
  get log(): readonly Log[] {
    return this.#log
  }

  start(): void {
    if (this.#child) throw new Error(`${this.id} runs already`)
    this.#isReady = false
    this.#ended = undefined
    this.#log = []
    const child = fork(programPath('node'), [JSON.stringify(this.settings)], {
      execArgv: [...this.#execArgv],
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#child = child
    running.add(child)
    child.on('message', (report: ProgramReport) => this.#receive(report))
    this.#exited = new Promise((resolve) => {
      child.once('exit', () => {
        running.delete(child)
        this.#child = undefined
        this.#isReady = false
        for (const { reject } of this.#asks.values()) reject(new Error(`${this.id} ended before it answered`))
        this.#asks.clear()
        resolve()
      })
    })
  }

  /** Starts it and waits until it takes part, or fails with what it says when it ends. */
  async startReady(): Promise<void> {
    this.start()
    await until(`${this.id} takes part`, () => {
      if (!this.#child) throw new Error(`${this.id} ended: ${this.#ended?.message ?? 'without a word'}`)
      return this.#isReady
    })
  }

  /** Waits until it ends by itself. */
  async end(): Promise<Ended> {
    await this.#exited
    return this.#ended ?? { type: 'ended' }
  }

  /** Ends it, in good order unless another signal is given, and waits until it is gone. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    this.#child?.kill(signal)
    await this.#exited
  }

  /** Stops it in the middle of whatever it does. */
  pause(): void {
    this.#child?.kill('SIGSTOP')
  }
  continue(): void {
    this.#child?.kill('SIGCONT')
  }

  ask<Q extends NodeQuestion>(question: Q): Promise<NodeAnswers[Q['type']]> {
    const ask = ++this.#lastAsk
    return new Promise((resolve, reject) => {
      if (!this.#child?.connected) return reject(new Error(`${this.id} does not run`))
      this.#asks.set(ask, { resolve, reject })
      this.#child.send({ ask, question })
    })
  }

  #receive(report: ProgramReport): void {
    switch (report.type) {
      case 'ready':
        this.#isReady = true
        break
      case 'ended':
        this.#ended = report
        break
      case 'log':
        this.#log.push(report)
        if (this.#log.length > logLinesMax) this.#log.shift()
        break
      case 'answer': {
        const asked = this.#asks.get(report.ask)
        this.#asks.delete(report.ask)
        if (report.error === undefined) asked?.resolve(report.value as never)
        else asked?.reject(new Error(report.error))
      }
    }
  }
}
