import { memoryStore } from '@quorate/core/testing'
import { type QuorateNode, realClock, startNode } from '@quorate/host'
import { kv } from '@quorate/kv'
import { nats } from '@quorate/nats'
import { type Broker, startBroker } from '@quorate/nats/broker'
import { paxos } from '@quorate/paxos'
import { raft } from '@quorate/raft'
import { register } from '@quorate/register'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCaptured } from '../captured.test.fixture.js'

const members = ['n1', 'n2', 'n3']
const mine = { ...register({ replicas: members }), protocol: 'mine' }
const groups = {
  registers: register({ replicas: members }),
  decision: paxos({ proposers: members, acceptors: members, learners: members }),
  store: raft({ members, stateMachine: kv }),
  mine,
}
/** Of another group only: whoever hears this node first has to ask on. */
const elsewhere = { alone: register({ replicas: ['n0'] }) }
let broker: Broker
let nodes: QuorateNode[]

beforeAll(async () => {
  broker = await startBroker()
  const transport = nats({ servers: broker.url })
  const store = () => memoryStore({ clock: realClock() })
  nodes = await Promise.all(
    ['n0', ...members].map((id) =>
      startNode({ id, cluster: 'test', transport, store: store(), groups: id === 'n0' ? elsewhere : groups }),
    ),
  )
})

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()))
  await broker.close()
})

const ask = (...argv: string[]) => runCaptured(['ask', ...argv, '--nats', broker.url, '--cluster', 'test'])
const json = async (...argv: string[]) => JSON.parse((await ask(...argv, '--output', 'json')).out)

test('registers: what is written is read; where nothing was, the exit code is 3', async () => {
  expect(await ask('registers', 'read', 'sky')).toEqual(
    expect.objectContaining({ code: 3, out: '', err: 'nothing was written to sky\n' }),
  )
  expect(await ask('registers', 'write', 'sky', 'blau')).toMatchObject({ code: 0, out: 'written\n', err: '' })
  expect(await ask('registers', 'read', 'sky')).toMatchObject({ code: 0, out: 'blau\n', err: '' })
  expect(await json('registers', 'read', 'sky')).toEqual({ key: 'sky', value: 'blau' })
  expect(await json('registers', 'write', 'sky', 'grau')).toEqual({ key: 'sky', written: true })
})

test('bytes: from standard input, and in base64', async () => {
  const bytes = Uint8Array.of(0xff, 0x00, 0xfe)
  const flags = ['--nats', broker.url, '--cluster', 'test']
  expect(await runCaptured(['ask', 'registers', 'write', 'image', '-', ...flags], bytes)).toMatchObject({ code: 0 })
  expect((await ask('registers', 'read', 'image')).bytes).toEqual(Buffer.from([...bytes, 0x0a]))
  expect(await json('registers', 'read', 'image')).toEqual({
    key: 'image',
    valueBase64: Buffer.from(bytes).toString('base64'),
  })
  // A key is what is typed.
  expect(await ask('registers', 'read', '-')).toMatchObject({ code: 3 })
})

test('a decision: who comes second is told what was chosen', async () => {
  expect(await ask('decision', 'propose', 'blue')).toMatchObject({ code: 0, out: 'blue\n' })
  expect(await json('decision', 'propose', 'green')).toEqual({ value: 'blue' })
})

test('without a question it lists those that there are', async () => {
  const { code, out } = await ask('registers')
  expect({ code, out }).toEqual({
    code: 0,
    out: 'quorate ask registers read KEY\nquorate ask registers write KEY VALUE\n',
  })
  expect(await json('decision')).toMatchObject({
    group: 'decision',
    protocol: 'paxos',
    questions: [{ name: 'propose', arguments: ['value'] }],
  })
})

test.each([
  [
    ['registers', 'raed', 'x'],
    /has no question "raed": expected read KEY, or write KEY VALUE \[QUORATE_UNKNOWN_QUESTION\]/,
  ],
  [['decision', 'read', 'x'], /has no question "read": expected propose VALUE/],
  [['registers', 'write', 'x'], /expected quorate ask registers write KEY VALUE, found 1 argument after write/],
  [['registers', 'read', ''], /"" is no key of a register/],
  [['store', 'read', 'x'], /group store of protocol raft takes no questions here: it orders a log.*quorate kv/],
  [['mine', 'read', 'x'], /group mine of protocol mine takes no questions here: the command does not know/],
])('%j is refused with 2', async (argv, text) => {
  const { code, out, err } = await ask(...argv)
  expect(err).toMatch(text)
  expect({ code, out }).toEqual({ code: 2, out: '' })
})

test('a group that is on no node: 4, after the time that was given', async () => {
  const { code, err } = await ask('other', 'read', 'x', '--timeout', '700')
  expect(err).toMatch(/^no node that answers has a group other; they have alone, decision, .*\. Waiting for one\n/)
  expect(err).toMatch(
    /cluster test has no group other: .*alone, decision, mine, registers, store.*\[QUORATE_UNKNOWN_GROUP\]/,
  )
  expect(code).toBe(4)
})

test('a cluster that nobody is of: 4', async () => {
  const argv = ['ask', 'registers', 'read', 'x', '--nats', broker.url, '--cluster', 'other', '--timeout', '100']
  const { code, err } = await runCaptured(argv)
  expect(err).toMatch(/no node of cluster other answered within 100 ms.*\[QUORATE_NO_NODE_ANSWERS\]/)
  expect(code).toBe(4)
})

test('--help tells which questions there are, with examples', async () => {
  const { code, out } = await runCaptured(['ask', '--help'])
  expect(code).toBe(0)
  expect(out).toMatch(/^ {2}register +read KEY +print the value of a register$/m)
  expect(out).toMatch(/^ {2}paxos +propose VALUE/m)
  expect(out).toContain('Examples:')
  expect(out).toContain('Exit codes:')
})
