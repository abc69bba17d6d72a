import { noopAt } from '@quorate/core'
import { memoryStore } from '@quorate/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connectClient } from '../client/connectClient.js'
import { bookKey } from '../identity/nodeBook.js'
import { type JournalNode, journal, TestCluster } from './cluster.test.fixture.js'
import { sequenced } from './sequencer.test.fixture.js'

const ids = ['n1', 'n2', 'n3'] as const
let cluster: TestCluster

const groupOf = (members: readonly [string, ...string[]], sessionsMax = 64) =>
  sequenced({ members, stateMachine: journal, limits: { sessionsMax } })
const other = groupOf(ids)

const node = (id: (typeof ids)[number]): JournalNode => cluster.nodes.get(id)!
const loggedBy = (id: string) => cluster.loggers.get(id)?.logged ?? []

/** Opens it on all of them at once. */
const openAll = (name: string, group = other, on: readonly (typeof ids)[number][] = ids) =>
  cluster.wait(Promise.all(on.map((id) => node(id).open(name, group))))

const errorOf = (work: Promise<unknown>) =>
  cluster.wait(
    work.then(
      () => undefined,
      (error: unknown) => error,
    ),
  )

beforeEach(async () => {
  cluster = new TestCluster(groupOf(ids))
  await cluster.startAll(ids)
})
afterEach(() => cluster.stopAll())

