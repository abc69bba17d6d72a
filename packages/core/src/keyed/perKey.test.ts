import { describe, expect, test } from 'vitest'
import { type Server, server } from '../role/miniRaft.test.fixture.js'
import { emit } from '../role/statechart.js'
import { stepper } from '../role/stepper.js'
import { json } from '../stateMachine/stateMachine.js'
import { checkMachine } from '../testing/checkMachine/checkMachine.js'
import { drive } from '../testing/harness.js'
import { rowBytesMax } from '../values/table.js'
import { accounts, accountsWith, textBytes } from './account.test.fixture.js'
import { perKey } from './perKey.js'

const from = 'g/clerk/n1' as const
const bank = 'g/bank/b1' as const
const shared = { bank }
const row = (key: string, total: number, held = 0) => ({ key, bytes: textBytes(JSON.stringify({ total, held })) })
const recovered = (...table: ReturnType<typeof row>[]) => ({ record: undefined, table, doubtful: false })
const begun = (...table: ReturnType<typeof row>[]) => drive(accounts, { shared, recovered: recovered(...table) })
const add = (name: string, amount: number) => ({ type: 'Add', from, name, amount }) as const
const hold = (name: string, amount: number) => ({ type: 'Hold', from, name, amount }) as const
const close = (name: string) => ({ type: 'Close', from, name }) as const
const put = (key: string, total: number, held = 0) => ({ type: 'put', ...row(key, total, held) })
const total = (name: string, of: number, to: string = from) => ({
  type: 'send',
  to,
  message: { type: 'Total', name, total: of },
})
const ask = (name: string, request = 7) => ({ type: 'client.asked', request, body: name }) as const

test('the chart of an instance is checked as any other', () => {
  checkMachine(accounts.each, {
    Add: 'message',
    Hold: 'message',
    Total: 'message',
    Close: 'message',
    Audit: 'message',
    'client.asked': 'local',
    chosen: 'local',
  })
})

describe('an instance', () => {
  test('begins with the first message for its key, and with its row', () => {
    const role = begun(row('ann', 5))
    expect(role.receive(add('ann', 2))).toEqual([put('ann', 7), total('ann', 7)])
    expect(role.receive(add('bob', 1))).toEqual([put('bob', 1), total('bob', 1)])
    expect(role.receive(add('ann', 1))).toEqual([put('ann', 8), total('ann', 8)])
  })

  test('is dropped when it ended, and its row stays', () => {
    const role = begun()
    role.receive(add('ann', 2))
    expect(role.snapshot.instances.size).toBe(0)
    expect([...role.context.table.keys()]).toEqual(['ann'])
  })

  test('that is asked something and stays what it was leaves no trace, not even another snapshot', () => {
    const role = begun(row('ann', 5))
    const before = role.snapshot
    expect(role.tell(ask('ann'))).toEqual([{ type: 'answer', request: 7, body: { total: 5, doubts: 0 } }])
    expect(role.tell(ask('nobody'))).toEqual([{ type: 'answer', request: 7, body: { total: 0, doubts: 0 } }])
    expect(role.receive(add('bob', 0))).toEqual([total('bob', 0)])
    expect(role.snapshot).toBe(before)
  })

  test('that has asked something and has no answer yet stays, though it is what it was', () => {
    const curious = accounts.provide({
      actions: { replyAdd: emit({ type: 'choose', request: 5, among: ['a'], count: 1 }) },
    })
    const role = drive(curious, { shared, recovered: recovered() })
    expect(role.receive(add('bob', 0))).toMatchObject([{ type: 'choose', request: { key: 'bob', request: 5 } }])
    expect(role.state).toEqual({ bob: 'resting' })
    expect(role.tell({ type: 'chosen', chosen: ['a'], request: { key: 'bob', request: 5 } })).toEqual([])
  })

  test('that is not at rest stays, with all that it knows', () => {
    const role = begun()
    expect(role.receive(hold('ann', 3))).toEqual([put('ann', 0, 3)])
    expect(role.state).toEqual({ ann: 'holding' })
    expect(role.receive(add('ann', 9))).toEqual([put('ann', 9, 3), total('ann', 9)])
    const before = role.snapshot
    expect(role.receive(hold('ann', 4))).toEqual([])
    expect(role.snapshot).toBe(before)
  })

  test('deletes its row when it is done with its key', () => {
    const role = begun(row('ann', 5), row('bob', 1))
    expect(role.receive(close('ann'))).toEqual([{ type: 'delete', key: 'ann' }])
    expect([...role.context.table.keys()]).toEqual(['bob'])
    expect(role.tell(ask('ann'))).toMatchObject([{ body: { total: 0, doubts: 0 } }])
  })

  test('may emit nothing that is of the whole actor, and delete no row but its own', () => {
    const withDelete = (effect: object) => {
      const provided = accounts.provide({ actions: { delete: emit(effect as never) } })
      return () => drive(provided, { shared, recovered: recovered() }).receive(close('ann'))
    }
    expect(withDelete({ type: 'append', entries: [] })).toThrow(/accounts: an instance has no log .* emits append/)
    expect(withDelete({ type: 'put', key: 'ann', bytes: textBytes('') })).toThrow(/emits put/)
    expect(withDelete({ type: 'delete', key: 'bob' })).toThrow(/the instance of ann deletes bob/)
  })

  test('shares all that it does not touch with what was before', () => {
    const steps = stepper(accounts)
    let [snapshot] = steps.initial({ shared, recovered: recovered() })
    for (let at = 0; at < 5000; at++) [snapshot] = steps.step(snapshot, hold(`account ${at}`, 1))
    const [next] = steps.step(snapshot, add('account 7', 1))
    const changed = [...next.instances].filter(([key, instance]) => snapshot.instances.get(key) !== instance)
    expect(changed.map(([key]) => key)).toEqual(['account 7'])
  })
})

