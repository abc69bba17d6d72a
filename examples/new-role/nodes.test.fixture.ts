import type { NodeId } from '@quorate/core'
import { type MemoryStore, memoryStore, memoryTransport, virtualClock } from '@quorate/core/testing'
import { type Groups, type QuorateNode, startNode, type Topology } from '@quorate/host'

/** The nodes of a topology in this process, on a bus, disks and a clock in memory. Chance is drawn from a seed. */
export class TestNodes<G extends Groups> {
  readonly clock = virtualClock()
  readonly nodes = new Map<NodeId, QuorateNode<G>>()
  readonly #bus = memoryTransport({ clock: this.clock })
  readonly #topology: Topology<G>
  readonly #stores = new Map<NodeId, MemoryStore>()
  #seed: number

  constructor(topology: Topology<G>, seed = 1) {
    this.#topology = topology
    this.#seed = seed
  }

  async startAll(): Promise<void> {
    await Promise.all(this.#topology.nodes.map((id) => this.start(id)))
    await this.wait(Promise.all([...this.nodes.values()].map(({ ready }) => ready)))
  }

  async start(id: NodeId): Promise<void> {
    const { cluster, groups } = this.#topology
    const store = this.#stores.get(id) ?? memoryStore({ clock: this.clock, writeDelayMs: 1 })
    this.#stores.set(id, store)
    const random = { below: (limit: number) => Math.floor(this.#next() * limit) }
    const options = { id, cluster, groups, store, random, transport: this.#bus, clock: this.clock }
    this.nodes.set(id, await this.wait(startNode(options)))
  }

  async stop(id: NodeId): Promise<void> {
    const node = this.nodes.get(id)
    this.nodes.delete(id)
    await this.wait(Promise.resolve(node?.stop()))
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.nodes.keys()].map((id) => this.stop(id)))
  }

  /** From now on these nodes hear and say nothing. */
  cutOff(...ids: readonly NodeId[]): void {
    this.#bus.setFilter(({ from, receiver }) => !ids.includes(from) && !ids.includes(receiver))
  }

  node(id: NodeId): QuorateNode<G> {
    const node = this.nodes.get(id)
    if (!node) throw new RangeError(`node ${id} does not run`)
    return node
  }

  /** Who serves, of a role of a group, in its own opinion. */
  leaders(group: keyof G & string, role: string): NodeId[] {
    const serves = (node: QuorateNode<G>) => node.status().groups[group]?.roles[role]?.serves
    return [...this.nodes].filter(([, node]) => serves(node)).map(([id]) => id)
  }

  /** Lets time pass until it is settled. */
  wait<T>(promise: Promise<T>): Promise<T> {
    return this.clock.wait(promise, 60_000)
  }

  /** Lets time pass until it holds. */
  async until(holds: () => boolean): Promise<void> {
    for (let passedMs = 0; !holds(); passedMs += 10) {
      if (passedMs > 60_000) throw new Error('it did not come to pass within a minute of virtual time')
      await this.pass(10)
    }
  }

  /** Lets time pass, and promises have their turn. */
  pass(ms: number): Promise<void> {
    return this.clock.wait(new Promise((resolve) => this.clock.setTimeout(resolve, ms)), ms + 1)
  }

  #next(): number {
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0
    return this.#seed / 2 ** 32
  }
}
