import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { connectClient } from '@quorate/host'
import { kv } from '@quorate/kv'
import { nats } from '@quorate/nats'
import { startBus } from '../bus.js'
import { NodeProcess } from '../nodeProcess.js'
import { nodesOf, type Protocol, protocols } from '../programs/groups.js'
import { until } from '../until.js'
import { load } from './load.js'
import { v8Flags, withV8Flags } from './v8Flags.js'
import { measureYardstick } from './yardstick.js'

const valueBytes = 256
const warmUpMs = 1000
const yardstickCallers = 1000
const keys = 1000
const cluster = 'bench'

const usage = `Durable writes per second of a group, each node a process with a disk that is synced, beside the bus alone.

Usage: pnpm bench:steady [--seconds N] [--protocol NAME,...] [--callers N,N] [--local] [--json]

  --seconds N      how long each run lasts, after a second to warm up (default 5)
  --protocol NAME,...  ${protocols.join(', ')}: one after the other, in one run (default raft)
  --callers N,...  how many callers at once (default 1,64,256,1000)
  --local          instead: one caller in the process of the node that leads, in turn through its own node and through the bus
  --profile DIR    writes a CPU profile of each node there
  --json           one line of JSON: { yardstick, runs: [{ protocol, callers, coalescing, writesPerSecond, p50Ms, p99Ms }] }
  --help           this text

Nodes and client run with ${v8Flags.join(' ')}. Set NATS_URL to use a server of yours. Directories are made in TMPDIR (${tmpdir()}): choose one on a real disk.`

