import { addressOf, noBytes } from '@quorate/core'
import { memoryTransport, virtualClock } from '@quorate/core/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { nodeGroup, nodeRole } from '../bus/addresses.js'
import { Bus } from '../bus/bus.js'
import { DropLog } from '../bus/dropLog.js'
import { messages, type NodeMessage, type NodeStatus } from '../generated/node.js'
import { systemRandom } from '../system/random.js'
import { silentLogger } from '../system/silentLogger.js'
import { Telemetry } from '../system/telemetry.js'
import { clusterStatus } from './clusterStatus.js'

let clock = virtualClock()
let transport = memoryTransport({ clock })

beforeEach(() => {
  clock = virtualClock()
  transport = memoryTransport({ clock })
})

afterEach(() => {
  expect(clock.timers).toBe(0)
})

/** Somebody who answers as a node; `undefined`: not at all. */
const answering = async (report: (question: NodeStatus, number: number) => unknown, afterMs = 0, node = 'n1') => {
  const connection = await transport.connect({ cluster: 'test', name: node })
  const drops = new DropLog(clock, silentLogger, new Telemetry())
  const fail = (error: unknown) => {
    throw error
  }
  const bus = new Bus({ connection, cluster: 'test', store: noBytes, drops, clock, random: systemRandom, fail })
  const own = addressOf(nodeGroup, nodeRole, node)
  let number = 0
  const hear = (address: typeof own) =>
    bus.subscribe(address, (envelope) => {
      const message = bus.read<NodeMessage>(messages, envelope)
      if (message?.type !== 'NodeStatus') return
      const answer = report(message, number++)
      if (answer === undefined) return
      const bytes = new TextEncoder().encode(JSON.stringify(answer))
      const { request } = message
      clock.setTimeout(
        () => bus.publish(own, envelope.from, messages, { type: 'NodeStatusReport', request, report: bytes }),
        afterMs,
      )
    })
  hear(own)
  hear(addressOf(nodeGroup, nodeRole, 'all'))
}

const status = (onNonsense = (node: string, why: string): void => expect.fail(`${node}: ${why}`)) =>
  clock.wait(clusterStatus({ transport, cluster: 'test', waitMs: 100, clock, onNonsense }), 20_000)

/** What came, and who answered nonsense. */
const told = async () => {
  const nonsense: string[] = []
  const reports = await status((node, why) => nonsense.push(`${node}: ${why}`))
  return { reports, nonsense }
}

const group = { service: { type: 'none' }, roles: { server: { state: 'leader' } } }
const page = (name: string, next?: string) => ({ node: 'n1', waitingFor: [], groups: { [name]: group }, next })

it('waits for each page of a node, however many there are', async () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  await answering(({ after }, number) => {
    expect(after).toBe(names[number - 1] ?? '')
    return page(names[number]!, names[number + 1] && names[number])
  }, 80)
  const [report] = await status()
  expect(Object.keys(report!.groups)).toEqual(names)
  expect(report!.next).toBeUndefined()
})

it('says of a node that falls silent how far it told', async () => {
  await answering((_question, number) => (number === 0 ? page('a', 'a') : undefined))
  expect(await status()).toMatchObject([{ node: 'n1', groups: { a: {} }, next: 'a' }])
})

it.each([
  ['the same page for ever', () => page('a', 'a'), 'a next page after "a"'],
  ['a group that it does not tell of', () => page('b', 'c'), 'a next page after "c"'],
  ['a number', () => ({ ...page('b'), next: 5 }), 'a next page after something of type number'],
  ['null', () => ({ ...page('b'), next: null }), 'a next page after something of type object'],
])('ends where the mark of a next page is nonsense, and says who gave it: %s', async (_what, second, why) => {
  await answering((_question, number) => (number === 0 ? page('a', 'a') : second()))
  const { reports, nonsense } = await told()
  expect(reports).toMatchObject([{ node: 'n1', groups: { a: {} }, next: 'a' }])
  expect(nonsense).toEqual([`n1: ${why}`])
})

it('a node that answers nonsense keeps nobody from telling all', async () => {
  await answering(() => ({ ...page('a'), next: 5 }))
  await answering(
    ({ after }) => ({ ...page(after === '' ? 'a' : 'b', after === '' ? 'a' : undefined), node: 'n2' }),
    10,
    'n2',
  )
  const { reports, nonsense } = await told()
  expect(reports.map(({ node, groups }) => [node, Object.keys(groups)])).toEqual([['n2', ['a', 'b']]])
  expect(nonsense).toEqual(['n1: a next page after something of type number'])
})

it('ends where a node tells of ever more groups', async () => {
  const nameOf = (number: number) => `g${String(number).padStart(5, '0')}`
  await answering((_question, number) => page(nameOf(number), nameOf(number)), 80)
  const begunMs = clock.nowMs()
  const [report] = await status()
  expect(clock.nowMs() - begunMs).toBeLessThanOrEqual(100 * 100)
  clock.advance(80)
  expect(report?.next).toBe(nameOf(Object.keys(report!.groups).length - 1))
})

it('takes one answer to a question: a copy, or a second node of this name, tells nothing', async () => {
  const asked: string[] = []
  const first = ({ after }: NodeStatus) => {
    asked.push(after)
    return after === '' ? page('a', 'a') : page('b')
  }
  await answering(first)
  await answering(first)
  const [report] = await status()
  expect(Object.keys(report!.groups)).toEqual(['a', 'b'])
  expect(asked).toEqual(['', '', 'a', 'a'])
})

it.each([
  null,
  5,
  'n1',
  {},
  { ...page('a'), node: 'n2' },
  { node: 'n1', waitingFor: [] },
  { ...page('a'), groups: null },
  // What whoever shows it would stumble over.
  { ...page('a'), waitingFor: undefined },
  { ...page('a'), groups: { a: null } },
  { ...page('a'), groups: { a: { ...group, service: undefined } } },
  { ...page('a'), groups: { a: { ...group, roles: undefined } } },
  { ...page('a'), groups: { a: { ...group, roles: { server: null } } } },
])('does not take %j for a report of n1', async (answer) => {
  await answering(() => answer)
  expect(await told()).toEqual({ reports: [], nonsense: ['n1: no report of this node'] })
})
