import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConnectedKvClient, connectKvClient } from '@quorate/kv'
import { startDevelopmentBroker } from '../connection/broker.js'
import { type ConnectionSettings, isServerChosen, shownServer } from '../connection/settings.js'
import { checkServer, transportOf } from '../connection/transport.js'
import { compare } from './compare.js'
import { DemoCluster, demoGroup, demoNodes } from './demoCluster.js'
import { Endings } from './endings.js'
import type { DemoInput } from './input.js'
import { interruption } from './interruption.js'
import { count, type Narrator } from './narrator.js'
import { linePrefix, Replicator } from './replicate.js'
import type { DemoReport } from './report.js'

export interface DemoOptions {
  readonly protocol: string
  readonly input: DemoInput
  readonly connection: ConnectionSettings
  /** Leaves the disks where they are. @default false */
  readonly keep?: boolean
  readonly narrator: Narrator
}

const callMsMax = 60_000

/** Replicates a file through three processes, kills the one that leads, and compares what each applied with the file. */
export const runDemo = async (options: DemoOptions): Promise<DemoReport> => {
  const endings = new Endings()
  const interrupted = interruption()
  try {
    return await new Promise((resolve, reject) => {
      interrupted.promise.catch(reject)
      perform(options, endings, reject).then(resolve, reject)
    })
  } finally {
    await endings.endAll()
    interrupted.forget()
  }
}

const perform = async (
  options: DemoOptions,
  endings: Endings,
  broken: (error: unknown) => void,
): Promise<DemoReport> => {
  const { input, protocol, narrator } = options
  const broker = await useBroker(options, endings)
  const data = await useDisks(options, endings)
  narrator.say(`  broker  ${broker.label}`)
  narrator.say(`  nodes   ${demoNodes.join(', ')}: each a process, with a disk in ${data}`)
  narrator.say(`  input   ${input.name}: ${count(input.lines.length)} lines, ${count(input.bytes)} bytes\n`)
  const { connection } = broker
  const name = `demo-${randomBytes(4).toString('hex')}`
  const cluster = new DemoCluster({ cluster: name, protocol, data, connection, failed: broken })
  endings.add(() => cluster.stop())
  await cluster.start()
  const client = await useClient(connection, name, endings)
  const { failoverMs, elapsedMs, killed, leader } = await replicate(options, cluster, client, broken)
  const nodes = await compare(input, cluster)
  const report: DemoReport = {
    ok: nodes.every(({ equal }) => equal),
    protocol,
    broker: broker.name,
    input: { name: input.name, lines: input.lines.length, bytes: input.bytes, sha256: input.sha256 },
    nodes,
    killed,
    leader,
    failoverMs: Math.round(failoverMs),
    writesPerSecond: Math.round((input.lines.length * 1000) / (elapsedMs - failoverMs)),
  }
  narrator.finish(report)
  return report
}

const useBroker = async ({ connection }: DemoOptions, endings: Endings) => {
  if (isServerChosen(connection)) {
    await checkServer(connection, 'demo')
    const name = shownServer(connection)
    return { name, label: `yours, ${name}`, connection }
  }
  const starting = startDevelopmentBroker({ port: 0 })
  endings.add(async () => (await starting.catch(() => undefined))?.close())
  const { kind, label, url } = await starting
  return { name: kind, label: `${label}, ${url}`, connection: { nats: url } }
}

const useDisks = async ({ keep }: DemoOptions, endings: Endings): Promise<string> => {
  const making = mkdtemp(join(tmpdir(), 'quorate-demo-'))
  if (!keep) endings.add(async () => rm(await making, { recursive: true, force: true }))
  return making
}

const useClient = async (connection: ConnectionSettings, cluster: string, endings: Endings) => {
  const connecting = connectKvClient({
    transport: transportOf(connection),
    cluster,
    group: demoGroup,
    // Lines must be applied in the order of the file, also when the leader dies.
    messagesInFlightMax: 1,
    deadlineMs: callMsMax,
  })
  endings.add(async () => (await connecting.catch(() => undefined))?.close())
  return connecting
}

const replicate = async (
  { input, narrator }: DemoOptions,
  cluster: DemoCluster,
  client: ConnectedKvClient,
  broken: (error: unknown) => void,
) => {
  // Answered by the leader: now the client knows who that is.
  await client.get(linePrefix)
  const leaderNow = (): string => client.leader ?? 'nobody'
  let killed = ''
  let leader = ''
  let restarted: Promise<void> = Promise.resolve()
  narrator.say(`${leaderNow()} leads`)
  const replicator = new Replicator({
    client,
    lines: input.lines,
    acknowledged: (done) => narrator.progress(done, input.lines.length),
    kill: () => {
      killed = leaderNow()
      narrator.say(`${killed} is killed (SIGKILL) while lines are under way`)
      return cluster.kill(killed)
    },
    failedOver: (failoverMs) => {
      leader = leaderNow()
      narrator.say(`${leader} leads, ${count(Math.round(failoverMs))} ms after the kill; ${killed} is started again`)
      restarted = cluster.startNode(killed)
      restarted.catch(broken)
    },
  })
  const times = await replicator.run()
  await restarted
  return { ...times, killed, leader }
}