describe('a group that is opened while nodes run', () => {
  it('works like one that they were started with, for their programs and for clients', async () => {
    const groups = await openAll('later')
    for (const [at, group] of groups.entries()) {
      expect((await cluster.wait(group.propose({ text: `${at}` }))).result).toBe(at + 1)
    }
    expect(Object.keys(node('n1').status().groups)).toEqual(['journal', 'later'])
    const client = await cluster.wait(
      connectClient({
        transport: cluster.bus,
        cluster: 'test',
        group: 'later',
        stateMachine: journal,
        clock: cluster.clock,
      }),
    )
    expect((await cluster.wait(client.propose({ text: 'x' }))).result).toBe(4)
    await cluster.wait(client.close())
    expect((await cluster.wait(node('n2').group('journal').propose({ text: 'a' }))).result).toBe(1)
  })

  it('goes on from what the store holds when it was closed, or the node was killed, and is opened again', async () => {
    await openAll('later')
    const [first] = await openAll('another')
    await cluster.wait(first!.propose({ text: 'one' }))
    for (const id of ids) await cluster.wait(node(id).close('another'))
    const [again] = await openAll('another')
    expect((await cluster.wait(again!.propose({ text: 'two' }))).result).toBe(2)
    for (const id of ids) await cluster.kill(id)
    await cluster.startAll(ids)
    expect(node('n1').status().unopened).toEqual(['another', 'later'])
    const told = loggedBy('n1').filter(({ text }) => text.includes('left as they are'))
    expect(told.map(({ fields }) => fields)).toEqual([{ node: 'n1', groups: ['another', 'later'] }])
    const [third] = await openAll('another')
    expect((await cluster.wait(third!.propose({ text: 'three' }))).result).toBe(3)
    expect(node('n1').status().unopened).toEqual(['later'])
  })

  it('is refused when one of its name is open or being opened, when it cannot work, and when the node has stopped', async () => {
    const opening = node('n1').open('later', other)
    expect(await errorOf(node('n1').open('later', other))).toMatchObject({ code: 'QUORATE_GROUP_OPEN' })
    await cluster.wait(opening)
    expect(await errorOf(node('n1').open('later', other))).toMatchObject({ code: 'QUORATE_GROUP_OPEN' })
    expect(await errorOf(node('n1').open('journal', other))).toMatchObject({ code: 'QUORATE_GROUP_OPEN' })
    expect(await errorOf(node('n1').open('a.b', other))).toMatchObject({ code: 'QUORATE_INVALID_NAME' })
    expect(await errorOf(node('n1').open('quorate', other))).toMatchObject({ code: 'QUORATE_INVALID_CONFIGURATION' })
    expect(await errorOf(node('n1').open('x', groupOf(['n2'])))).toMatchObject({
      code: 'QUORATE_INVALID_CONFIGURATION',
      message: expect.stringContaining('node n1 hosts no role of group x'),
    })
    const stopped = node('n1')
    await cluster.wait(stopped.stop())
    const gone = { code: 'QUORATE_NODE_STOPPED' }
    expect(await errorOf(stopped.open('x', other))).toMatchObject(gone)
    expect(await errorOf(stopped.close('later'))).toMatchObject(gone)
    expect(await errorOf(stopped.drop('later'))).toMatchObject(gone)
  })

  it('is what it was begun with, on this node and on the others', async () => {
    const [first] = await openAll('later')
    await cluster.wait(first!.propose({ text: 'one' }))
    await cluster.wait(node('n1').close('later'))
    const changed = { code: 'QUORATE_MEMBERS_CHANGED', group: 'later' }
    expect(await errorOf(node('n1').open('later', groupOf(ids, 65)))).toMatchObject(changed)
    expect(node('n1').status().state).toBe('running')
    const [again] = await openAll('later', other, ['n1'])
    expect((await cluster.wait(again!.propose({ text: 'two' }))).result).toBe(2)
    // A node that never had it takes it for something else, and is told so: it loses the group and nothing else.
    const [stranger] = await openAll('fresh', groupOf(ids, 65), ['n1'])
    await openAll('fresh', other, ['n2', 'n3'])
    const cause = { code: 'QUORATE_GROUP_CLOSED', cause: { code: 'QUORATE_MEMBERS_CHANGED' } }
    expect(await errorOf(stranger!.propose({ text: 'x' }))).toMatchObject({ code: 'QUORATE_UNKNOWN_OUTCOME', cause })
    expect(await errorOf(stranger!.propose({ text: 'x' }))).toMatchObject(cause)
    expect(node('n1').status().state).toBe('running')
    expect(Object.keys(node('n1').status().groups)).toEqual(['journal', 'later'])
  })

  it('with a member that never met this node waits for it, and may be closed meanwhile', async () => {
    await cluster.start('n4', { groups: { own: groupOf(['n4']) } as never })
    const four = groupOf(['n1', 'n4'])
    const opening = node('n1').open('later', four)
    await cluster.pass(6000)
    expect(node('n1').status().waitingFor).toEqual(['n4'])
    expect(Object.keys(node('n1').status().groups)).toEqual(['journal'])
    const closing = node('n1').close('later')
    expect(await errorOf(opening)).toMatchObject({ code: 'QUORATE_GROUP_CLOSED' })
    await cluster.wait(closing)
    expect(node('n1').status().waitingFor).toEqual([])
    const both = [node('n1').open('later', four), cluster.nodes.get('n4')!.open('later', four)]
    const [group] = await cluster.wait(Promise.all(both))
    expect((await cluster.wait(group!.propose({ text: 'a' }))).result).toBe(1)
  })

  it('may be the first that a node has, which asks those that it never met then, also when it is started with it later', async () => {
    const none = { groups: {} as never }
    const fourth = await cluster.start('n4', none)
    expect(fourth.status()).toMatchObject({ state: 'running', groupCount: 0 })
    expect(() => fourth.group('journal')).toThrow('node n4 has no group journal; it has none')
    const four = groupOf(['n1', 'n4'])
    const groups = await cluster.wait(Promise.all([fourth.open('later', four), node('n1').open('later', four)]))
    expect((await cluster.wait(groups[0]!.propose({ text: 'a' }))).result).toBe(1)
    // With another disk, and no group, there is nothing that it could be asked about; with the group there is.
    await cluster.kill('n4')
    cluster.stores.set('n4', memoryStore({ clock: cluster.clock, writeDelayMs: 1 }))
    await cluster.wait((await cluster.start('n4', none)).stop())
    const again = await cluster.start('n4', { groups: { later: four } as never })
    expect(await cluster.wait(again.stopped)).toMatchObject({ code: 'QUORATE_STORE_REPLACED' })
  })

  it('is not opened with an empty disk under an id that a member knows: the node stops', async () => {
    await cluster.start('n4', { groups: { own: groupOf(['n4']) } as never })
    const four = groupOf(['n1', 'n4'])
    const fourth = () => cluster.nodes.get('n4')!
    await cluster.wait(Promise.all([node('n1').open('later', four), fourth().open('later', four)]))
    await cluster.kill('n4')
    cluster.stores.set('n4', memoryStore({ clock: cluster.clock, writeDelayMs: 1 }))
    await cluster.start('n4', { groups: { own: groupOf(['n4']) } as never })
    expect(await errorOf(fourth().open('later', four))).toMatchObject({ code: 'QUORATE_NODE_STOPPED' })
    expect(await cluster.wait(fourth().stopped)).toMatchObject({ code: 'QUORATE_STORE_REPLACED' })
  })
})

describe('a group that is closed', () => {
  it('ends calls of the program, now and later, and is no group of the node', async () => {
    const [first] = await openAll('later', other, ['n2'])
    // Nobody orders: n1 has not opened it.
    const waiting = errorOf(first!.propose({ text: 'a' }))
    await cluster.pass(100)
    await cluster.wait(node('n2').close('later'))
    const closed = { code: 'QUORATE_GROUP_CLOSED' }
    expect(await waiting).toMatchObject({ code: 'QUORATE_NOT_EXECUTED', cause: closed })
    expect(await errorOf(first!.propose({ text: 'a' }))).toMatchObject(closed)
    expect(await errorOf(first!.read((texts) => texts))).toMatchObject(closed)
    expect(() => node('n2').group('later' as 'journal')).toThrow(/has no group later; it has journal/)
    expect(await errorOf(node('n2').close('later'))).toMatchObject({ code: 'QUORATE_INVALID_CONFIGURATION' })
  })

  it('hears nothing any more; on other nodes it goes on', async () => {
    const [first, second] = await openAll('later')
    await cluster.wait(first!.propose({ text: 'a' }))
    await cluster.wait(node('n3').close('later'))
    expect((await cluster.wait(second!.propose({ text: 'b' }))).result).toBe(2)
    expect(node('n3').status().dropped.notHosted).toBeGreaterThan(0)
    expect(node('n3').status().state).toBe('running')
  })

  it('waits for what is being written, and writes nothing after', async () => {
    const [first] = await openAll('later')
    for (let round = 0; round < 20; round++) {
      const proposed = errorOf(first!.propose({ text: 'a' }))
      await cluster.pass(round % 7)
      const closing = node('n1').close('later')
      await cluster.wait(closing)
      const { writes } = cluster.storeOf('n1')
      await cluster.pass(50)
      expect(cluster.storeOf('n1').writes).toBe(writes)
      await proposed
      await openAll('later', other, ['n1'])
    }
  })
})

