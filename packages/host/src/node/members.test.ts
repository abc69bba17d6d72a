import { afterEach, describe, expect, it } from 'vitest'
import { decodePeerBook, encodePeerBook, type PeerBook } from '../generated/node.js'
import { bookKey } from '../identity/nodeBook.js'
import { journal, TestCluster } from './cluster.test.fixture.js'
import { sequenced } from './sequencer.test.fixture.js'

const ids = ['n1', 'n2', 'n3'] as const
let cluster: TestCluster

afterEach(() => cluster.stopAll())

const groupOf = (members: readonly [string, ...string[]], sessionsMax = 64) =>
  sequenced({ members, stateMachine: journal, limits: { sessionsMax } })
const groupsOf = (members: readonly [string, ...string[]], sessionsMax?: number) => ({
  groups: { journal: groupOf(members, sessionsMax) },
})

async function begin(): Promise<void> {
  cluster = new TestCluster(groupOf(ids))
  await cluster.startAll(ids)
  await cluster.wait(cluster.nodes.get('n2')!.group('journal').propose({ text: 'acknowledged' }))
}

const changed = { code: 'QUORATE_MEMBERS_CHANGED' }
const loggedBy = (id: string) => cluster.loggers.get(id)?.logged ?? []

describe('what a group was begun with is remembered', () => {
  it('a node that is started with other members refuses, and says which and what to do', async () => {
    await begin()
    await cluster.kill('n1')
    const starting = cluster.start('n1', groupsOf(['n1', 'n2', 'n4']))
    await expect(starting).rejects.toMatchObject(changed)
    await expect(starting).rejects.toThrow(
      /^node n1 was started with another group journal than it was begun with: given log: n1, n2, n4.*; known log: n1, n2, n3.*Start every node with what the group was begun with; if another group is meant, .*$/,
    )
    const node = await cluster.start('n1')
    await cluster.wait(node.ready)
    expect((await cluster.wait(node.group('journal').propose({ text: 'b' }))).result).toBe(2)
  })

  it.each([
    ['more members', groupsOf(['n1', 'n2', 'n3', 'n4', 'n5'])],
    ['fewer members', groupsOf(['n1', 'n2'])],
    ['others beside it, and not itself any more', { groups: { journal: groupOf(['n2', 'n3']), own: groupOf(['n1']) } }],
    ['other session limits', groupsOf(ids, 65)],
  ])('also with %s', async (_what, options) => {
    await begin()
    await cluster.kill('n1')
    await expect(cluster.start('n1', options)).rejects.toMatchObject(changed)
  })

  it('also with another protocol, which has no role of the name under which something is held', async () => {
    await begin()
    await cluster.kill('n1')
    const group = groupOf(ids)
    const [role] = Object.values(group.roles)
    const service = { ...group.service, orders: 'other', applies: 'other' }
    const other = { ...group, protocol: 'other', roles: { other: role! }, service }
    await expect(cluster.start('n1', { groups: { journal: other } as never })).rejects.toMatchObject(changed)
    const node = await cluster.start('n1')
    expect((await cluster.wait(node.group('journal').propose({ text: 'b' }))).result).toBe(2)
    await cluster.wait(node.close('journal'))
    const opening = node.open('journal', other as never).catch((error: unknown) => error)
    expect(await cluster.wait(opening)).toMatchObject(changed)
  })

  it('what may differ may be changed, and groups added', async () => {
    await begin()
    for (const id of ids) await cluster.kill(id)
    const group = groupOf(ids)
    const limits = { ...group.service.limits, snapshotEveryEntries: 9, commandBytesMax: 100 }
    const journalNow = { ...group, service: { ...group.service, limits } }
    for (const id of ids) await cluster.start(id, { groups: { journal: journalNow, other: groupOf(['n2']) } as never })
    const node = cluster.nodes.get('n2')!
    expect((await cluster.wait(node.group('journal').propose({ text: 'b' }))).result).toBe(2)
    expect((await cluster.wait(node.group('other' as 'journal').propose({ text: 'a' }))).result).toBe(1)
  })

  /** Makes the store of n1 what an earlier version wrote: the rows of the book stood in its record, or nowhere. */
  const makeOlder = async (change: (book: PeerBook, charter: string) => PeerBook) => {
    await cluster.kill('n1')
    const opened = await cluster.storeOf('n1').open({ cluster: 'test', node: 'n1' })
    const { record, table } = await opened.recover(bookKey)
    expect(table.map(({ key }) => key)).toEqual(['charter/journal'])
    const book = encodePeerBook(change(decodePeerBook(record!), new TextDecoder().decode(table[0]!.bytes)))
    const operations = [
      { type: 'delete', key: 'charter/journal' },
      { type: 'persist', record: book },
    ] as const
    await cluster.wait(new Promise<void>((resolve) => opened.write([{ key: bookKey, operations }], () => resolve())))
    await opened.close()
  }

  it('a store from before that was remembered takes what it is started with, once, and says so', async () => {
    await begin()
    await makeOlder((book) => ({ ...book, start: 0 }))
    const before = loggedBy('n1').length
    await cluster.wait((await cluster.start('n1')).ready)
    const saidSo = () =>
      loggedBy('n1')
        .slice(before)
        .filter(({ level, text }) => level === 'info' && text.startsWith('remembers'))
    expect(saidSo()).toMatchObject([{ fields: { group: 'journal' } }])
    await cluster.kill('n1')
    await expect(cluster.start('n1', groupsOf(['n1', 'n2']))).rejects.toMatchObject(changed)
    await cluster.start('n1')
    expect(saidSo()).toHaveLength(1)
  })

  it('a store that remembers it in its record, as it was written once, holds it to that, and writes a row', async () => {
    await begin()
    await makeOlder((book, charter) => ({ ...book, groups: [{ group: 'journal', charter }] }))
    await expect(cluster.start('n1', groupsOf(['n1', 'n2']))).rejects.toMatchObject(changed)
    await cluster.wait((await cluster.start('n1')).ready)
    const opened = await cluster.storeOf('n1').copy().open({ cluster: 'test', node: 'n1' })
    const { record, table } = await opened.recover(bookKey)
    expect(table.map(({ key }) => key)).toEqual(['charter/journal'])
    expect(decodePeerBook(record!).groups).toEqual([])
  })

  it('a node that holds nothing of a group yet may be corrected', async () => {
    cluster = new TestCluster(groupOf(ids))
    const node = await cluster.start('n2', { ...groupsOf(['n2', 'n4']), bootstrap: true })
    await cluster.wait(node.ready)
    await cluster.kill('n2')
    await cluster.startAll(ids)
    expect((await cluster.wait(cluster.nodes.get('n2')!.group('journal').propose({ text: 'a' }))).result).toBe(1)
  })
})

