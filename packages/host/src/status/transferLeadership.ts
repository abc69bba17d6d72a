import {
  addressOf,
  type Clock,
  checkMethods,
  checkName,
  checkOptions,
  type NodeId,
  noBytes,
  type OptionKeys,
  QuorateError,
  type Transport,
} from '@quorate/core'
import { answersRole, nodeGroup, nodeRole } from '../bus/addresses.js'
import { Bus } from '../bus/bus.js'
import { DropLog } from '../bus/dropLog.js'
import { TransferFailedError } from '../errors.js'
import { type LeadershipTransferred, messages, type NodeMessage } from '../generated/node.js'
import { Deferred } from '../system/deferred.js'
import { randomName, systemRandom } from '../system/random.js'
import { realClock } from '../system/realClock.js'
import { silentLogger } from '../system/silentLogger.js'
import { Telemetry } from '../system/telemetry.js'
import { clusterStatus } from './clusterStatus.js'
import type { NodeReport } from './nodeStatus.js'

/** A node that leads says before that what came of it. */
const answerWithinMs = 7000

/** Of {@link transferLeadership}. */
interface TransferLeadershipOptions {
  readonly transport: Transport
  readonly cluster: string
  readonly group: string
  /** Who is to lead. @default whichever can soonest */
  readonly to?: NodeId
  /** How long nodes may take to say who leads, in milliseconds. @default 1000 */
  readonly waitMs?: number
  readonly clock?: Clock
}

const optionKeys: OptionKeys<TransferLeadershipOptions> = {
  transport: 'required',
  cluster: 'required',
  group: 'required',
  to: 'optional',
  waitMs: 'optional',
  clock: 'optional',
}

/**
 * Has the node that leads a group give that to another one, from a process that is no node of the cluster.
 * @returns who led, and who leads
 * @throws `QUORATE_TRANSFER_FAILED`, also where no node that answers leads the group; `QUORATE_NOT_LEADER` of one that has ceased to;
 *   `QUORATE_LEADERSHIP_UNSUPPORTED`, `QUORATE_INVALID_NAME`, `QUORATE_INVALID_CONFIGURATION`, and what the transport throws.
 */
export async function transferLeadership(
  options: TransferLeadershipOptions,
): Promise<{ readonly from: NodeId; readonly leader: NodeId }> {
  checkOptions<TransferLeadershipOptions>('transferLeadership(...)', options, optionKeys)
  checkMethods('transport of transferLeadership(...), e.g. nats({ servers }),', options.transport, ['connect'])
  const { transport, cluster, group, to, waitMs = 1000, clock } = options
  checkName('cluster', cluster)
  checkName('group', group)
  if (to !== undefined) checkName('node', to)
  const asked = { transport, cluster, waitMs, groups: [group], ...(clock && { clock }) }
  const from = leaderIn(await clusterStatus(asked), group)
  if (from === undefined) throw new TransferFailedError(group, 'no node that answers leads it')
  const { leader, code, reason } = await ask(from, options)
  if (leader !== undefined) return { from, leader }
  throw code === '' ? new TransferFailedError(group, reason) : new QuorateError(code, reason)
}

const leaderIn = (reports: readonly NodeReport[], group: string): NodeId | undefined =>
  reports.find(({ node, groups }) =>
    Object.values(groups[group]?.roles ?? {}).some(({ serves, leader }) => serves && leader === node),
  )?.node

async function ask(
  node: NodeId,
  { transport, cluster, group, to, clock = realClock() }: TransferLeadershipOptions,
): Promise<LeadershipTransferred> {
  const id = randomName(systemRandom, 'transfer')
  const connection = await transport.connect({ cluster, name: id })
  const answered = new Deferred<LeadershipTransferred>()
  const late = () => answered.reject(new TransferFailedError(group, `node ${node}, which leads it, did not answer`))
  const timer = clock.setTimeout(late, answerWithinMs)
  try {
    const drops = new DropLog(clock, silentLogger, new Telemetry())
    const surroundings = { connection, cluster, store: noBytes, drops, clock, random: systemRandom }
    const bus = new Bus({ ...surroundings, fail: answered.reject })
    const address = addressOf(nodeGroup, answersRole, id)
    const subscription = bus.subscribe(address, (envelope) => {
      const message = bus.read<NodeMessage>(messages, envelope)
      if (message?.type === 'LeadershipTransferred') answered.resolve(message)
    })
    await subscription.ready
    const question = { type: 'TransferLeadership', request: 1, group, ...(to !== undefined && { to }) } as const
    bus.publish(address, addressOf(nodeGroup, nodeRole, node), messages, question)
    return await answered.promise
  } finally {
    clock.clearTimeout(timer)
    await connection.close()
  }
}