interface Run {
  readonly protocol: Protocol
  readonly callers: number
  readonly coalescing: boolean
  readonly writesPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    protocol: { type: 'string', default: 'raft' },
    callers: { type: 'string', default: '1,64,256,1000' },
    local: { type: 'boolean', default: false },
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const value = new Uint8Array(valueBytes).fill(120)

const writeWith = async (
  servers: string,
  options: { protocol: Protocol; callers: number; coalescing: boolean; durationMs: number },
): Promise<Run> => {
  const { protocol, callers, coalescing, durationMs } = options
  const client = await connectClient({
    transport: nats({ servers }),
    cluster,
    group: 'kv',
    stateMachine: kv,
    ...(coalescing ? {} : { commandsPerMessageMax: 1, messagesInFlightMax: callers }),
  })
  let next = 0
  try {
    const put = () => client.propose({ operation: 'put', key: `key-${next++ % keys}`, value })
    // The first command waits for an election and opens a session: that is no steady state.
    await put()
    const { perSecond, p50Ms, p99Ms } = await load(put, { callers, warmUpMs, durationMs })
    return { protocol, callers, coalescing, writesPerSecond: perSecond, p50Ms, p99Ms }
  } finally {
    await client.close()
  }
}

const startNodes = async (protocol: Protocol, servers: string, directory: string): Promise<NodeProcess[]> => {
  const nodes = nodesOf[protocol].map((id) => {
    const place = { id, cluster, servers, directory: join(directory, protocol, id) }
    const settings = { ...place, protocol, machine: 'kv' } as const
    const profile = flags.profile
      ? ['--cpu-prof', '--cpu-prof-dir', flags.profile, '--cpu-prof-name', `${protocol}-${id}.cpuprofile`]
      : []
    return new NodeProcess(settings, [...v8Flags, ...profile])
  })
  await Promise.all(nodes.map((node) => node.startReady()))
  return nodes
}

const say = (text: string): void => {
  if (!flags.json) console.log(text)
}

const column = (value: string | number, width: number): string => String(value).padStart(width)

const row = ({ callers, coalescing, writesPerSecond, p50Ms, p99Ms }: Run, yardstick: number): string =>
  [
    column(callers, 8),
    column(coalescing ? 'yes' : 'no', 11),
    column(writesPerSecond, 10),
    column((writesPerSecond / yardstick).toFixed(2), 14),
    column(p50Ms.toFixed(2), 9),
    column(p99Ms.toFixed(2), 9),
  ].join('')

const heading = [
  column('callers', 8),
  column('coalescing', 11),
  column('writes/s', 10),
  column('of yardstick', 14),
  column('p50 ms', 9),
  column('p99 ms', 9),
].join('')

const measure = async (servers: string, directory: string): Promise<void> => {
  const durationMs = Number(flags.seconds) * 1000
  const payload = new Uint8Array(valueBytes)
  const yardstick = await measureYardstick(servers, { payload, callers: yardstickCallers, warmUpMs, durationMs })
  say(`yardstick: ${yardstick} bare requests/s of ${valueBytes} bytes at ${yardstickCallers} callers`)
  const runs: Run[] = []
  for (const protocol of protocolsWanted()) {
    runs.push(...(await measureProtocol(protocol, { servers, directory, durationMs, yardstick })))
  }
  if (flags.json) console.log(JSON.stringify({ yardstick, runs }))
}

const measureProtocol = async (
  protocol: Protocol,
  around: { servers: string; directory: string; durationMs: number; yardstick: number },
): Promise<Run[]> => {
  const { servers, directory, durationMs, yardstick } = around
  const nodes = await startNodes(protocol, servers, directory)
  say(`\n${protocol}: ${nodes.length} processes`)
  try {
    // Or the first row would tell how fast V8 compiles.
    await writeWith(servers, { protocol, callers: 256, coalescing: false, durationMs: 2 * warmUpMs })
    say(heading)
    const runs: Run[] = []
    for (const coalescing of [false, true]) {
      for (const callers of flags.callers.split(',').map(Number)) {
        const run = await writeWith(servers, { protocol, callers, coalescing, durationMs })
        runs.push(run)
        say(row(run, yardstick))
      }
    }
    return runs
  } finally {
    await Promise.all(nodes.map((node) => node.stop()))
  }
}

/** One caller in the process of the node that leads: what it is to call its own node, beside a call through the bus. */
const measureLocal = async (servers: string, directory: string): Promise<void> => {
  const durationMs = Number(flags.seconds) * 1000
  for (const protocol of protocolsWanted()) {
    const nodes = await startNodes(protocol, servers, directory)
    try {
      const leader = await until('somebody leads', () => leaderOf(nodes))
      const { node, bus, calls } = await leader.ask({ type: 'caller', valueBytes, durationMs })
      const ratio = node.p50Ms / bus.p50Ms
      if (flags.json) console.log(JSON.stringify({ protocol, calls, node, bus, ratio }))
      else {
        console.log(`\n${protocol}: one caller on the leader's node, ${calls} calls each way in turn`)
        console.log(
          `through the bus   p50 ${bus.p50Ms.toFixed(2)} ms\nthrough the node  p50 ${node.p50Ms.toFixed(2)} ms`,
        )
        console.log(`ratio ${ratio.toFixed(2)}`)
      }
    } finally {
      await Promise.all(nodes.map((node) => node.stop()))
    }
  }
}

/** The node whose clients need not go further. */
const leaderOf = async (nodes: readonly NodeProcess[]): Promise<NodeProcess | undefined> => {
  for (const node of nodes) {
    const { groups } = await node.ask({ type: 'status' })
    const { service, roles } = groups['kv'] ?? {}
    if (service?.type !== 'log' || service.orders !== service.applies) continue
    if (roles?.[service.orders]?.serves) return node
  }
  return undefined
}

const protocolsWanted = (): readonly Protocol[] => flags.protocol.split(',') as Protocol[]

const checkFlags = (): void => {
  const unknown = protocolsWanted().find((name) => !protocols.includes(name))
  if (unknown !== undefined) throw new RangeError(`--protocol ${unknown}: expected some of ${protocols.join(', ')}`)
  if (!(Number(flags.seconds) > 0)) throw new RangeError(`--seconds ${flags.seconds}: expected a number above 0`)
  for (const callers of flags.callers.split(',')) {
    if (!/^[1-9]\d*$/.test(callers)) throw new RangeError(`--callers ${flags.callers}: expected whole numbers above 0`)
  }
}

const main = async (): Promise<void> => {
  const url = process.env['NATS_URL']
  const bus = url ? undefined : await startBus()
  const servers = url ?? bus?.url ?? ''
  const directory = await mkdtemp(join(tmpdir(), 'quorate-bench-'))
  say(`bus: ${bus?.kind ?? 'yours'} at ${servers}; disks in ${directory}, synced`)
  if (bus?.kind === 'embedded broker')
    say('no nats-server on the PATH: the embedded broker shares a core with the client')
  try {
    await (flags.local ? measureLocal : measure)(servers, directory)
  } finally {
    await bus?.close()
    await rm(directory, { recursive: true, force: true })
  }
}

if (flags.help) console.log(usage)
else {
  try {
    checkFlags()
    await withV8Flags(main)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