describe('a group that is dropped', () => {
  const keysOf = async (id: string) => {
    const store = cluster.storeOf(id).copy()
    const open = await store.open({ cluster: 'test', node: id })
    return open.keys()
  }

  it('is gone from the disk when that is said, open or not, and others stay', async () => {
    const [first] = await openAll('later')
    await openAll('another')
    await cluster.wait(first!.propose({ text: 'a' }))
    expect(await keysOf('n1')).toEqual(expect.arrayContaining([bookKey, 'journal/log', 'later/log']))
    await cluster.wait(node('n1').drop('later'))
    expect(await keysOf('n1')).not.toContain('later/log')
    await cluster.wait(node('n2').close('later'))
    await cluster.wait(node('n2').drop('later'))
    expect(await keysOf('n2')).not.toContain('later/log')
    expect(node('n2').status().unopened).toEqual([])
    const missing = { code: 'QUORATE_INVALID_CONFIGURATION' }
    expect(await errorOf(node('n1').drop('later'))).toMatchObject(missing)
    expect(await errorOf(node('n1').drop('$node'))).toMatchObject({ code: 'QUORATE_INVALID_NAME' })
    expect((await cluster.wait(node('n1').group('journal').propose({ text: 'a' }))).result).toBe(1)
  })

  it('is gone, too, when it was only being opened and had begun nothing', async () => {
    const opening = errorOf(node('n1').open('later', other))
    await cluster.wait(node('n1').drop('later'))
    expect(await opening).toMatchObject({ code: 'QUORATE_GROUP_CLOSED' })
    expect(node('n1').status().unopened).toEqual([])
  })

  it('is never opened again here, nor after a restart: its promises are forgotten; another under its name may be', async () => {
    const [first] = await openAll('later')
    await cluster.wait(first!.propose({ text: 'a' }))
    await cluster.wait(node('n1').drop('later'))
    const dropped = { code: 'QUORATE_GROUP_DROPPED' }
    expect(await errorOf(node('n1').open('later', other))).toMatchObject(dropped)
    await cluster.kill('n1')
    await expect(
      cluster.start('n1', { groups: { journal: cluster.group, later: other } as never }),
    ).rejects.toMatchObject(dropped)
    await cluster.start('n1')
    expect(await errorOf(node('n1').open('later', other))).toMatchObject(dropped)
    for (const id of ['n2', 'n3'] as const) await cluster.wait(node(id).drop('later'))
    const [group] = await openAll('later', groupOf(ids, 65))
    expect((await cluster.wait(group!.propose({ text: 'b' }))).result).toBe(1)
  })

  it('is not dropped where nobody knows what it was begun with: it would be begun anew, its promises forgotten', async () => {
    await cluster.kill('n1')
    const store = await cluster.storeOf('n1').open({ cluster: 'test', node: 'n1' })
    const entries = [noopAt({ index: 1, term: 1 })]
    const written = new Promise((done) =>
      store.write([{ key: 'old/log', operations: [{ type: 'append', entries }] }], done),
    )
    await cluster.wait(written)
    await store.close()
    await cluster.start('n1')
    expect(node('n1').status().unopened).toEqual(['old'])
    const refused = {
      code: 'QUORATE_INVALID_CONFIGURATION',
      message: expect.stringMatching(/open it once, and drop it then/),
    }
    expect(await errorOf(node('n1').drop('old'))).toMatchObject(refused)
    expect(await keysOf('n1')).toContain('old/log')
  })

  it.each([0, 1, 2, 3])(
    'is there or gone, and never half, when the node is killed %i ms after it was asked to',
    async (ms) => {
      const [first] = await openAll('later')
      await cluster.wait(first!.propose({ text: 'a' }))
      node('n1')
        .drop('later')
        .catch(() => {})
      await cluster.pass(ms)
      await cluster.kill('n1')
      const isGone = !(await keysOf('n1')).includes('later/log')
      await cluster.start('n1')
      const again = await errorOf(node('n1').open('later', other))
      if (isGone) expect(again).toMatchObject({ code: 'QUORATE_GROUP_DROPPED' })
      else {
        expect(again).toBeUndefined()
        expect(
          (
            await cluster.wait(
              node('n1')
                .group('later' as 'journal')
                .propose({ text: 'b' }),
            )
          ).result,
        ).toBe(2)
      }
    },
  )
})
