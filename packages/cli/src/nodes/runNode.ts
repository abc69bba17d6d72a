import { join } from 'node:path'
import { type Observe, textOf } from '@quorate/core'
import { type QuorateNode, startNode, type Topology } from '@quorate/host'
import { KvClient, type KvGroup } from '@quorate/kv'
import { level } from '@quorate/level'
import { transportOf } from '../connection/transport.js'
import { exitCodes } from '../exitCodes.js'
import { type Io, printNote } from '../io.js'
import { loggerFor } from '../logger.js'
import { onStopSignal } from '../signals.js'
import { digestOf } from './digest.js'
import { LiveTrace, tracePath } from './liveTrace.js'
import type { DigestRequest, NodeMessage, ParentMessage } from './nodeMessages.js'
import { whenParentIsGone } from './parent.js'
import type { UpSettings } from './up.js'

/** Runs one node of a topology in this process, until it is told to stop. Its store is the directory of its name in `data`. */
export const runNode = async (
  io: Io,
  topology: Topology,
  id: string,
  settings: Omit<UpSettings, 'node'>,
): Promise<void> => {
  const { cluster, groups } = topology
  // Who does not ask for it does not load it either.
  const inspect = settings.inspect && (await import('./inspection.js')).observer(io, cluster, settings)
  const about = { node: id, cluster, bytesMax: settings.traceBytesMax }
  const trace = settings.trace === undefined ? undefined : new LiveTrace(tracePath(settings.trace, id), about)
  const node = await startNode({
    id,
    cluster,
    transport: transportOf(settings),
    store: level(join(settings.data, id)),
    groups,
    logger: loggerFor(settings.log, io.stdout, id),
    ...((inspect || trace) && { observe: both(inspect, trace?.observe) }),
    ...(settings.acceptPossibleLoss && { acceptPossibleLoss: true }),
  })
  const forget = [stopOnSignals(node), serveParent(node)]
  try {
    const cause = await node.stopped
    if (cause) throw cause
  } finally {
    await inspect?.close()
    await trace?.close()
    if (trace && trace.dropped > 0)
      printNote(io, `${trace.path} lacks ${trace.dropped} events: there was no time, or no room`)
    for (const each of forget) each()
  }
}

const both =
  (one: Observe | undefined, other: Observe | undefined): Observe =>
  (observed) => {
    one?.(observed)
    other?.(observed)
  }

/**
 * The first signal lets the node finish what is under way, the second does not; but a node that was started by another
 * process hears of one Ctrl-C twice, and leaves it to that one to kill it.
 */
const stopOnSignals = (node: QuorateNode): (() => void) => {
  const isChild = process.connected
  let isStopping = false
  const stop = () => {
    if (isStopping && !isChild) process.exit(exitCodes.interrupted)
    isStopping = true
    void node.stop()
  }
  return onStopSignal(stop)
}

/** Where another process started this one: says for whom the node waits and when it is ready, answers, and leaves when that one is gone. */
const serveParent = (node: QuorateNode): (() => void) => {
  if (!process.connected) return () => {}
  const say = (message: NodeMessage) => process.connected && process.send?.(message)
  const sayWaiting = () => say({ type: 'waiting', for: node.status().waitingFor })
  const digest = ({ request, group, prefix }: DigestRequest) => {
    const failed = (error: unknown) => say({ type: 'failed', request, reason: textOf(error) })
    // Who asks knows that this group keeps keys and values.
    const kv = new KvClient(node.group(group) as unknown as KvGroup)
    digestOf(kv, prefix).then((digest) => say({ type: 'digest', request, digest }), failed)
  }
  const hear = (message: ParentMessage) => (message.type === 'ended' ? sayWaiting() : digest(message))
  whenParentIsGone(() => void node.stop())
  process.on('message', hear)
  sayWaiting()
  node.ready.then(
    () => say({ type: 'ready' }),
    () => {},
  )
  return () => void process.off('message', hear)
}
