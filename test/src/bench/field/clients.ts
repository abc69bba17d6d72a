import type { PutsReport } from '../../programs/clients.js'
import { ClientProcess } from './clientProcess.js'
import { fieldCluster, startFieldNodes } from './nodes.js'
import type { FieldSection, FieldSurroundings, Figure } from './section.js'

const everyMs = 2000
const processes = 4

/** Many clients, each with a connection of its own: what they get while all is well, and after an outage of all nodes. */
export const clients: FieldSection = {
  name: 'clients',
  about: '5,000 clients, each with a put every two seconds; and as many that come at once after an outage',
  async measure(around) {
    await using group = await startFieldNodes(around)
    const term = await group.term()
    const steady = await withClients(around, 'steady', async (running) => {
      around.say('connected; each puts every two seconds')
      return Promise.all(
        running.map((each) => each.puts({ everyMs, forMs: around.quick ? 10_000 : 60_000, atOnce: false })),
      )
    })
    const figures = [
      ...figuresOf('steady', steady),
      { name: 'steady: elections', value: (await group.term()) - term, unit: '', max: 0 },
      { name: 'largest RSS of a node', value: Math.round(await group.rssMb()), unit: 'MB' },
    ]
    await Promise.all(group.nodes.map((node) => node.stop('SIGKILL')))
    const storm = await withClients(around, 'storm', async (running) => {
      around.say('no node runs; all come at once, and the nodes start')
      const reports = running.map((each) => each.puts({ everyMs: 1, forMs: 0, atOnce: true }))
      const beganMs = performance.now()
      await Promise.all(group.nodes.map((node) => node.startReady()))
      const startedMs = performance.now() - beganMs
      const found = await Promise.all(reports)
      return { found, startedMs, settledMs: performance.now() - beganMs }
    })
    return [
      ...figures,
      ...figuresOf('storm', storm.found),
      { name: 'storm: the nodes run after', value: Math.round(storm.startedMs), unit: 'ms' },
      { name: 'storm: settled after', value: Math.round(storm.settledMs), unit: 'ms', max: 30_000 },
    ]
  },
}

async function withClients<Value>(
  { servers, quick }: FieldSurroundings,
  name: string,
  use: (running: readonly ClientProcess[]) => Promise<Value>,
): Promise<Value> {
  const each = (quick ? 1000 : 5000) / processes
  const running = Array.from(
    { length: processes },
    (_, at) => new ClientProcess({ servers, cluster: fieldCluster, name: `${name}${at}`, clients: each }),
  )
  try {
    await Promise.all(running.map((process) => process.connected()))
    return await use(running)
  } finally {
    for (const process of running) process.kill()
  }
}

function figuresOf(name: string, reports: readonly PutsReport[]): Figure[] {
  const ms = reports.flatMap((report) => report.ms).sort((a, b) => a - b)
  const failed = reports.flatMap((report) => Object.values(report.failed)).reduce((sum, count) => sum + count, 0)
  const unknown = reports.reduce((sum, report) => sum + (report.failed['QUORATE_UNKNOWN_OUTCOME'] ?? 0), 0)
  const at = (part: number): number => Math.round(ms[Math.floor((ms.length - 1) * part)] ?? 0)
  return [
    { name: `${name}: puts acknowledged`, value: ms.length, unit: '' },
    { name: `${name}: puts of unknown outcome`, value: unknown, unit: '', max: 0 },
    { name: `${name}: puts that failed`, value: failed, unit: '', max: 0 },
    { name: `${name}: median`, value: at(0.5), unit: 'ms' },
    { name: `${name}: 99 of 100 within`, value: at(0.99), unit: 'ms' },
  ]
}
