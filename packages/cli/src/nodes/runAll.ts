import { createConnection } from 'node:net'
import type { Topology } from '@quorate/host'
import colours from 'picocolors'
import { type DevelopmentBroker, startDevelopmentBroker } from '../connection/broker.js'
import { type ConnectionSettings, defaultPort, isServerChosen } from '../connection/settings.js'
import { checkServer } from '../connection/transport.js'
import { PortTakenError } from '../errors.js'
import { exitCodes } from '../exitCodes.js'
import { type Io, printNote } from '../io.js'
import { isQuorateError } from '../isQuorateError.js'
import type { LogFormat } from '../logger.js'
import { onStopSignal } from '../signals.js'
import { NodeProcess, type NodeProcessOptions } from './nodeProcess.js'
import { strandedOf } from './stranded.js'
import type { UpSettings } from './up.js'

const palette = [colours.cyan, colours.yellow, colours.magenta, colours.green, colours.blue]

/** Runs every node of a topology as a child process, until all have ended. */
export const runAll = async (
  io: Io,
  file: string,
  topology: Topology,
  settings: Omit<UpSettings, 'node'>,
): Promise<void> => {
  // Who does not ask for it does not load it either.
  const watch = settings.inspect && (await (await import('./inspection.js')).watch(io, settings))
  try {
    const broker = await findBroker(io, topology, settings)
    try {
      const connection = broker ? { nats: broker.url } : settings
      const accepting = settings.acceptPossibleLoss ? ['--accept-possible-loss'] : []
      const { trace, traceBytesMax } = settings
      const tracing = trace === undefined ? [] : ['--trace', trace, '--trace-bytes-max', `${traceBytesMax}`]
      const flags = [...(watch?.flags ?? []), '--log', settings.log, ...accepting, ...tracing]
      await runNodes(io, topology, { topology: file, data: settings.data, connection, flags }, settings.log)
    } finally {
      await broker?.close()
    }
  } finally {
    await watch?.close()
  }
}

const runNodes = async (
  io: Io,
  topology: Topology,
  options: Omit<NodeProcessOptions, 'id' | 'print'>,
  log: LogFormat,
): Promise<void> => {
  const prefixOf = prefixes(topology)
  const stopping = { isAsked: false }
  const ended = new Set<string>()
  const given = new Set<NodeProcess>()
  const giveUpStranded = () => {
    for (const { node, missing } of stopping.isAsked ? [] : strandedOf(nodes, ended)) {
      if (given.has(node)) continue
      given.add(node)
      const have = missing.length === 1 ? 'has' : 'have'
      printNote(io, `${prefixOf(node.id)} waits for ${missing.join(', ')}, which ${have} ended, and is stopped`)
      node.kill('SIGTERM')
    }
  }
  const nodes = topology.nodes.map((id) => {
    // Objects name their node themselves.
    const isPrefixed = (stream: string) => log === 'text' || stream === 'stderr'
    const print = (line: string, stream: 'stdout' | 'stderr') =>
      void io[stream].write(`${isPrefixed(stream) ? `${prefixOf(id)} ` : ''}${line}\n`)
    return new NodeProcess({ ...options, id, print, waits: giveUpStranded })
  })
  for (const { id, exited } of nodes) {
    void exited.then(({ code, signal }) => {
      if (code !== 0 && !stopping.isAsked)
        printNote(io, `${prefixOf(id)} ended with ${signal ?? `exit code ${code}`}, and is not started again`)
      ended.add(id)
      for (const node of nodes) if (!ended.has(node.id)) node.tellEnded()
    })
  }
  const forget = stopOnSignals(io, nodes, stopping)
  try {
    void Promise.all(nodes.map(({ ready }) => ready)).then(
      () => printNote(io, `all nodes of cluster ${topology.cluster} are ready`),
      () => {},
    )
    const exits = await Promise.all(nodes.map(({ exited }) => exited))
    if (stopping.isAsked) return
    const failed = exits.map(({ code }) => code ?? exitCodes.failure).find((code) => code !== 0)
    io.exitCode = failed ?? (given.size > 0 ? exitCodes.failure : exitCodes.success)
  } finally {
    forget()
  }
}

/** What stands before the lines of a node. */
const prefixes = ({ nodes }: Topology): ((id: string) => string) => {
  const width = Math.max(...nodes.map((node) => node.length))
  return (id) => {
    const colour = palette[nodes.indexOf(id) % palette.length] ?? String
    return colour(`${id.padEnd(width)} |`)
  }
}

/** One that answers, found before the nodes look for it; or one of our own where the user did not say which. */
const findBroker = async (
  io: Io,
  { cluster }: Topology,
  settings: ConnectionSettings,
): Promise<DevelopmentBroker | undefined> => {
  try {
    await checkServer(settings, cluster)
    return undefined
  } catch (error) {
    if (isServerChosen(settings) || !isQuorateError(error) || error.code !== 'QUORATE_BUS_UNREACHABLE') throw error
    if (await isTaken(defaultPort)) throw new PortTakenError(defaultPort)
    const broker = await startDevelopmentBroker({ port: defaultPort })
    printNote(io, `no NATS server was there: started ${broker.label} on ${broker.url}`)
    return broker
  }
}

/** Whether anything takes connections there. */
const isTaken = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1')
    const tell = (is: boolean) => {
      socket.destroy()
      resolve(is)
    }
    socket.once('connect', () => tell(true)).once('error', () => tell(false))
  })

/** The first signal lets the nodes finish what is under way; the second kills them, and ends at once. */
const stopOnSignals = (io: Io, nodes: readonly NodeProcess[], stopping: { isAsked: boolean }): (() => void) =>
  onStopSignal(() => {
    for (const node of nodes) node.kill(stopping.isAsked ? 'SIGKILL' : 'SIGTERM')
    if (stopping.isAsked) process.exit(exitCodes.interrupted)
    stopping.isAsked = true
    printNote(io, 'stopping; Ctrl-C again kills')
  })
