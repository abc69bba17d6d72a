import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClientOptions, connectClient, type LogClient } from '@quorate/host'
import { nats } from '@quorate/nats'
import { type SharedBus, startBus } from './bus.js'
import { type LedgerCommand, type LedgerPage, type LedgerQuery, ledger } from './ledger.js'
import { NodeProcess } from './nodeProcess.js'
import { namesOf } from './programs/groups.js'
import type { NodeSettings } from './programs/settings.js'
import { until } from './until.js'

export type LedgerClient = LogClient<LedgerCommand, number, LedgerQuery, LedgerPage>

export type ClusterOptions = Partial<Omit<NodeSettings, 'id' | 'servers' | 'directory'>> & {
  /** Arguments of Node for the node of this id. */
  readonly execArgv?: (id: string) => readonly string[]
}

/** The nodes of a group, each a process with a disk, on one bus. */
export class Cluster {
  readonly bus: SharedBus
  readonly name: string
  readonly directory: string
  readonly nodes: readonly NodeProcess[]
  readonly #clients: { close(): Promise<void> }[] = []

  constructor(bus: SharedBus, directory: string, options: ClusterOptions) {
    const { execArgv = () => [], cluster = 'test', ...settings } = options
    this.bus = bus
    this.name = cluster
    this.directory = directory
    this.nodes = namesOf(options).map((id) => {
      const place = { id, cluster, servers: bus.url, directory: join(directory, id) }
      return new NodeProcess({ electionTimeoutMs: 400, heartbeatMs: 50, ...settings, ...place }, execArgv(id))
    })
  }

  /** Starts those that do not run, and waits until all take part. */
  async start(): Promise<void> {
    await Promise.all(this.nodes.filter((node) => !node.isRunning).map((node) => node.startReady()))
  }

  /** A client with a connection of its own. */
  async client(options: ClientOptions = {}): Promise<LedgerClient> {
    const transport = nats({ servers: this.bus.url })
    const client = await connectClient({
      transport,
      cluster: this.name,
      group: 'ledger',
      stateMachine: ledger,
      ...options,
    })
    this.#clients.push(client)
    return client
  }

  async leader(): Promise<NodeProcess> {
    return until('somebody leads', async () => {
      for (const node of this.nodes) {
        const status = node.isReady ? await statusOf(node).catch(() => undefined) : undefined
        if (status?.serves) return node
      }
      return undefined
    })
  }

  async followers(): Promise<readonly NodeProcess[]> {
    const leader = await this.leader()
    return this.nodes.filter((node) => node !== leader)
  }

  /** Waits until this node has applied all that the leader knows to be decided now. */
  async caughtUp(node: NodeProcess): Promise<void> {
    const { committed } = await statusOf(await this.leader())
    await until(`${node.id} has applied ${committed}`, async () => {
      const status = await statusOf(node)
      return status.applied >= committed
    })
  }

  /** Waits until all have applied the same, and gives what that is. Nobody may write meanwhile. */
  async equal(): Promise<readonly string[]> {
    for (const node of this.nodes) await this.caughtUp(node)
    const pages = await Promise.all(this.nodes.map((node) => node.ask({ type: 'ledger', query: { from: 0 } })))
    const [first] = pages
    if (!first || pages.some(({ digest, length }) => digest !== first.digest || length !== first.length)) {
      const held = this.nodes.map(({ id }, at) => `${id}: ${pages[at]?.length} commands, ${pages[at]?.digest}`)
      throw new Error(`the nodes do not hold the same:\n${held.join('\n')}`)
    }
    return allOf(this.nodes[0] as NodeProcess, first)
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#clients.map((client) => client.close()))
    await Promise.all(this.nodes.map((node) => node.stop('SIGKILL')))
    await this.bus.close()
    await rm(this.directory, { recursive: true, force: true })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

export const startCluster = async (options: ClusterOptions = {}): Promise<Cluster> => {
  const directory = await mkdtemp(join(tmpdir(), 'quorate-test-'))
  const cluster = new Cluster(await startBus(), directory, options)
  try {
    await cluster.start()
    return cluster
  } catch (error) {
    await cluster.close()
    throw error
  }
}

/** What tests want to know of one node. */
export interface Standing {
  readonly state: string
  readonly epoch: number
  readonly serves: boolean
  readonly committed: number
  readonly applied: number
}

export const statusOf = async (node: NodeProcess): Promise<Standing> => {
  const status = await node.ask({ type: 'status' })
  const group = Object.values(status.groups)[0]
  const role = group?.roles['server'] ?? group?.roles['proposer']
  if (!group || !role) throw new Error(`${node.id} hosts nothing: ${JSON.stringify(status)}`)
  const { state, serves, epoch = 0, committed = 0 } = role
  return { state, serves, epoch, committed, applied: group.applied ?? 0 }
}

const allOf = async (node: NodeProcess, first: LedgerPage): Promise<readonly string[]> => {
  const ids = [...first.ids]
  while (ids.length < first.length) {
    const page = await node.ask({ type: 'ledger', query: { from: ids.length } })
    ids.push(...page.ids)
  }
  return ids
}
