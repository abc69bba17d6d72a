import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { NodeReport } from '@quorate/host'
import { type ConnectedKvClient, connectKvClient } from '@quorate/kv'
import { nats } from '@quorate/nats'
import { NodeProcess } from '../../nodeProcess.js'
import { nodesOf } from '../../programs/groups.js'
import type { LoopReport, NodeSettings } from '../../programs/settings.js'
import { until } from '../../until.js'
import type { FieldSurroundings } from './section.js'

export const fieldCluster = 'field'

/** Three Raft nodes, each a process with a disk that is synced, and a key-value store. */
export interface FieldNodes extends AsyncDisposable {
  readonly nodes: readonly NodeProcess[]
  client(): Promise<ConnectedKvClient>
  reports(): Promise<readonly NodeReport[]>
  /** The highest term of all: it grows with each election. */
  term(): Promise<number>
  /** Memory of the largest of the processes, in MB. */
  rssMb(): Promise<number>
  /** The longest holds of each node's event loop since the last call. */
  loops(): Promise<readonly LoopReport[]>
}

export const startFieldNodes = async (
  { servers, directory }: FieldSurroundings,
  settings: Partial<NodeSettings> = {},
): Promise<FieldNodes> => {
  const nodes = nodesOf.raft.map(
    (id) =>
      new NodeProcess({
        id,
        cluster: fieldCluster,
        servers,
        directory: join(directory, id),
        machine: 'kv',
        ...settings,
      }),
  )
  await Promise.all(nodes.map((node) => node.startReady()))
  const reports = () => Promise.all(nodes.map((node) => node.ask({ type: 'status' })))
  await until('a leader is elected', async () => (await reports()).some((report) => roleOf(report).serves))
  const clients: ConnectedKvClient[] = []
  return {
    nodes,
    reports,
    client: async () => {
      const client = await connectKvClient({
        transport: nats({ servers }),
        cluster: fieldCluster,
        group: 'kv',
        deadlineMs: 120_000,
      })
      clients.push(client)
      return client
    },
    term: async () => Math.max(...(await reports()).map((report) => roleOf(report).epoch ?? 0)),
    rssMb: async () => Math.max(...(await Promise.all(nodes.map(rssOf)))),
    loops: () => Promise.all(nodes.map((node) => node.ask({ type: 'loop' }))),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(clients.map((client) => client.close()))
      await Promise.all(nodes.map((node) => node.stop('SIGKILL')))
    },
  }
}

const roleOf = (report: NodeReport) => {
  const { service, roles } = report.groups['kv'] ?? {}
  const role = service?.type === 'log' ? roles?.[service.orders] : undefined
  if (!role) throw new Error(`${report.node} has no role that orders`)
  return role
}

const rssOf = async ({ pid }: NodeProcess): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024
}
