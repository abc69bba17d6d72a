import { addressOf, type Clock, checkName, everyNode, type NodeId, nodeOf, type Transport } from '@quorate/core'
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
 * Asks all nodes of a cluster for their status, and returns what came, sorted by node. Of a node that fell silent before it had
 * told of all its groups, the report has `next`.
 * @throws `QUORATE_INVALID_NAME`, and what the transport throws.
 */
export async function clusterStatus(options: {
  readonly transport: Transport
  readonly cluster: string
  /** How long answers are waited for, in milliseconds: anew whenever a node is asked for more. @default 1000 */
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
    let wait = () => {}
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
      const node = nodeOf(envelope.from)
      const report = readReport(message.report, node)
      if (!report) return
      const before = reports.get(node)
      reports.set(node, withMore(before, report))
      const { next } = report
      if (next !== undefined && next > (before?.next ?? '')) {
        ask(node, next)
        wait()
      }
      if (reports.size >= nodes && [...reports.values()].every((each) => each.next === undefined)) isComplete()
    })
    await subscription.ready
    ask(everyNode)
    await new Promise<void>((resolve) => {
      let timer: unknown
      wait = () => {
        clock.clearTimeout(timer)
        timer = clock.setTimeout(resolve, waitMs)
      }
      isComplete = () => {
        clock.clearTimeout(timer)
        resolve()
      }
      wait()
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

/** Of that node; `undefined` for what is none, which is as if nothing had come. */
function readReport(bytes: Uint8Array, node: NodeId): NodeReport | undefined {
  try {
    const report = JSON.parse(new TextDecoder().decode(bytes)) as NodeReport
    return report.node === node && typeof report.groups === 'object' && report.groups !== null ? report : undefined
  } catch {
    return undefined
  }
}