describe('nodes that take a group for something else', () => {
  it('one that is new is told so before it speaks, and stops', async () => {
    await begin()
    const node = await cluster.start('n4', groupsOf(['n1', 'n2', 'n3', 'n4']))
    const error = await cluster.wait(node.stopped)
    expect(error).toMatchObject(changed)
    expect(error?.message).toMatch(/than node n[123] knows: given log: n1, n2, n3, n4/)
    expect(cluster.nodes.get('n1')?.status().state).toBe('running')
  })

  it('one that is new and waits for a node that refuses is told why that node will not start', async () => {
    await begin()
    for (const id of ids) await cluster.kill(id)
    const grown = groupsOf(['n1', 'n2', 'n3', 'n4'])
    const waiting = await cluster.start('n4', grown)
    await cluster.pass(1000)
    expect(waiting.status()).toMatchObject({ state: 'introducing', waitingFor: ['n1', 'n2', 'n3'] })
    await expect(cluster.start('n2', grown)).rejects.toMatchObject(changed)
    const error = await cluster.wait(waiting.stopped)
    expect(error).toMatchObject(changed)
    expect(error?.message).toMatch(
      /^node n4 was started with .* than node n2 knows: given log: n1, n2, n3, n4;.* known log: n1, n2, n3/,
    )
    // Nothing is spoilt: with what the group was begun with it goes on.
    await cluster.startAll(ids)
    expect((await cluster.wait(cluster.nodes.get('n2')!.group('journal').propose({ text: 'b' }))).result).toBe(2)
  })

  it('two that are new and were given different lists stop, and can be corrected', async () => {
    cluster = new TestCluster(groupOf(['n1', 'n2']))
    const one = await cluster.start('n1')
    const other = await cluster.start('n2', groupsOf(['n1', 'n2', 'n3']))
    expect(await cluster.wait(Promise.race([one.stopped, other.stopped]))).toMatchObject(changed)
    for (const node of [one, other]) await cluster.wait(node.stop())
    await cluster.startAll(['n1', 'n2'])
    expect((await cluster.wait(cluster.nodes.get('n1')!.group('journal').propose({ text: 'a' }))).result).toBe(1)
  })

  it('one that speaks unasked is not heard, is told so, and stops; those who agree go on', async () => {
    await begin()
    const node = await cluster.start('n4', { ...groupsOf(['n1', 'n2', 'n3', 'n4']), bootstrap: true })
    expect(await cluster.wait(node.stopped)).toMatchObject(changed)
    expect((await cluster.wait(cluster.nodes.get('n2')!.group('journal').propose({ text: 'b' }))).result).toBe(2)
    expect(ids.map((id) => cluster.nodes.get(id)?.status().state)).toEqual(['running', 'running', 'running'])
  })

  it('two that were both begun with it do not hear each other, say so, and go on with those who agree', async () => {
    cluster = new TestCluster(groupOf(ids))
    const alone = await cluster.start('n3', { ...groupsOf(['n1', 'n3']), bootstrap: true })
    await cluster.wait(alone.ready)
    await cluster.kill('n3')
    for (const id of ['n1', 'n2']) await cluster.wait((await cluster.start(id, { bootstrap: true })).ready)
    await cluster.wait(cluster.nodes.get('n2')!.group('journal').propose({ text: 'a' }))
    const node = await cluster.start('n3', groupsOf(['n1', 'n3']))
    await cluster.wait(node.ready)
    await cluster.pass(3000)
    expect(cluster.nodes.get('n1')?.status().dropped.otherCharter).toBeGreaterThan(1)
    expect(node.status().groups.journal).toMatchObject({ disagrees: ['n1'], applied: 0 })
    expect(loggedBy('n3').filter(({ text }) => text === 'a node is not heard')).toHaveLength(1)
    expect((await cluster.wait(cluster.nodes.get('n2')!.group('journal').propose({ text: 'b' }))).result).toBe(2)
  })

  it('one that no group of the others names is told so, and says why it waits', async () => {
    await begin()
    const node = await cluster.start('n4', { groups: { other: groupOf(['n1', 'n4']) } as never })
    await cluster.pass(12_000)
    expect(node.status()).toMatchObject({ state: 'introducing', waitingFor: ['n1'] })
    const said = loggedBy('n4').filter(({ level }) => level === 'warn')
    expect(said[0]).toMatchObject({ fields: { strangers: ['n1'] } })
    expect(said[0]?.text).toMatch(/none of their groups names node n4; start them with the groups of this node/)
    // What it says to do helps.
    await cluster.kill('n1')
    await cluster.start('n1', { groups: { journal: groupOf(ids), other: groupOf(['n1', 'n4']) } as never })
    await cluster.wait(node.ready)
    const other = node.group('other' as 'journal')
    expect((await cluster.wait(other.propose({ text: 'a' }))).result).toBe(1)
  })
})

