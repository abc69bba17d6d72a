import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exitCodes } from '@quorate/cli'
import { type Broker, startBroker } from '@quorate/nats/broker'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CliProcess, quorate } from './cliProcess.js'

/** Outside the repository: no package can be resolved from there. */
const directory = mkdtempSync(join(tmpdir(), 'quorate-cli-up-'))
const topology = join(directory, 'topology.ts')
const data = join(directory, 'data')
const topologyOf = (cluster: string, ids: readonly string[]) =>
  `import { defineTopology } from '@quorate/host'
   import { kv } from '@quorate/kv'
   import { raft } from '@quorate/raft'
   const nodes: readonly string[] = ${JSON.stringify(ids)}
   const store = raft({ members: nodes, stateMachine: kv, electionTimeoutMs: 300, heartbeatMs: 50 })
   export default defineTopology({ cluster: '${cluster}', nodes, groups: { store } })`
let broker: Broker
let variables: Record<string, string>

beforeAll(async () => {
  broker = await startBroker({ user: 'me', pass: 'right' })
  variables = {
    QUORATE_NATS_URL: broker.url,
    QUORATE_NATS_USER: 'me',
    QUORATE_NATS_PASSWORD: 'right',
    QUORATE_CLUSTER: 'outside',
    QUORATE_GROUP: 'store',
  }
  writeFileSync(topology, topologyOf('outside', ['n1', 'n2', 'n3']))
})
afterAll(async () => {
  await broker.close()
  rmSync(directory, { recursive: true })
})

