import {
  type AskService,
  checkOptions,
  type GroupDefinition,
  InvalidConfigurationError,
  type LogService,
  type NodeId,
  type Service,
  type TypedStateMachine,
} from '@quorate/core'
import { type MemoryStore, type MemoryTransport, memoryStore, memoryTransport } from '@quorate/core/testing'
import { codecsOf } from '../client/clientCodecs.js'
import type { ClientOptions } from '../client/clientOptions.js'
import { type ConnectedAskClient, connectAskClient } from '../client/connectAskClient.js'
import { type ConnectedClient, connectClient } from '../client/connectClient.js'
import type { ConnectionOptions } from '../client/ownConnection.js'
import type { QuorateNode } from '../node/quorateNode.js'
import { startNode } from '../node/startNode.js'
import type { NodeReport } from '../status/nodeStatus.js'
import { realClock } from '../system/realClock.js'
import type { Groups } from '../topology/configuration.js'
import { UnknownNodeError } from '../topology/quorumCheck.js'
import type { Topology } from '../topology/topology.js'
import { DeterminismCheck } from './determinism.js'
import { Life } from './life.js'

/** The client of a group, typed by what the group does: by its state machine, or by its questions and answers. */
export type ClientOf<Definition> =
  Definition extends GroupDefinition<infer Does>
    ? Does extends LogService<infer Machine>
      ? Machine extends TypedStateMachine<infer _State, infer Command, infer Result, infer Query, infer Answer>
        ? ConnectedClient<Command, Result, Query, Answer>
        : ConnectedClient<Uint8Array, Uint8Array, Uint8Array, Uint8Array>
      : Does extends AskService<infer Request, infer Reply>
        ? ConnectedAskClient<Request, Reply>
        : never
    : never

/** The nodes of a topology in one process. */
export interface LocalCluster<G extends Groups = Groups> extends AsyncDisposable {
  /** Carries what nodes and clients say: `setFilter` loses messages, `connectClient` and its like connect to it. */
  readonly transport: MemoryTransport
  /** The nodes that run, in the order of the topology. */
  readonly running: readonly NodeId[]
  /**
   * A node that runs.
   * @throws {@link UnknownNodeError} `QUORATE_UNKNOWN_NODE`: it does not run.
   */
  node(id: NodeId): QuorateNode<G>
  /**
   * Starts nodes with what their stores hold; those that run already go on. Resolves when all of them run.
   * @throws {@link UnknownNodeError} `QUORATE_UNKNOWN_NODE`: it is not in the topology; what `startNode` throws.
   */
  start(...ids: readonly NodeId[]): Promise<void>
  /**
   * Stops nodes in good order; one that does not run stays as it is.
   * @throws {@link UnknownNodeError} `QUORATE_UNKNOWN_NODE`: it is not in the topology.
   */
  stop(...ids: readonly NodeId[]): Promise<void>
  /**
   * Ends nodes as SIGKILL does: the write under way is lost, they do and hear nothing more, and nobody is told. What their
   * own groups were asked for never settles. One that does not run stays as it is.
   * @throws {@link UnknownNodeError} `QUORATE_UNKNOWN_NODE`: it is not in the topology.
   */
  kill(...ids: readonly NodeId[]): Promise<void>
  /**
   * A client of a group with a connection of its own, closed with the cluster at the latest.
   * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION`: the group does nothing for clients.
   */
  connect<Name extends keyof G & string>(group: Name, options?: ClientOptions): Promise<ClientOf<G[Name]>>
  /** What each node that runs says of itself, in the order of the topology. */
  status(): NodeReport[]
  /**
   * The nodes that serve the clients of a group, each in its own opinion: of most protocols the one that leads.
   * @param role only those whose role of this name does: a batcher serves as well as the proposer that it hands commands to.
   */
  leaders(group: keyof G & string, role?: string): NodeId[]
  /**
   * Stops all nodes, and closes all clients.
   * @throws {@link NotDeterministicError} `QUORATE_NOT_DETERMINISTIC` when that was found.
   */
  close(): Promise<void>
}

/** What a local cluster does besides. */
export interface LocalClusterOptions {
  /**
   * Applies every command and every tick twice, on the state and on a copy of it at another time, and compares what came of
   * it, and the states of the nodes: a state machine that reads the clock is found by its first test. Its command fails
   * with `QUORATE_NOT_DETERMINISTIC`, and so does `close`. Takes a snapshot or more for each command. @default false
   */
  readonly checkDeterminism?: boolean
}

/**
 * Starts every node of a topology in this process, in real time, on a bus and disks in memory, for tests: none of them
 * needs a port or a directory. Resolves when all of them run.
 *
 *     await using cluster = await localCluster(topology)
 *     const client = await cluster.connect('counter', { deadlineMs: 5000 })
 *     await client.propose({ by: 1 })
 *     await cluster.kill('n1')
 *
 * @throws what `startNode` throws.
 */
