import {
  defineStateMachine,
  type GroupDefinition,
  type Logger,
  type LogService,
  type Random,
  type Service,
} from '@quorate/core'
import { type MemoryStore, memoryStore, memoryTransport, type VirtualClock, virtualClock } from '@quorate/core/testing'
import type { ClientOptions } from '../client/clientOptions.js'
import { type ConnectedClient, connectClient } from '../client/connectClient.js'
import { Life } from '../testing/life.js'
import type { NodeOptions } from '../topology/configuration.js'
import type { QuorateNode } from './quorateNode.js'
import { startNode } from './startNode.js'

/** What a journal takes: text to keep, or orders that only a test gives. */
export interface Note {
  readonly text: string
  readonly fails?: boolean
}

/** Keeps every text in order: shows what was lost, done twice, or done out of order. */
export const journal = defineStateMachine({
  initial: (): readonly string[] => [],
  apply: (texts: readonly string[], note: Note) => {
    if (note.fails) throw new RangeError(`not ${note.text}`)
    return { state: [...texts, note.text], result: texts.length + 1 }
  },
  query: (texts: readonly string[], at: number) => {
    if (at < 0) throw new RangeError('no text stands before the first')
    return texts[at] ?? ''
  },
  snapshot: (texts) => new TextEncoder().encode(JSON.stringify(texts)),
  restore: (bytes) => JSON.parse(new TextDecoder().decode(bytes)) as string[],
})

/** Draws that are equal in every run. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return {
    below(limit) {
      // A linear congruential generator; its high bits are good enough for jitter.
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((state / 2 ** 32) * limit)
    },
  }
}

export interface Logged {
  readonly level: keyof Logger
  readonly text: string
  readonly fields: object
}

export function recordingLogger(): Logger & { readonly logged: Logged[] } {
  const logged: Logged[] = []
  const at = (level: keyof Logger) => (fields: object, text: string) => void logged.push({ level, text, fields })
  return { logged, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

type JournalLog = LogService<typeof journal>
type JournalGroups<Does extends Service> = { readonly journal: GroupDefinition<Does> }
export type JournalNode<Does extends Service = JournalLog> = QuorateNode<JournalGroups<Does>>

/** Nodes in one thread, on a virtual clock, with a bus and disks in memory. */
export class TestCluster<Does extends Service = JournalLog> {
  readonly clock: VirtualClock = virtualClock()
  readonly bus = memoryTransport({ clock: this.clock })
  readonly stores = new Map<string, MemoryStore>()
  readonly nodes = new Map<string, JournalNode<Does>>()
  readonly loggers = new Map<string, ReturnType<typeof recordingLogger>>()
  readonly group: GroupDefinition<Does>
  readonly writeDelayMs: number
  readonly #lives = new Map<string, Life>()
  #seed = 1

  constructor(group: GroupDefinition<Does>, options: { writeDelayMs?: number } = {}) {
    this.group = group
    this.writeDelayMs = options.writeDelayMs ?? 1
  }

  storeOf(id: string): MemoryStore {
    const known = this.stores.get(id)
    if (known) return known
    const store = memoryStore({ clock: this.clock, writeDelayMs: this.writeDelayMs })
    this.stores.set(id, store)
    return store
  }

  async start(id: string, options: Partial<NodeOptions<JournalGroups<Does>>> = {}): Promise<JournalNode<Does>> {
    const logger = this.loggers.get(id) ?? recordingLogger()
    this.loggers.set(id, logger)
    const life = new Life(this.clock, this.bus)
    this.#lives.set(id, life)
    const starting = startNode({
      id,
      cluster: 'test',
      transport: life.transport,
      store: this.storeOf(id),
      groups: { journal: this.group },
      clock: life.clock,
      random: seededRandom(this.#seed++),
      logger,
      ...options,
    })
    const node = await this.wait(starting)
    this.nodes.set(id, node)
    return node
  }

  async startAll(ids: readonly string[]): Promise<JournalNode<Does>[]> {
    const nodes: JournalNode<Does>[] = []
    for (const id of ids) nodes.push(await this.start(id))
    await this.wait(Promise.all(nodes.map((node) => node.ready)))
    return nodes
  }

  /** Lets time pass until it is settled. */
  wait<T>(promise: Promise<T>, limitMs = 1_000_000): Promise<T> {
    return this.clock.wait(promise, limitMs)
  }

  /** Lets time pass, and promises have their turn. */
  pass(ms: number): Promise<void> {
    return this.wait(new Promise((resolve) => this.clock.setTimeout(resolve, ms)))
  }

  /** Ends a node as SIGKILL does: its last write is lost, it does and hears nothing more, and nobody is told. */
  async kill(id: string): Promise<void> {
    this.storeOf(id).crash()
    this.nodes.delete(id)
    const life = this.#lives.get(id)
    if (life) await this.wait(life.end())
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.nodes.values()].map((node) => this.wait(node.stop())))
  }
}

export type JournalClient = ConnectedClient<Note, number, number, string>

/** A client with a connection of its own, in the time of a cluster. */
export function connectJournal(
  cluster: TestCluster,
  options: ClientOptions & { readonly seed?: number } = {},
): Promise<JournalClient> {
  const { seed = 100, ...behaviour } = options
  return cluster.wait(
    connectClient({
      transport: cluster.bus,
      cluster: 'test',
      group: 'journal',
      stateMachine: journal,
      clock: cluster.clock,
      random: seededRandom(seed),
      ...behaviour,
    }),
  )
}