describe('up', { timeout: 60_000 }, () => {
  test('runs all nodes, each line with its node; Ctrl-C stops them; what was written is there again', async () => {
    const up = new CliProcess(['up', topology, '--data', data], variables)
    await up.said(/all nodes of cluster outside are ready/)
    expect(await quorate(['kv', 'put', 'a', 'one'], variables)).toMatchObject({ code: 0 })
    up.kill('SIGINT')
    expect(await up.exited).toEqual({ code: 0, signal: null })
    for (const node of ['n1', 'n2', 'n3']) expect(up.out).toMatch(new RegExp(`^${node} \\| .*node has stopped`, 'm'))

    const again = new CliProcess(['up', topology, '--data', data], variables)
    await again.said(/all nodes of cluster outside are ready/)
    expect(await quorate(['kv', 'get', 'a'], variables)).toMatchObject({ code: 0, out: 'one\n' })
    again.kill('SIGTERM')
    expect(await again.exited).toEqual({ code: 0, signal: null })
  })

  test('--log json: each line of standard output is an object that names its node', async () => {
    const up = new CliProcess(['up', topology, '--data', data, '--log', 'json'], variables)
    await up.said(/all nodes of cluster outside are ready/)
    up.kill('SIGTERM')
    await up.exited
    const lines = up.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(new Set(lines.map(({ node }) => node))).toEqual(new Set(['n1', 'n2', 'n3']))
    expect(lines).toContainEqual(expect.objectContaining({ level: 'info', node: 'n2', msg: 'node has stopped' }))
  })

  test('--node runs one, so that three make a cluster; a second on the same disk is refused, in one line', async () => {
    const nodes = ['n1', 'n2', 'n3'].map(
      (id) => new CliProcess(['up', topology, '--node', id, '--data', data], variables),
    )
    await Promise.all(nodes.map((node) => node.said(/node runs/)))
    expect(await quorate(['kv', 'put', 'b', 'two'], variables)).toMatchObject({ code: 0 })
    const second = await quorate(['up', topology, '--node', 'n1', '--data', data], variables)
    expect(second).toMatchObject({ code: 1, err: expect.stringMatching(/^error: .* \[QUORATE_STORE_LOCKED\]\n$/) })
    for (const node of nodes) node.kill('SIGTERM')
    for (const node of nodes) expect(await node.exited).toEqual({ code: 0, signal: null })
  })

  test('when one process ends it says so, and the others go on', async () => {
    const other = new CliProcess(['up', topology, '--node', 'n2', '--data', data], variables)
    await other.said(/node (starts|runs)/)
    const up = new CliProcess(['up', topology, '--data', data], variables)
    await up.said(/n2 \| error: .*\[QUORATE_STORE_LOCKED\]/)
    await up.said(/n2 \| ended with exit code 1, and is not started again/)
    expect(await quorate(['kv', 'get', 'b'], variables)).toMatchObject({ code: 0, out: 'two\n' })
    up.kill('SIGINT')
    expect(await up.exited).toMatchObject({ code: 0 })
    other.kill('SIGTERM')
    await other.exited
  })

  test('members that were added to the file: old nodes refuse, new ones that wait for them end too', async () => {
    const grown = join(directory, 'grown.ts')
    writeFileSync(grown, topologyOf('grown', ['n1']))
    const stores = join(directory, 'grown')
    const small = new CliProcess(['up', grown, '--data', stores], variables)
    await small.said(/all nodes of cluster grown are ready/)
    expect(await quorate(['kv', 'put', 'a', 'one', '--cluster', 'grown'], variables)).toMatchObject({ code: 0 })
    small.kill('SIGINT')
    await small.exited

    writeFileSync(grown, topologyOf('grown', ['n1', 'n2', 'n3']))
    const { code, err } = await quorate(['up', grown, '--data', stores], variables)
    expect(code).toBe(exitCodes.usage)
    expect(err).toMatch(/^n1 \| error: node n1 was started with another group store than it was begun with/m)
    for (const id of ['n2', 'n3']) {
      // Whether it has heard it from n1 before that ended, and who else has ended by then, depends on which was faster.
      const itself = `error: node ${id} was started with another group store than node n1 knows`
      expect(err).toMatch(
        new RegExp(`^${id} \\| (${itself}|waits for n1(, n\\d)*, which ha(s|ve) ended, and is stopped$)`, 'm'),
      )
    }
  })

  test('at a first start without one of the nodes, the others do not wait for ever', async () => {
    const first = join(directory, 'first.ts')
    writeFileSync(first, topologyOf('first', ['n1', 'n2']))
    const stores = join(directory, 'first')
    mkdirSync(stores)
    writeFileSync(join(stores, 'n2'), 'a file where a directory should be')
    const { code, err } = await quorate(['up', first, '--data', stores], variables)
    expect(code).toBe(exitCodes.failure)
    expect(err).toMatch(/^n2 \| ended with exit code 1, and is not started again$/m)
    expect(err).toMatch(/^n1 \| waits for n2, which has ended, and is stopped$/m)
  })

  test('nodes do not outlive the process that started them, even if it is killed', async () => {
    const up = new CliProcess(['up', topology, '--data', data], variables)
    await up.said(/all nodes of cluster outside are ready/)
    up.kill('SIGKILL')
    await up.exited
    // Their disks are free again.
    const again = new CliProcess(['up', topology, '--data', data], variables)
    await again.said(/all nodes of cluster outside are ready/)
    again.kill('SIGINT')
    expect(await again.exited).toEqual({ code: 0, signal: null })
  })

  test.each([
    [
      'an unknown node',
      ['--node', 'n9'],
      exitCodes.usage,
      /--node names node "n9": expected one of n1, n2, n3 \[QUORATE_UNKNOWN_NODE\]/,
    ],
    ['a wrong password', ['--password', 'wrong'], exitCodes.failure, /^error: .*\[QUORATE_BUS_UNAUTHORIZED\]\n$/],
    [
      'a server that answers not',
      ['--nats', 'nats://127.0.0.1:1'],
      exitCodes.unavailable,
      /^error: .*\[QUORATE_BUS_UNREACHABLE\]\n$/,
    ],
  ])('%s: one line, no stack', async (_title, argv, code, message) => {
    const result = await quorate(['up', topology, '--data', data, ...argv], variables)
    expect(result).toMatchObject({ code, out: '', err: expect.stringMatching(message) })
  })
})
