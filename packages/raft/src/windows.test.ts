import { type Driven, drive } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { leader } from './index.js'
import * as given from './role.test.fixture.js'

/** What the paper leaves to the implementation: how much is on its way to whom, and what one message says to all. */

const text = (bytes: number) => 'x'.repeat(bytes)
const success = (node: string, matchIndex: number) =>
  given.appendEntriesReply(node, { term: 1, matchIndex, prevLogIndex: 0 })

/** A leader of term 1 whose no-op, entry 1, its followers hold. */
function leading(limits: given.Situation['limits'] = {}, followers = ['n2', 'n3']) {
  const role = drive(leader, given.serverIn({ members: ['n1', ...followers], limits }))
  for (const node of followers) role.receive(success(node, 1))
  role.tell(given.persisted(1, 1))
  return role
}

/** To whom entries went, and which. */
const batchesOf = (effects: readonly given.RaftEffect[]) =>
  given.sentOf(effects, 'AppendEntries').map(({ to, entries }) => [to, ...entries.map(({ index }) => index)])

const inflight = (role: Driven<typeof leader>, node: string) => role.context.progress[node]?.inflight

describe('pipelining', () => {
  test('a leader sends on without waiting for answers', () => {
    const role = leading()
    expect(batchesOf(role.tell(given.proposed('a')))).toEqual([['all', 2]])
    expect(batchesOf(role.tell(given.proposed('b', 'c')))).toEqual([['all', 3, 4]])
    expect(inflight(role, 'n2')).toHaveLength(2)
  })

  test('up to so many messages; an answer lets the next one go', () => {
    const role = leading({ inflightMessagesMax: 2, entriesMax: 2 })
    role.tell(given.proposed('a'))
    role.tell(given.proposed('b'))
    expect(batchesOf(role.tell(given.proposed('c')))).toEqual([])
    expect(batchesOf(role.tell(given.proposed('d', 'e')))).toEqual([])
    expect(batchesOf(role.receive(success('n2', 2)))).toEqual([['n2', 4, 5]])
    expect(batchesOf(role.receive(success('n2', 3)))).toEqual([['n2', 6]])
    expect(inflight(role, 'n2')).toHaveLength(2)
    expect(inflight(role, 'n3')).toHaveLength(2)
  })

  test('an answer stands for all that was sent before what it acknowledges', () => {
    const role = leading({ inflightMessagesMax: 3 })
    for (const command of ['a', 'b', 'c']) role.tell(given.proposed(command))
    role.receive(success('n2', 3))
    expect(inflight(role, 'n2')).toMatchObject([{ last: 4 }])
    role.receive(success('n2', 2))
    expect(inflight(role, 'n2')).toMatchObject([{ last: 4 }])
  })

  test('up to so many bytes, in which an entry counts with its bookkeeping', () => {
    const role = leading({ inflightBytesMax: 1144, bytesMax: 600 })
    expect(batchesOf(role.tell(given.proposed(text(500))))).toEqual([['all', 2]])
    expect(inflight(role, 'n2')).toEqual([{ last: 2, bytes: 572 }])
    expect(batchesOf(role.tell(given.proposed(text(500))))).toEqual([['all', 3]])
    expect(batchesOf(role.tell(given.proposed('small')))).toEqual([])
    expect(batchesOf(role.receive(success('n3', 2)))).toEqual([['n3', 4]])
  })

  test('one message holds so many entries and bytes, and at least one entry', () => {
    const role = leading({ entriesMax: 2, bytesMax: 350 })
    expect(batchesOf(role.tell(given.proposed('a', 'b', 'c')))).toEqual([
      ['all', 2, 3],
      ['all', 4],
    ])
    expect(batchesOf(role.tell(given.proposed(text(200), text(200), text(900))))).toEqual([
      ['all', 5],
      ['all', 6],
      ['all', 7],
    ])
  })

  test('a follower whose log is not known to agree is sent one message, and no other before it answers', () => {
    const role = drive(leader, given.serverIn())
    expect(batchesOf(role.effects)).toEqual([
      ['n2', 1],
      ['n3', 1],
    ])
    expect(batchesOf(role.tell(given.proposed('a')))).toEqual([])
    expect(batchesOf(role.receive(success('n2', 1)))).toEqual([['n2', 2]])
    expect(batchesOf(role.tell(given.proposed('b')))).toEqual([['n2', 3]])
    expect(batchesOf(role.receive(success('n3', 0)))).toEqual([['n3', 1, 2, 3]])
  })

  test('what was lost from the window is sent again when a heartbeat has found the gap', () => {
    const role = leading({ inflightMessagesMax: 2 })
    role.tell(given.proposed('a'))
    role.tell(given.proposed('b'))
    role.tell(given.proposed('c'))
    role.receive(
      given.appendEntriesReply('n2', { term: 1, success: false, prevLogIndex: 3, conflictTerm: 0, conflictIndex: 2 }),
    )
    expect(batchesOf(role.effects)).toEqual([['n2', 2, 3, 4]])
    role.receive(success('n2', 4))
    expect(role.context.progress['n2']).toMatchObject({ mode: 'replicating', inflight: [], nextIndex: 5 })
  })

  test('a slow follower holds nobody else up', () => {
    const role = leading({ inflightMessagesMax: 1 })
    role.tell(given.proposed('a'))
    for (let index = 2; index < 20; index++) {
      role.receive(success('n2', index))
      expect(batchesOf(role.tell(given.proposed('more')))).toEqual([['n2', index + 1]])
    }
    expect(inflight(role, 'n3')).toEqual([{ last: 2, bytes: 73 }])
  })
})