describe('with a family for each key', () => {
  const elections = perKey<typeof server, undefined, Server>({
    id: 'elections',
    each: server,
    keyOf: (event) => ('from' in event ? event.from.split('/')[0] : undefined),
    input: ({ row: found }) => found ?? { currentTerm: 0, votedFor: undefined },
    row: json<Server>(),
    refuse: () => undefined,
  })
  const begunElections = (logic = elections) =>
    drive(logic, { shared: undefined, recovered: { record: undefined, table: [], doubtful: false } })
  const vote = (group: string) => ({ type: 'RequestVote', from: `${group}/server/n2`, term: 3 }) as const

  test('roles take turns at each key, and each has its own row and timers', () => {
    const role = begunElections()
    role.receive(vote('g'))
    role.receive(vote('h'))
    expect(role.state).toEqual({ g: { follower: 'following' }, h: { follower: 'following' } })
    role.fire('electionTimeout of g')
    expect(role.state).toEqual({ g: { candidate: 'campaigning' }, h: { follower: 'following' } })
    expect(role.effects).toMatchObject([{ type: 'put', key: 'g' }, { type: 'send' }])
    expect(Object.keys(role.timers).sort()).toEqual(['electionTimeout of g', 'electionTimeout of h'])
  })

  test('delays are provided by role', () => {
    const role = begunElections(elections.provide({ follower: { delays: { electionTimeout: 7 } } }))
    role.receive(vote('g'))
    expect(role.timers).toEqual({ electionTimeout: 7 })
  })
})

