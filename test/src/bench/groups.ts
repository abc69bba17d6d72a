import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startBus } from '../bus.js'
import { NodeProcess } from '../nodeProcess.js'
import { nodesOf } from '../programs/groups.js'
import { until } from '../until.js'

const cluster = 'bench'
const mebibyte = 1024 * 1024
/** What the elections have left to be done is done by then. */
const settleMs = 2000
/** Of each leader, by default. */
const heartbeatsPerSecond = 10

const usage = `What many idle Raft groups cost: three nodes, each a process with a disk that is synced, members of all groups.

Usage: pnpm bench:groups [--groups N] [--seconds N] [--profile DIR] [--json]

  --groups N     how many (default 1000)
  --seconds N    how long they are looked at, once every group has a leader (default 10)
  --profile DIR  writes a CPU profile of each node there
  --json         one line of JSON: { groups, readyMs, ledMs, nodes: [{ id, core, saidPerSecond, coreDue, publishedPerSecond, deliveredPerSecond, residentMiB }] }
  --help         this text

Idle groups say so many messages a second as their heartbeats are due. On a machine that has no time for all of them the share of a
core says little: what counts is the share that all would take (coreDue), at what each took.

Set NATS_URL to use a server of yours. Directories are made in TMPDIR (${tmpdir()}): choose one on a real disk.`

const { values: flags } = parseArgs({
  options: {
    groups: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '10' },
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

/** One node while its groups are idle. */
interface Idle {
  readonly id: string
  /** Share of a core. */
  readonly core: number
  /** Heartbeats and answers to them. */
  readonly saidPerSecond: number
  /** Share of a core for as many of them as are due in a second. */
  readonly coreDue: number
  readonly publishedPerSecond: number
  readonly deliveredPerSecond: number
  readonly residentMiB: number
}

const say = (text: string): void => {
  if (!flags.json) console.log(text)
}

const percent = (share: number): string => `${(share * 100).toFixed(0)}%`

const makeNodes = (servers: string, directory: string, groups: number): NodeProcess[] =>
  nodesOf.raft.map((id) => {
    const place = { id, cluster, servers, directory: join(directory, id) }
    const profile = flags.profile
      ? ['--cpu-prof', '--cpu-prof-dir', flags.profile, '--cpu-prof-name', `groups-${id}.cpuprofile`]
      : []
    return new NodeProcess({ ...place, machine: 'kv', groups }, profile)
  })

/** How many groups a node leads. */
const ledBy = async (node: NodeProcess): Promise<number> => {
  const { groups } = await node.ask({ type: 'status' })
  return Object.values(groups).filter(({ roles }) => Object.values(roles).some(({ serves }) => serves)).length
}

const ledByAll = async (nodes: readonly NodeProcess[]): Promise<number> => {
  let led = 0
  for (const node of nodes) led += await ledBy(node)
  return led
}

const lookAt = async (node: NodeProcess, durationMs: number, duePerSecond: number): Promise<Idle> => {
  const countersOf = async () => (await node.ask({ type: 'status' })).bus.counters
  const before = await countersOf()
  const { cpuMs, said } = await node.ask({ type: 'usage' })
  const beganMs = performance.now()
  await sleep(durationMs)
  const { cpuMs: cpuMsAfter, residentBytes, said: saidAfter } = await node.ask({ type: 'usage' })
  const seconds = (performance.now() - beganMs) / 1000
  const core = (cpuMsAfter - cpuMs) / 1000 / seconds
  const saidPerSecond = (saidAfter - said) / seconds
  const after = await countersOf()
  return {
    id: node.id,
    core,
    saidPerSecond: Math.round(saidPerSecond),
    coreDue: core * (duePerSecond / saidPerSecond),
    publishedPerSecond: Math.round((after.published - before.published) / seconds),
    deliveredPerSecond: Math.round((after.delivered - before.delivered) / seconds),
    residentMiB: Math.round(residentBytes / mebibyte),
  }
}

const measure = async (servers: string, directory: string): Promise<void> => {
  const groups = Number(flags.groups)
  const nodes = makeNodes(servers, directory, groups)
  try {
    const beganMs = performance.now()
    await Promise.all(nodes.map((node) => node.startReady()))
    const readyMs = Math.round(performance.now() - beganMs)
    say(`${groups} groups on ${nodes.length} processes: all take part after ${readyMs} ms`)
    await until('every group has a leader', async () => (await ledByAll(nodes)) >= groups, 120_000)
    const ledMs = Math.round(performance.now() - beganMs)
    say(`every group has a leader after ${ledMs} ms`)
    await sleep(settleMs)
    // A message of the leader for all, and an answer of each of the others: as many as there are nodes, who share them.
    const duePerSecond = groups * heartbeatsPerSecond
    const idle = await Promise.all(nodes.map((node) => lookAt(node, Number(flags.seconds) * 1000, duePerSecond)))
    for (const { id, core, saidPerSecond, coreDue, publishedPerSecond, deliveredPerSecond, residentMiB } of idle) {
      say(
        `${id}: ${percent(core)} of a core for ${saidPerSecond} heartbeats and answers a second, ${percent(coreDue)} for the ${duePerSecond} that are due; ` +
          `on the bus ${publishedPerSecond} messages/s published, ${deliveredPerSecond} delivered; ${residentMiB} MiB`,
      )
    }
    if (flags.json) console.log(JSON.stringify({ groups, readyMs, ledMs, nodes: idle }))
  } finally {
    await Promise.all(nodes.map((node) => node.stop()))
  }
}

const main = async (): Promise<void> => {
  const url = process.env['NATS_URL']
  const bus = url ? undefined : await startBus()
  const servers = url ?? bus?.url ?? ''
  const directory = await mkdtemp(join(tmpdir(), 'quorate-bench-'))
  say(`bus: ${bus?.kind ?? 'yours'} at ${servers}; disks in ${directory}, synced`)
  try {
    await measure(servers, directory)
  } finally {
    await bus?.close()
    await rm(directory, { recursive: true, force: true })
  }
}

const checkFlags = (): void => {
  if (!/^[1-9]\d*$/.test(flags.groups))
    throw new RangeError(`--groups ${flags.groups}: expected a whole number above 0`)
  if (!(Number(flags.seconds) > 0)) throw new RangeError(`--seconds ${flags.seconds}: expected a number above 0`)
}

if (flags.help) console.log(usage)
else {
  try {
    checkFlags()
    await main()
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