describe('two processes with copies of one disk', () => {
  it('the one that was started earlier stops', async () => {
    await begin()
    const first = cluster.nodes.get('n3')!
    const copy = cluster.storeOf('n3').copy()
    const twin = await cluster.start('n3', { store: copy })
    await cluster.wait(twin.ready)
    expect(await cluster.wait(first.stopped)).toMatchObject({ code: 'QUORATE_STORE_CLONED' })
    await cluster.pass(1000)
    expect(twin.status().state).toBe('running')
    expect((await cluster.wait(twin.group('journal').propose({ text: 'b' }))).result).toBe(2)
  })

  it('the older state of the disk stops where it meets the newer one', async () => {
    await begin()
    await cluster.kill('n3')
    const copy = cluster.storeOf('n3').copy()
    for (let at = 0; at < 2; at++) {
      await cluster.wait((await cluster.start('n3')).ready)
      await cluster.kill('n3')
    }
    const newer = await cluster.start('n3')
    await cluster.wait(newer.ready)
    const cause = expect.objectContaining({ code: 'QUORATE_STORE_CLONED' })
    await expect(cluster.start('n3', { store: copy })).rejects.toMatchObject({ code: 'QUORATE_NODE_STOPPED', cause })
    await cluster.pass(1000)
    expect(newer.status().state).toBe('running')
  })
})