describe('timers', () => {
  test('of two instances are two, and fire for their own', () => {
    const role = begun()
    role.receive(hold('ann', 1))
    expect(role.timers).toEqual({ patience: 100 })
    role.receive(hold('bob', 2))
    expect(role.timers).toEqual({ 'patience of ann': 100, 'patience of bob': 100 })
    expect(role.fire('patience of bob')).toEqual([
      { type: 'choose', request: { key: 'bob', request: 1 }, among: ['spend', 'release'], count: 1 },
    ])
    expect(role.state).toEqual({ ann: 'holding', bob: 'deciding' })
    expect(role.timers).toEqual({ patience: 100 })
  })

  test('end with their instance', () => {
    const role = begun()
    role.receive(hold('ann', 1))
    role.receive(close('ann'))
    expect(role.timers).toEqual({})
  })

  test('bear any key, and the name of their delay', () => {
    const keys = ['a.b', 'a/b', 'a b', '%2F', 'xstate.after.patience.x', '\u{1f600}', '\u0000', 'a']
    const role = begun()
    for (const key of keys) role.receive(hold(key, 1))
    expect(Object.keys(role.timers).sort()).toEqual(keys.map((key) => `patience of ${key}`).sort())
    for (const key of keys.toSorted().slice(1)) {
      expect(role.fire(`patience of ${key}`)).toMatchObject([{ request: { key } }])
    }
  })

  test('have the delays that are provided', () => {
    let drawn = 0
    const provided = accounts.provide({ delays: { patience: () => ++drawn } })
    const role = drive(provided, { shared, recovered: recovered() })
    role.receive(hold('ann', 1))
    role.receive(hold('bob', 1))
    expect(role.timers).toEqual({ 'patience of ann': 1, 'patience of bob': 2 })
  })

  test('that fire for nobody change nothing', () => {
    const steps = stepper(accounts)
    const [snapshot] = steps.initial({ shared, recovered: recovered() })
    for (const timer of ['xstate.after.patience.ann/account.holding', 'xstate.after.patience.account'])
      expect(steps.fire(snapshot, timer)).toEqual([snapshot, []])
  })
})

describe('an answer', () => {
  test('reaches the instance that asked, and no other', () => {
    const role = begun(row('ann', 5))
    for (const name of ['ann', 'bob']) {
      role.receive(hold(name, 2))
      role.fire('patience')
    }
    const answer = { type: 'chosen', chosen: ['spend'] } as const
    expect(role.tell({ ...answer, request: { key: 'ann', request: 1 } })).toEqual([
      put('ann', 3),
      total('ann', 3, bank),
    ])
    expect(role.state).toEqual({ bob: 'deciding' })
  })

  test('for whoever has ended meanwhile changes nothing', () => {
    const role = begun(row('ann', 5))
    const before = role.snapshot
    expect(role.tell({ type: 'chosen', chosen: [], request: { key: 'ann', request: 1 } })).toEqual([])
    expect(role.snapshot).toBe(before)
  })
})

describe('an event that concerns all', () => {
  const audit = { type: 'Audit', from } as const

  test('is taken by each that is busy, in the order of keys, and begins none', () => {
    const role = begun(row('ann', 5), row('dan', 1))
    for (const name of ['cid', 'bob']) role.receive(hold(name, 2))
    expect(role.receive(audit)).toEqual([total('bob', 0), total('cid', 0)])
    expect(Object.keys(role.state).sort()).toEqual(['bob', 'cid'])
    expect(role.context.table.size).toBe(4)
  })

  test('is answered in the name of all where none is busy', () => {
    const role = begun(row('ann', 5))
    const before = role.snapshot
    expect(role.receive(audit)).toEqual([total('noInstance', -1)])
    role.receive(hold('bob', 2))
    expect(role.receive(audit)).toEqual([total('bob', 0)])
    role.receive(close('bob'))
    expect(role.receive(audit)).toEqual([total('noInstance', -1)])
    expect(role.snapshot.context.table).toEqual(before.context.table)
  })

  test('is not refused for want of room, and those that it ends are forgotten', () => {
    const ending = accounts.provide({ actions: { replyAudit: emit({ type: 'delete', key: 'ann' }) } })
    const role = drive(ending, { shared, recovered: recovered(row('ann', 5, 2)) })
    expect(role.receive(audit)).toEqual([{ type: 'delete', key: 'ann' }])
    expect(role.context.table.size).toBe(0)
  })

  test('of a log there is none: nothing is told of it, and nothing refused', () => {
    const role = begun(row('ann', 5, 2))
    const before = role.snapshot
    expect(role.tell({ type: 'storage.persisted', last: { index: 1, term: 1 } } as never)).toEqual([])
    expect(role.snapshot).toBe(before)
  })
})