export async function localCluster<G extends Groups>(
  topology: Topology<G>,
  options: LocalClusterOptions = {},
): Promise<LocalCluster<G>> {
  checkOptions<LocalClusterOptions>('localCluster(...)', options, { checkDeterminism: 'optional' })
  checkOptions<Topology<G>>('topology of localCluster(...)', topology, {
    cluster: 'required',
    nodes: 'required',
    groups: 'required',
  })
  const cluster = new MemoryCluster(topology, options.checkDeterminism ? new DeterminismCheck() : undefined)
  try {
    await cluster.start(...topology.nodes)
  } catch (error) {
    await cluster.close()
    throw error
  }
  return cluster
}

/** A node that runs, and what ends with it. */
interface Running<G extends Groups> {
  readonly node: QuorateNode<G>
  readonly life: Life
}

class MemoryCluster<G extends Groups> implements LocalCluster<G> {
  readonly transport = memoryTransport()
  readonly #topology: Topology<G>
  readonly #determinism: DeterminismCheck | undefined
  readonly #clock = realClock()
  readonly #stores = new Map<NodeId, MemoryStore>()
  readonly #running = new Map<NodeId, Running<G>>()
  readonly #clients = new Set<AsyncDisposable>()

  constructor(topology: Topology<G>, determinism: DeterminismCheck | undefined) {
    this.#topology = topology
    this.#determinism = determinism
  }

  get running(): readonly NodeId[] {
    return this.#topology.nodes.filter((id) => this.#running.has(id))
  }

  node(id: NodeId): QuorateNode<G> {
    const running = this.#running.get(id)
    if (!running) throw new UnknownNodeError(id, 'a test', this.running)
    return running.node
  }

  async start(...ids: readonly NodeId[]): Promise<void> {
    // All at once: on their first start they wait for one another.
    await Promise.all(ids.map((id) => this.#start(id)))
  }

  async stop(...ids: readonly NodeId[]): Promise<void> {
    for (const id of ids) this.#checkKnown(id)
    await Promise.all(ids.map((id) => this.#take(id)?.node.stop()))
  }

  async kill(...ids: readonly NodeId[]): Promise<void> {
    for (const id of ids) this.#checkKnown(id)
    for (const id of ids) {
      const running = this.#take(id)
      if (!running) continue
      this.#stores.get(id)?.crash()
      await running.life.end()
    }
  }

  async connect<Name extends keyof G & string>(group: Name, options: ClientOptions = {}): Promise<ClientOf<G[Name]>> {
    const { transport } = this
    const { cluster, groups } = this.#topology
    const { service } = groups[group] as GroupDefinition
    const client = await this.#connected(service, { ...options, transport, cluster, group })
    this.#clients.add(client)
    return client as unknown as ClientOf<G[Name]>
  }

  #connected(service: Service, common: ConnectionOptions & ClientOptions): Promise<AsyncDisposable> {
    switch (service.type) {
      case 'log': {
        const { stateMachine } = service
        return connectClient({ ...common, stateMachine: { ...stateMachine, codecs: codecsOf(stateMachine) } })
      }
      case 'ask':
        return connectAskClient({ ...common, contract: service })
      case 'none':
        throw new InvalidConfigurationError(`group ${common.group} does nothing for clients`)
    }
  }

  status(): NodeReport[] {
    return this.running.map((id) => this.node(id).status())
  }

  leaders(group: keyof G & string, role?: string): NodeId[] {
    const leads = ({ groups }: NodeReport) =>
      Object.entries(groups[group]?.roles ?? {}).some(
        ([name, status]) => status.serves && (role === undefined || role === name),
      )
    return this.status()
      .filter(leads)
      .map(({ node }) => node)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients].map((client) => client[Symbol.asyncDispose]()))
    await this.stop(...this.#running.keys())
    if (this.#determinism?.failure) throw this.#determinism.failure
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #start(id: NodeId): Promise<void> {
    this.#checkKnown(id)
    const { cluster } = this.#topology
    const groups = this.#determinism?.watched(this.#topology.groups, id) ?? this.#topology.groups
    if (this.#running.has(id)) return
    const store = this.#stores.get(id) ?? memoryStore({ clock: this.#clock })
    this.#stores.set(id, store)
    const life = new Life(this.#clock, this.transport)
    const { clock, transport } = life
    const node = await startNode<G>({ id, cluster, groups, store, clock, transport })
    this.#running.set(id, { node, life })
    await node.ready
  }

  /** A test that kills a node of a misspelt name would prove nothing. */
  #checkKnown(id: NodeId): void {
    const { nodes } = this.#topology
    if (!nodes.includes(id)) throw new UnknownNodeError(id, 'a test', nodes)
  }

  #take(id: NodeId): Running<G> | undefined {
    const running = this.#running.get(id)
    this.#running.delete(id)
    return running
  }
}
