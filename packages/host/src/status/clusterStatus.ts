import { addressOf, type Clock, checkName, everyNode, type Transport } from '@quorate/core'
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
  /** Ends the wait when so many have answered. @default never */
  readonly nodes?: number
  readonly clock?: Clock
}): Promise<NodeReport[]> {
  const { transport, cluster, waitMs = 1000, nodes = Number.POSITIVE_INFINITY } = options
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
    const subscription = bus.subscribe(address, (envelope) => {
      const message = bus.read<NodeMessage>(messages, envelope)
      if (message?.type !== 'NodeStatusReport') return
      const report = readReport(message.report)
      if (report) reports.set(report.node, report)
      if (reports.size >= nodes) isComplete()
    })
    await subscription.ready
    bus.publish(address, addressOf(nodeGroup, nodeRole, everyNode), messages, { type: 'NodeStatus', request: 1 })
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

function readReport(bytes: Uint8Array): NodeReport | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as NodeReport
  } catch {
    return undefined
  }
}