describe('after a restart', () => {
  test('instances go on that were busy, in the order of keys, and those at rest are not kept', () => {
    const role = begun(row('ann', 5, 2), row('bob', 1), row('cid', 4, 4))
    expect(role.state).toEqual({ ann: 'holding', cid: 'holding' })
    expect(Object.keys(role.timers)).toEqual(['patience of ann', 'patience of cid'])
    expect(role.effects).toEqual([])
    expect(role.context.table.size).toBe(3)
  })

  test('rows of which it is known that nothing goes on wait for an event', () => {
    const lazy = accountsWith({}, ({ total: of }) => of > 4)
    const role = drive(lazy, { shared, recovered: recovered(row('ann', 5, 2), row('cid', 4, 4)) })
    expect(role.state).toEqual({ ann: 'holding' })
    role.tell(ask('cid'))
    expect(role.state).toEqual({ ann: 'holding', cid: 'holding' })
  })

  test('which rows wait may depend on how often the store was in doubt', () => {
    const cautious = accountsWith({}, (_row, doubts) => doubts > 1)
    const input = { shared, recovered: { record: { doubts: 1 }, table: [row('ann', 5, 2)], doubtful: true } }
    expect(drive(cautious, input).state).toEqual({ ann: 'holding' })
    expect(drive(cautious, { shared, recovered: { ...input.recovered, doubtful: false } }).state).toEqual({})
  })

  test('with a store in doubt, that is counted and written down before anything else, and every instance knows it', () => {
    const input = { shared, recovered: { record: { doubts: 1 }, table: [row('ann', 5, 2)], doubtful: true } }
    const role = drive(accounts, input)
    expect(role.effects).toEqual([{ type: 'persist', record: { doubts: 2 } }])
    expect(role.tell(ask('ann'))).toMatchObject([{ body: { total: 5, doubts: 2 } }])
    const sound = drive(accounts, { ...input, recovered: { ...input.recovered, doubtful: false } })
    expect(sound.effects).toEqual([])
    expect(sound.tell(ask('bob'))).toMatchObject([{ body: { total: 0, doubts: 1 } }])
  })
})