describe('one message for all', () => {
  test('while every follower replicates from the same nextIndex within its window', () => {
    const role = leading()
    expect(role.tell(given.proposed('a'))).toMatchObject([
      { type: 'append' },
      {
        type: 'send',
        to: 'g/server/all',
        message: { type: 'AppendEntries', prevLogIndex: 1, entries: [{ index: 2 }] },
      },
    ])
    for (const node of ['n2', 'n3']) expect(role.context.progress[node]).toMatchObject({ nextIndex: 3 })
  })

  test('not while one of them is behind', () => {
    const role = leading()
    role.tell(given.proposed('a'))
    role.receive(given.appendEntriesReply('n3', { term: 1, success: false, prevLogIndex: 2, conflictIndex: 2 }))
    expect(batchesOf(role.tell(given.proposed('b')))).toEqual([['n2', 3]])
  })

  test('not while the window of one of them is full', () => {
    const role = leading({ inflightMessagesMax: 1 })
    role.tell(given.proposed('a'))
    role.receive(success('n2', 2))
    expect(batchesOf(role.tell(given.proposed('b')))).toEqual([['n2', 3]])
  })

  test('not while one of them is sent a snapshot', () => {
    const snapshot = given.snapshotAt(5, 1)
    const role = drive(leader, given.serverIn({ base: snapshot.last, snapshot, currentTerm: 1 }))
    role.receive(success('n2', 6))
    role.receive(given.appendEntriesReply('n3', { term: 1, success: false, prevLogIndex: 5, conflictIndex: 1 }))
    expect(given.sent(role.effects)).toMatchObject([{ type: 'InstallSnapshot', to: 'n3' }])
    expect(batchesOf(role.tell(given.proposed('a')))).toEqual([['n2', 7]])
  })

  test('and again when it has caught up', () => {
    const role = leading()
    role.tell(given.proposed('a'))
    role.receive(given.appendEntriesReply('n3', { term: 1, success: false, prevLogIndex: 2, conflictIndex: 2 }))
    role.receive(success('n3', 2))
    expect(batchesOf(role.tell(given.proposed('b')))).toEqual([['all', 3]])
  })

  test('an only follower is addressed by its name', () => {
    expect(batchesOf(leading({}, ['n2']).tell(given.proposed('a')))).toEqual([['n2', 2]])
  })

  test('a heartbeat is for all when it says the same to each, and else for each', () => {
    const role = leading()
    expect(batchesOf(role.fire('heartbeat'))).toEqual([['all']])
    role.tell(given.proposed('a'))
    role.receive(given.appendEntriesReply('n3', { term: 1, success: false, prevLogIndex: 2, conflictIndex: 2 }))
    expect(given.sent(role.fire('heartbeat'))).toMatchObject([
      { to: 'n2', prevLogIndex: 2 },
      { to: 'n3', prevLogIndex: 1 },
    ])
    expect(role.context.heartbeatsDue).toEqual([])
  })
})

describe('back-pressure', () => {
  test('proposals beyond so many uncommitted entries are refused as overloaded, and taken again once some are committed', () => {
    const role = leading({ uncommittedEntriesMax: 2 })
    role.tell(given.proposed('a', 'b'))
    expect(role.tell({ ...given.proposed('c'), request: 9 })).toEqual([
      { type: 'refuse', request: 9, reason: 'overloaded' },
    ])
    expect(role.context.log.last.index).toBe(3)
    role.tell(given.persisted(3, 1))
    role.receive(success('n2', 2))
    expect(given.kindsOf(role.tell(given.proposed('c')))).toContain('append')
  })

  test('and beyond so many bytes of them, those of an earlier term counted too', () => {
    const role = leading({ uncommittedBytesMax: 2 * 72 + 3 })
    role.tell(given.proposed('a'))
    expect(role.context.uncommittedBytes).toBe(72 + 1)
    // The one that reaches the limit is taken.
    expect(given.kindsOf(role.tell(given.proposed('bcd')))).toContain('append')
    expect(given.kindsOf(role.tell(given.proposed('e')))).toEqual(['refuse'])
    role.tell(given.persisted(3, 1))
    role.receive(success('n2', 3))
    expect(role.context).toMatchObject({ commitIndex: 3, uncommittedBytes: 0 })
    expect(given.kindsOf(role.tell(given.proposed('e')))).toContain('append')
    const later = drive(leader, given.serverIn({ terms: [1, 1, 2], currentTerm: 3, commitIndex: 1 }))
    expect(later.context.uncommittedBytes).toBe(3 * 72)
  })
})
