import { addressOf, type Clock, checkName, everyNode, type NodeId, type Transport } from '@quorate/core'
import { answersRole, nodeGroup, nodeRole } from '../bus/addresses.js'
import { Bus } from '../bus/bus.js'
import { DropLog } from '../bus/dropLog.js'
import { messages, type NodeMessage } from '../generated/node.js'
import { randomName, systemRandom } from '../system/random.js'
import { realClock } from '../system/realClock.js'
import { silentLogger } from '../system/silentLogger.js'
import { Telemetry } from '../system/telemetry.js'
import type { NodeReport } from './nodeStatus.js'

/**
 * Asks all nodes of a cluster for their status, and returns what came within `waitMs`, sorted by node.
 * @throws `QUORATE_INVALID_NAME`, and what the transport throws.
 */
export async function clusterStatus(options: {
  readonly transport: Transport
  readonly cluster: string
  /** How long answers are waited for, in milliseconds. @default 1000 */
  readonly waitMs?: number
  /** Ends the wait when so many have answered, and told of all groups. @default never */
  readonly nodes?: number
  /** Those that are to be told of. @default all, which each node tells a hundred at a time */
  readonly groups?: readonly string[]
  readonly clock?: Clock
}): Promise<NodeReport[]> {
  const { transport, cluster, waitMs = 1000, nodes = Number.POSITIVE_INFINITY, groups = [] } = options
  checkName('cluster', cluster)
  const clock = options.clock ?? realClock()
  const id = randomName(systemRandom, 'status')
  const connection = await transport.connect({ cluster, name: id })
  try {
    let isComplete = () => {}
    const bus = new Bus({
      connection,
      cluster,
      store: new Uint8Array(0),
      drops: new DropLog(clock, silentLogger, new Telemetry()),
      clock,
      random: systemRandom,
      fail: () => isComplete(),
    })
    const address = addressOf(nodeGroup, answersRole, id)
    const reports = new Map<string, NodeReport>()
    let request = 0
    const ask = (node: NodeId, after = ''): void => {
      const question = { type: 'NodeStatus', request: ++request, groups, after } as const
      bus.publish(address, addressOf(nodeGroup, nodeRole, node), messages, question)
    }
    const subscription = bus.subscribe(address, (envelope) => {
      const message = bus.read<NodeMessage>(messages, envelope)
      if (message?.type !== 'NodeStatusReport') return
      const report = readReport(message.report)
      if (!report) return
      const { node, next } = report
      reports.set(node, withMore(reports.get(node), report))
      if (next !== undefined) ask(node, next)
      if (reports.size >= nodes && [...reports.values()].every((each) => each.next === undefined)) isComplete()
    })
    await subscription.ready
    ask(everyNode)
    await new Promise<void>((resolve) => {
      const timer = clock.setTimeout(resolve, waitMs)
      isComplete = () => {
        clock.clearTimeout(timer)
        resolve()
      }
    })
    return [...reports.values()].sort((a, b) => (a.node < b.node ? -1 : 1))
  } finally {
    await connection.close()
  }
}

/** A report with the groups of the ones before it. */
const withMore = (before: NodeReport | undefined, report: NodeReport): NodeReport => ({
  ...report,
  groups: { ...before?.groups, ...report.groups },
})

function readReport(bytes: Uint8Array): NodeReport | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as NodeReport
  } catch {
    return undefined
  }
}