describe('limits', () => {
  const within = (limits: Parameters<typeof accountsWith>[0], ...table: ReturnType<typeof row>[]) =>
    drive(accountsWith(limits), { shared, recovered: recovered(...table) })
  const refused = (why: string) => [total(why, -1)]

  test('a key that is none is refused, and nothing begins', () => {
    const role = begun()
    const before = role.snapshot
    expect(role.receive(add('', 1))).toEqual([])
    expect(role.receive(add('x'.repeat(513), 1))).toEqual([])
    expect(role.tell(ask('\ud800'.repeat(300)))).toEqual([{ type: 'refuse', request: 7, reason: 'overloaded' }])
    expect(role.snapshot).toBe(before)
  })

  test('of instances: a step that would need one more does not happen; those at rest need none', () => {
    const role = within({ instancesMax: 2 })
    role.receive(hold('ann', 1))
    role.receive(hold('bob', 1))
    const before = role.snapshot
    expect(role.receive(hold('cid', 1))).toEqual(refused('noRoom'))
    expect(role.snapshot).toBe(before)
    expect(Object.keys(role.timers)).toHaveLength(2)
    expect(role.receive(add('cid', 1))).toEqual([put('cid', 1), total('cid', 1)])
    role.receive(close('ann'))
    expect(role.receive(hold('dan', 1))).toEqual([put('dan', 0, 1)])
  })

  test('of rows: those that are there may change, and one that goes makes room', () => {
    const role = within({ rowsMax: 2 }, row('ann', 1), row('bob', 1))
    expect(role.receive(add('cid', 1))).toEqual(refused('noRoom'))
    expect(role.receive(add('ann', 1))).toEqual([put('ann', 2), total('ann', 2)])
    role.receive(close('bob'))
    expect(role.receive(add('cid', 1))).toEqual([put('cid', 1), total('cid', 1)])
  })

  test('of bytes: no row may come or grow, and what makes it less may', () => {
    const size = 3 + '{"total":1,"held":0}'.length + 64
    const role = within({ tableBytesMax: 2 * size }, row('ann', 1), row('bob', 1))
    expect(role.context.tableBytes).toBe(2 * size)
    expect(role.receive(add('cid', 1))).toEqual(refused('noRoom'))
    expect(role.receive(add('ann', 9))).toEqual(refused('noRoom'))
    expect(role.receive(add('ann', 8))).toEqual([put('ann', 9), total('ann', 9)])
    role.receive(close('bob'))
    expect(role.context.tableBytes).toBe(size)
    expect(role.receive(add('ann', 1))).toEqual([put('ann', 10), total('ann', 10)])
  })

  test('that are lower than what is there already let everything be, and nothing new begin', () => {
    const role = within({ rowsMax: 1, instancesMax: 1, tableBytesMax: 1 }, row('ann', 1, 1), row('bob', 1, 1))
    expect(Object.keys(role.state)).toEqual(['ann', 'bob'])
    expect(role.receive(add('ann', 1))).toEqual([put('ann', 2, 1), total('ann', 2)])
    expect(role.receive(add('cid', 1))).toEqual(refused('noRoom'))
    role.receive(close('ann'))
    expect(role.receive(add('bob', 1))).toEqual([put('bob', 2, 1), total('bob', 2)])
  })

  test('of a row: what would not fit is refused, and if it comes from within, an invariant is broken', () => {
    const record = { total: 1, held: 'x'.repeat(rowBytesMax) } as never
    const logic = accounts.provide({ actions: { persist: emit({ type: 'persist', record }) } })
    const role = drive(logic, { shared, recovered: recovered(row('bob', 1, 1)) })
    const before = role.snapshot
    expect(role.receive(add('ann', 1))).toEqual(refused('tooLarge'))
    expect(role.snapshot).toBe(before)
    role.fire('patience')
    const answer = { type: 'chosen', chosen: [], request: { key: 'bob', request: 1 } } as const
    expect(() => role.tell(answer)).toThrow(/the row of bob would be larger than 1048576 bytes/)
  })

  test('do not hold timers and answers: what has begun may end', () => {
    const role = within({ rowsMax: 1, tableBytesMax: 100 }, row('ann', 1, 1))
    role.fire('patience')
    expect(role.tell({ type: 'chosen', chosen: ['spend'], request: { key: 'ann', request: 1 } })).toHaveLength(2)
  })

  test('that are near or reached are told of, in texts that stay what they are', () => {
    const logic = accountsWith({ rowsMax: 10, instancesMax: 2 })
    const role = drive(logic, { shared, recovered: recovered(...[...'abcdefgh'].map((key) => row(key, 1))) })
    const told = () => logic.notices(role.snapshot).map(({ level, text }) => `${level}: ${text}`)
    expect(told()).toEqual([])
    role.receive(add('i', 1))
    expect(told()).toEqual([
      expect.stringMatching(/^warn: nine tenths of rowsMax, which is 10, .* the table of accounts/),
    ])
    role.receive(hold('j', 1))
    role.receive(hold('a', 1))
    const full = told()
    expect(full).toEqual([
      expect.stringMatching(
        /^error: rowsMax of 10 is reached by the table of accounts: what would add a row is refused/,
      ),
      expect.stringMatching(/^error: instancesMax of 2 is reached by those at work in accounts/),
    ])
    role.receive(add('a', 1))
    expect(told()).toEqual(full)
    const bytes = accountsWith({ tableBytesMax: 100 })
    const one = drive(bytes, { shared, recovered: recovered(row('a', 1)) })
    expect(bytes.notices(one.snapshot)).toEqual([
      { level: 'error', text: expect.stringMatching(/^tableBytesMax of 100 is reached by the table of accounts/) },
    ])
  })

  test('that are none are refused', () => {
    expect(() => accountsWith({ rowsMax: 0 })).toThrow(/limit rowsMax must be a whole number above 0/)
    expect(() => accountsWith({ rows: 1 } as never)).toThrow(/has no option "rows"/)
  })
})
