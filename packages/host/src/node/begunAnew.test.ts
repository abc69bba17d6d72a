import { memoryStore } from '@quorate/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { apart } from './apart.test.fixture.js'
import { connectJournal, type JournalClient, journal, TestCluster } from './cluster.test.fixture.js'
import { sequenced } from './sequencer.test.fixture.js'

const ids = ['n1', 'n2', 'n3'] as const
/** All roles on each node, and those that take commands on others than those that apply them. */
const groups = {
  together: sequenced({ members: ids, stateMachine: journal }),
  apart: apart({ batchers: ['n1'], sequencer: 'n3', appliers: ['n2'], stateMachine: journal }),
}
let cluster: TestCluster
const clients: JournalClient[] = []

afterEach(async () => {
  cluster.bus.setFilter(() => true)
  await cluster.wait(Promise.all(clients.splice(0).map((client) => client.close())))
  await cluster.stopAll()
})

let seed = 100
const connect = async (): Promise<JournalClient> => {
  const client = await connectJournal(cluster, { seed: seed++ })
  clients.push(client)
  return client
}

/** All disks are replaced by empty ones, and all nodes started again. */
async function beginAnew(): Promise<void> {
  for (const id of ids) await cluster.kill(id)
  for (const id of ids) cluster.stores.set(id, memoryStore({ clock: cluster.clock, writeDelayMs: 1 }))
  await cluster.startAll(ids)
}

const texts = () =>
  cluster.wait(
    cluster.nodes
      .get('n2')!
      .group('journal')
      .read((all) => all),
  )
const outcomeOf = (promise: Promise<{ readonly index: number }>): Promise<string> =>
  cluster.wait(
    promise.then(
      () => 'ok',
      (error: { code: string }) => error.code,
    ),
  )

describe.each(Object.entries(groups))('a client that outlives its group, whose roles are %s,', (_where, group) => {
  beforeEach(async () => {
    cluster = new TestCluster(group)
    await cluster.startAll(ids)
  })

  it('is told that the group is another one, and never what came of the command of another client', async () => {
    const old = await connect()
    for (let at = 0; at < 10; at++) await cluster.wait(old.propose({ text: `old ${at}` }))
    await beginAnew()
    // Of the same number in the new group as the old client in the old one, and as far.
    const fresh = await connect()
    for (let at = 0; at < 11; at++) await cluster.wait(fresh.propose({ text: `new ${at}` }))
    expect(await outcomeOf(old.propose({ text: 'precious' }))).toBe('QUORATE_GROUP_RESET')
    expect(await texts()).not.toContain('precious')
    // And goes on.
    for (let at = 0; at < 5; at++) expect(await outcomeOf(old.propose({ text: `after ${at}` }))).toBe('ok')
    expect(await outcomeOf(fresh.propose({ text: 'undisturbed' }))).toBe('ok')
    expect((await texts()).slice(-6)).toEqual([...[0, 1, 2, 3, 4].map((at) => `after ${at}`), 'undisturbed'])
  })

  it('is told so of each command that was under way, and of none that was not sent', async () => {
    const old = await connect()
    await cluster.wait(old.propose({ text: 'first' }))
    cluster.bus.setFilter(({ to }) => !to.startsWith('journal/answers/'))
    const sent = [outcomeOf(old.propose({ text: 'sent 1' })), outcomeOf(old.propose({ text: 'sent 2' }))]
    await cluster.pass(100)
    await beginAnew()
    cluster.bus.setFilter(() => true)
    const fresh = await connect()
    await cluster.wait(fresh.propose({ text: 'new' }))
    expect(await Promise.all(sent)).toEqual(['QUORATE_GROUP_RESET', 'QUORATE_GROUP_RESET'])
    expect(await outcomeOf(old.propose({ text: 'later' }))).toBe('ok')
    expect(await texts()).toEqual(['new', 'later'])
  })
})

describe('a client whose group was put back to before its session', () => {
  it('is told so', async () => {
    cluster = new TestCluster(groups.together)
    await cluster.startAll(ids)
    const other = await connect()
    await cluster.wait(other.propose({ text: 'kept' }))
    for (const id of ids) await cluster.kill(id)
    const copies = new Map(ids.map((id) => [id, cluster.storeOf(id).copy()]))
    await cluster.startAll(ids)
    const old = await connect()
    for (let at = 0; at < 10; at++) await cluster.wait(old.propose({ text: `lost ${at}` }))
    for (const id of ids) await cluster.kill(id)
    for (const [id, copy] of copies) cluster.stores.set(id, copy)
    await cluster.startAll(ids)
    const fresh = await connect()
    await cluster.wait(fresh.propose({ text: 'new' }))
    expect(await outcomeOf(old.propose({ text: 'after' }))).toBe('QUORATE_GROUP_RESET')
    expect(await outcomeOf(old.propose({ text: 'again' }))).toBe('ok')
    expect(await outcomeOf(fresh.propose({ text: 'undisturbed' }))).toBe('ok')
    expect(await texts()).toEqual(['kept', 'new', 'again', 'undisturbed'])
  })
})
