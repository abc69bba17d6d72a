import {
  addressOf,
  type Clock,
  checkMethods,
  checkName,
  checkOptions,
  everyNode,
  type NodeId,
  noBytes,
  nodeOf,
  type OptionKeys,
  type Transport,
} from '@quorate/core'
import { answersRole, nodeGroup, nodeRole } from '../bus/addresses.js'
import { Bus } from '../bus/bus.js'
import { DropLog } from '../bus/dropLog.js'
import { messages, type NodeMessage } from '../generated/node.js'
import { Deferred } from '../system/deferred.js'
import { randomName, systemRandom } from '../system/random.js'
import { realClock } from '../system/realClock.js'
import { silentLogger } from '../system/silentLogger.js'
import { Telemetry } from '../system/telemetry.js'
import type { NodeReport } from './nodeStatus.js'
import { ToldPages } from './toldPages.js'

/** All pages together are waited for so many times as long as one. */
const pagesMax = 100

/** Of {@link clusterStatus}. */
interface ClusterStatusOptions {
  readonly transport: Transport
  readonly cluster: string
  /**
   * How long answers are waited for, in milliseconds: anew whenever a node is asked for more, and a hundred times as long
   * altogether. @default 1000
   */
  readonly waitMs?: number
  /** Ends the wait when so many have answered, and told of all groups. @default never */
  readonly nodes?: number
  /** Those that are to be told of. @default all, which each node tells a hundred at a time */
  readonly groups?: readonly string[]
  /** Hears of a node that answers what is no answer, which is not taken: why it is none. @default nobody hears of it */
  readonly onNonsense?: (node: NodeId, why: string) => void
  readonly clock?: Clock
}

const optionKeys: OptionKeys<ClusterStatusOptions> = {
  transport: 'required',
  cluster: 'required',
  waitMs: 'optional',
  nodes: 'optional',
  groups: 'optional',
  onNonsense: 'optional',
  clock: 'optional',
}

/**
 * Asks all nodes of a cluster for their status, and returns what came, sorted by node. Of a node that fell silent before it had
 * told of all its groups, or answered nonsense, the report has `next`.
 * @throws `QUORATE_INVALID_NAME`, `QUORATE_INVALID_CONFIGURATION`, and what the transport throws.
 */
export async function clusterStatus(options: ClusterStatusOptions): Promise<NodeReport[]> {
  checkOptions<ClusterStatusOptions>('clusterStatus(...)', options, optionKeys)
  checkMethods('transport of clusterStatus(...), e.g. nats({ servers }),', options.transport, ['connect'])
  const { transport, cluster, waitMs = 1000, nodes = Number.POSITIVE_INFINITY, groups = [] } = options
  checkName('cluster', cluster)
  const clock = options.clock ?? realClock()
  const id = randomName(systemRandom, 'status')
  const connection = await transport.connect({ cluster, name: id })
  try {
    const done = new Deferred<void>()
    const bus = new Bus({
      connection,
      cluster,
      store: noBytes,
      drops: new DropLog(clock, silentLogger, new Telemetry()),
      clock,
      random: systemRandom,
      fail: done.reject,
    })
    const address = addressOf(nodeGroup, answersRole, id)
    let request = 0
    const ask = (node: NodeId, after = ''): number => {
      const question = { type: 'NodeStatus', request: ++request, groups, after } as const
      bus.publish(address, addressOf(nodeGroup, nodeRole, node), messages, question)
      return request
    }
    const untilMs = clock.nowMs() + waitMs * pagesMax
    let timer: unknown
    const wait = (): void => {
      clock.clearTimeout(timer)
      timer = clock.setTimeout(done.resolve, Math.min(waitMs, untilMs - clock.nowMs()))
    }
    const pages = new ToldPages()
    const subscription = bus.subscribe(address, (envelope) => {
      const message = bus.read<NodeMessage>(messages, envelope)
      if (message?.type !== 'NodeStatusReport') return
      const node = nodeOf(envelope.from)
      const { more, nonsense } = pages.take(node, message)
      if (nonsense !== undefined) options.onNonsense?.(node, nonsense)
      if (more !== undefined) {
        pages.asked(node, ask(node, more))
        wait()
      }
      if (pages.areComplete(nodes)) done.resolve()
    })
    await subscription.ready
    pages.askedAll(ask(everyNode))
    wait()
    try {
      await done.promise
    } finally {
      clock.clearTimeout(timer)
    }
    return pages.reports
  } finally {
    await connection.close()
  }
}
