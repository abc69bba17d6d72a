import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { audit } from '../audit.js'
import { startBus } from '../bus.js'
import { Cluster } from '../cluster.js'
import type { NodeProcess } from '../nodeProcess.js'
import { namesOf, type replicating } from '../programs/groups.js'
import { until } from '../until.js'
import { Writers } from '../writers.js'

/** A group that is put on trial. */
export interface Subject {
  readonly protocol: (typeof replicating)[number]
  readonly nodes: 1 | 3 | 5
  /** Of each command. */
  readonly valueBytes: number
}

/** What came of a trial. */
export interface Outcome extends Subject {
  /** How often a node was taken away. */
  readonly outages: number
  readonly acknowledged: number
  /** Nobody said what became of them. */
  readonly unknown: number
  /** How long the group took at most until it acknowledged again, once all its nodes had been started. */
  readonly slowestReturnMs: number
  /** Empty: nothing acknowledged was lost, nothing was done twice, and the group came back each time. */
  readonly wrong: readonly string[]
}

/** Who is taken away in a round. */
const parts = ['one', 'majority', 'all'] as const

/** How long a group may take to come back, on a machine that is busy. */
const patienceMs = 120_000

/** So many bytes are under way at once at most. */
const bytesAtOnce = 2_000_000

/** Those that a group has by itself, and not the quick ones of other tests. */
const standardTimers = { electionTimeoutMs: 1000, heartbeatMs: 100 }

/** The places that disks are put in before a trial, and taken from after it. */
export interface Disks {
  prepare(directories: readonly string[]): Promise<void>
  remove(directories: readonly string[]): Promise<void>
}

/** A group under load whose nodes are taken away and given back. */
export class Trial {
  readonly cluster: Cluster
  readonly #subject: Subject
  readonly #disks: Disks | undefined
  #writers: Writers | undefined
  #outages = 0
  #slowestReturnMs = 0

  private constructor(subject: Subject, cluster: Cluster, disks: Disks | undefined) {
    this.#subject = subject
    this.cluster = cluster
    this.#disks = disks
  }

  /** Takes nodes away in rounds until so many outages are counted, and says what came of it. */
  static async run(
    subject: Subject,
    outages: number,
    round: (trial: Trial, victims: readonly NodeProcess[]) => Promise<number>,
    disks?: Disks,
  ): Promise<Outcome> {
    const directory = await mkdtemp(join(tmpdir(), 'quorate-field-'))
    const large = subject.valueBytes > 10_000
    const settings = {
      ...subject,
      ...standardTimers,
      snapshotEveryEntries: large ? 200 : 2000,
      entriesKept: large ? 50 : 500,
    }
    await disks?.prepare(namesOf(subject).map((id) => join(directory, id)))
    const trial = new Trial(subject, new Cluster(await startBus(), directory, settings), disks)
    try {
      return await trial.#run(outages, round)
    } finally {
      await trial.#close(directory)
    }
  }

  async #run(
    outages: number,
    round: (trial: Trial, victims: readonly NodeProcess[]) => Promise<number>,
  ): Promise<Outcome> {
    const { cluster } = this
    const { valueBytes } = this.#subject
    await cluster.start()
    const callers = Math.max(1, Math.min(16, Math.floor(bytesAtOnce / valueBytes)))
    const writers = new Writers([await cluster.client(), await cluster.client()], callers, valueBytes)
    this.#writers = writers
    const wrong: string[] = []
    try {
      while (this.#outages < outages) {
        await this.#returned()
        this.#outages += await round(this, this.#victims())
      }
      await this.#returned()
    } catch (error) {
      wrong.push(error instanceof Error ? error.message : String(error))
    }
    const written = await writers.stop()
    if (wrong.length === 0) wrong.push(...(await this.#faults(written)))
    return {
      ...this.#subject,
      outages: this.#outages,
      acknowledged: written.acknowledged.length,
      unknown: written.unknown.length,
      slowestReturnMs: Math.round(this.#slowestReturnMs),
      wrong,
    }
  }

  async #faults(written: Awaited<ReturnType<Writers['stop']>>): Promise<string[]> {
    try {
      const found = audit(await this.cluster.equal(), written)
      return Object.entries(found).flatMap(([what, ids]) => (ids.length > 0 ? [`${what}: ${ids.slice(0, 9)}`] : []))
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)]
    }
  }

  /** A write is acknowledged that was so after this was asked. */
  async #returned(): Promise<void> {
    const before = this.#writers?.count ?? 0
    const fromMs = performance.now()
    const hasReturned = () => {
      // As whoever looks after nodes does: one that found room enough to start may have found too little to go on.
      for (const node of this.cluster.nodes) if (!node.isRunning) node.start()
      return (this.#writers?.count ?? 0) > before
    }
    await until('a write is acknowledged', hasReturned, patienceMs).catch(async (error: Error) => {
      throw new Error(`after ${this.#outages} outages ${error.message}: ${await this.#standing()}`)
    })
    this.#slowestReturnMs = Math.max(this.#slowestReturnMs, performance.now() - fromMs)
  }

  /** What each node says of itself. */
  async #standing(): Promise<string> {
    const lines = this.cluster.nodes.map(async (node) => {
      if (!node.isRunning) return `${node.id} ended: ${node.ended?.message ?? 'without a word'}`
      const status = await node.ask({ type: 'status' }).catch((error: Error) => error.message)
      return `${node.id}: ${JSON.stringify(status)}`
    })
    return (await Promise.all(lines)).join('; ')
  }

  #victims(): readonly NodeProcess[] {
    const nodes = this.cluster.nodes.toSorted(() => randomInt(3) - 1)
    const part = parts[randomInt(parts.length)]
    if (part === 'all') return nodes
    return nodes.slice(0, part === 'one' ? 1 : Math.floor(nodes.length / 2) + 1)
  }

  async #close(directory: string): Promise<void> {
    await Promise.all(this.cluster.nodes.map((node) => node.stop('SIGKILL')))
    await this.#disks?.remove(this.cluster.nodes.map(({ settings }) => settings.directory))
    await this.cluster.close()
    await rm(directory, { recursive: true, force: true })
  }
}
