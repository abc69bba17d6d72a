import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connectAskClient } from '@quorate/host'
import { nats } from '@quorate/nats'
import { type Broker, startBroker } from '@quorate/nats/broker'
import { registers } from '@quorate/register'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { CliProcess, quorate } from './cliProcess.js'
import { until } from './until.js'

/** What a README says to type: each example as processes, started with one line. */
const directory = mkdtempSync(join(tmpdir(), 'quorate-topologies-'))
let broker: Broker
beforeAll(async () => {
  broker = await startBroker()
})
afterAll(async () => {
  await broker.close()
  rmSync(directory, { recursive: true })
})

const leadingNode = /^(\S+) +running +(\S+) +(proposer|server) +lead/gm

test.each([
  ['multi-paxos', ['kv'], ['n1', 'n2', 'n3']],
  ['split-roles', ['kv'], ['a1', 'a2', 'a3', 'l1', 'l2', 'p1', 'p2']],
  ['flexible-quorums', ['kv'], ['n1', 'n2', 'n3', 'n4', 'n5']],
  ['compartmentalized', ['kv'], ['a1', 'a2', 'a3', 'a4', 'b1', 'l1', 'l2', 'p1', 'p2', 'x1', 'x2']],
  ['mixed', ['raft', 'paxos'], ['n1', 'n2', 'n3']],
])(
  '%s: up starts it, what is put is got, status knows who leads, Ctrl-C stops it',
  { timeout: 60_000 },
  async (example, groups, nodes) => {
    const topology = fileURLToPath(new URL(`../../examples/${example}/topology.ts`, import.meta.url))
    const readme = readFileSync(fileURLToPath(new URL(`../../examples/${example}/README.md`, import.meta.url)), 'utf8')
    expect(readme).toContain(`npx -y pnpm@12 quorate up examples/${example}/topology.ts `)
    expect(readme).toContain('](topology.svg)')
    const data = join(directory, example)
    const variables = { QUORATE_NATS_URL: broker.url, QUORATE_CLUSTER: example }
    const up = new CliProcess(['up', topology, '--data', data], variables)
    onTestFinished(() => up.kill('SIGKILL'))
    await up.said(new RegExp(`all nodes of cluster ${example} are ready`))

    for (const group of groups) {
      const own = { ...variables, QUORATE_GROUP: group }
      expect(await quorate(['kv', 'put', 'greeting', `of ${group}`], own)).toMatchObject({ code: 0 })
      expect(await quorate(['kv', 'get', 'greeting'], own)).toMatchObject({ code: 0, out: `of ${group}\n` })
    }
    await until('one leads each group', async () => {
      const { out } = await quorate(['status'], variables)
      const leaders = [...out.matchAll(leadingNode)].map(([, , group]) => group)
      return leaders.toSorted().join() === groups.toSorted().join() && !out.includes('nobody')
    })
    // One store each, whatever they host.
    expect(readdirSync(data).toSorted()).toEqual(nodes)

    up.kill('SIGINT')
    expect(await up.exited).toEqual({ code: 0, signal: null })
    for (const node of nodes) expect(up.out).toMatch(new RegExp(`^${node} +\\| .*node has stopped`, 'm'))
  },
)

test('register: up starts it, any node is asked, and status knows that nobody leads', { timeout: 60_000 }, async () => {
  const topology = fileURLToPath(new URL('../../examples/register/topology.ts', import.meta.url))
  const variables = { QUORATE_NATS_URL: broker.url, QUORATE_CLUSTER: 'register' }
  const up = new CliProcess(['up', topology, '--data', join(directory, 'register')], variables)
  onTestFinished(() => up.kill('SIGKILL'))
  await up.said(/all nodes of cluster register are ready/)
  const transport = nats({ servers: broker.url })
  const clients = await Promise.all(
    [1, 2, 3].map(() => connectAskClient({ transport, cluster: 'register', group: 'registers', contract: registers })),
  )
  const value = new TextEncoder().encode('blue')
  await clients[0]?.ask({ type: 'write', key: 'sky', value })
  for (const client of clients) expect(await client.ask({ type: 'read', key: 'sky' })).toEqual({ value })
  await Promise.all(clients.map((client) => client.close()))
  expect(await quorate(['ask', 'registers', 'read', 'sky'], variables)).toMatchObject({ code: 0, out: 'blue\n' })
  const { out } = await quorate(['status'], variables)
  expect(out).toMatch(/n1 +running +registers +coordinator +resting/)
  up.kill('SIGINT')
  expect(await up.exited).toEqual({ code: 0, signal: null })
})
