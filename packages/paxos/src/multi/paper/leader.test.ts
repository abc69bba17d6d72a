import { atLeast, everyNode, flexible, nodeOf } from '@quorate/core'
import { Stage } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { termOf } from '../../ballot.js'
import { commandOf, groupOf, history } from '../history.test.fixture.js'
import type { Leading } from '../proposer/leadership.js'
import * as given from '../role.test.fixture.js'

/** Lamport, "Paxos Made Simple" (2001), sections 2.3, 2.4 and 3: the distinguished proposer, which runs phase 2 alone. */

const { said, ballot, entry, leadingIn } = given

const five = ['a1', 'a2', 'a3', 'a4', 'a5']
const accepted = (node: string, number: number) => said.accepted(node, { number })
type Role = ReturnType<typeof leadingIn>

/** The slots of each Accept that was just sent, with its number. */
const accepts = (role: Role) =>
  given.acceptsOf(role.effects).map(({ number, entries: slots, to }) => `${to} ${number}: ${given.drawn(slots)}`)
const told = (role: Role) =>
  given.sentOf(role.effects, 'Chosen').map(({ to, entries: slots }) => `${to} ${given.drawn(slots)}`)

/** So many heartbeats, at each of which the acceptors among `there` answer. */
function beat(role: Role, times: number, ...there: readonly string[]) {
  for (let time = 0; time < times; time++) {
    const question = given.sentOf(role.fire('heartbeat'), 'Accept').find(({ entries: slots }) => slots.length === 0)
    for (const node of there) role.receive(accepted(node, question?.number ?? 0))
  }
}

describe('3: phase 2 alone, for one slot after the other', () => {
  test('what a client asks for goes to the acceptors at once, in its ballot', () => {
    const role = leadingIn()
    role.tell(given.proposed('a'))
    expect(given.kindsOf(role.effects)).toEqual(['Accept->all'])
    expect(given.sent(role.effects)).toMatchObject([
      { ballot: ballot(1), entries: [{ index: 1, term: termOf(ballot(1)) }], chosenThrough: 0, answeredBy: 'n1' },
    ])
  })

  test('a command that is under way takes no second slot when its client asks again; another one does', () => {
    const role = leadingIn()
    const asked = (...sequences: readonly number[]) => ({
      ...given.proposed(),
      commands: sequences.map((sequence) => ({ ...commandOf('a'), session: 7, sequence })),
    })
    const opening = (client: number, sequence: number) => ({
      ...given.proposed(),
      commands: [{ ...commandOf('a'), kind: 'openSession' as const, sequence, bytes: Uint8Array.of(client) }],
    })
    const slotsOf = (event: ReturnType<typeof given.proposed>) => {
      const lastSlot = () => (role.context as Leading).log.last.index
      const before = lastSlot()
      role.tell(event)
      return lastSlot() - before
    }
    expect([slotsOf(asked(1, 2)), slotsOf(opening(1, 1))]).toEqual([2, 1])
    // Its client does not ask again so soon: nothing is looked through.
    expect(slotsOf(asked(2))).toBe(1)
    beat(role, 2, 'n2', 'n3')
    expect([slotsOf(asked(2, 3)), slotsOf(asked(1)), slotsOf(opening(1, 1)), slotsOf(opening(2, 1))]).toEqual([
      1, 0, 0, 1,
    ])
    expect(slotsOf({ ...asked(1), commands: [{ ...commandOf('a'), session: 8, sequence: 1 }] })).toBe(1)
  })

  test('what it proposes is stamped with the time at which it came, in its ballot', () => {
    const role = leadingIn()
    role.tell({ ...given.proposed('a'), nowMs: 5, wallMs: 6 } as ReturnType<typeof given.proposed>)
    const stamp = { by: termOf(ballot(1)), nowMs: 5, wallMs: 6 }
    expect(given.sent(role.effects)).toMatchObject([{ entries: [{ index: 1, stamp }] }])
  })

  test('"A value is chosen when ... accepted by a majority": learners are told then, and not before', () => {
    const role = leadingIn({ nodes: { acceptor: five } })
    role.tell(given.proposed('a'))
    const [accept] = given.sentOf(role.effects, 'Accept')
    const number = accept?.number ?? 0
    for (const node of ['a1', 'a2', 'a2', 'n9']) expect(role.receive(accepted(node, number))).toEqual([])
    role.receive(accepted('a4', number))
    expect(given.sent(role.effects)).toEqual([
      { type: 'Chosen', entries: accept?.entries, answeredBy: 'n1', to: 'all' },
    ])
    expect(role.context.chosenThrough).toBe(1)
    expect(role.receive(accepted('a5', number))).toEqual([])
  })

  test('the majority is one of phase 2', () => {
    const quorums = flexible({ phase1: atLeast(4, five), phase2: atLeast(2, five) })
    const role = leadingIn({ nodes: { acceptor: five }, quorums })
    role.tell(given.proposed('a'))
    const number = given.sentOf(role.effects, 'Accept')[0]?.number ?? 0
    role.receive(accepted('a1', number))
    expect(told(role)).toEqual([])
    role.receive(accepted('a2', number))
    expect(told(role)).toEqual(['all 1:a'])
  })

  test('acceptances of another ballot, of no acceptor, or of what was never sent do not count', () => {
    const role = leadingIn()
    role.tell(given.proposed('a'))
    const before = role.snapshot
    for (const message of [
      said.accepted('n2', { ballot: ballot(2), number: 2 }),
      said.accepted('n2', { ballot: ballot(1, 'n2'), number: 2 }),
      said.accepted('n9', { number: 2 }),
      said.accepted('n2', { number: 99 }),
    ])
      expect(role.receive(message)).toEqual([])
    expect(role.snapshot).toBe(before)
  })

  test('commands that come together travel together, as many as a message carries', () => {
    const role = leadingIn({ limits: { entriesMax: 2 } })
    role.tell(given.proposed('a', 'b', 'c'))
    expect(accepts(role)).toEqual(['all 2: 1:a 2:b', 'all 3: 3:c'])
    const bytes = leadingIn({ limits: { bytesMax: 120 } })
    bytes.tell(given.proposed('x'.repeat(30), 'y'.repeat(30), 'z'.repeat(300)))
    expect(given.acceptsOf(bytes.effects).map(({ entries: slots }) => slots.length)).toEqual([1, 1, 1])
  })

  test('"a leader can get a commands ahead": no more Accepts are on their way than the window holds', () => {
    const role = leadingIn({ limits: { pollsMax: 2, entriesMax: 2 } })
    const all = ['a', 'b', 'c', 'd', 'e', 'f'].flatMap((text) => {
      role.tell(given.proposed(text))
      return accepts(role)
    })
    expect(all).toEqual(['all 2: 1:a', 'all 3: 2:b'])
    // What has waited meanwhile goes out together.
    role.receive(accepted('n1', 2))
    role.receive(accepted('n2', 2))
    expect(accepts(role)).toEqual(['all 4: 3:c 4:d'])
  })

  test('slots are chosen in any order; what is known to be chosen ends before the first that is not', () => {
    const role = leadingIn()
    for (const text of ['a', 'b', 'c']) role.tell(given.proposed(text))
    const choose = (number: number) => {
      role.receive(accepted('n2', number))
      role.receive(accepted('n3', number))
      return told(role)
    }
    expect(choose(4)).toEqual(['all 3:c'])
    expect(choose(3)).toEqual(['all 2:b'])
    expect(role.context.chosenThrough).toBe(0)
    expect(choose(2)).toEqual(['all 1:a'])
    expect(role.context.chosenThrough).toBe(3)
  })

  test('an overloaded proposer says so, and takes again what fits', () => {
    const role = leadingIn({ limits: { openSlotsMax: 2 } })
    role.tell(given.proposed('a', 'b'))
    expect(role.tell(given.proposed('c'))).toEqual([{ type: 'refuse', request: 1, reason: 'overloaded' }])
    expect(given.sent(role.receive(said.batch('b1', { number: 5 })))).toEqual([
      { type: 'BatchReply', number: 5, taken: false, to: 'b1' },
    ])
    role.receive(accepted('n2', 2))
    role.receive(accepted('n3', 2))
    role.tell(given.proposed('c'))
    expect(accepts(role)).toEqual(['all 3: 3:c'])
  })

  test('a promise that comes late, and what its disk says, change nothing', () => {
    const role = leadingIn()
    const before = role.snapshot
    expect(role.receive(said.promise('n3', { through: 1, last: 1, entries: [entry(1)] }))).toEqual([])
    expect(role.tell({ type: 'storage.persisted', last: { index: 1, term: 1 } })).toEqual([])
    expect(role.snapshot).toBe(before)
  })

  test('what is chosen of a long log is forgotten', () => {
    const role = leadingIn({ limits: { entriesMax: 1000, bytesMax: 1_000_000, pollsMax: 99, openSlotsMax: 100_000 } })
    const texts = Array.from({ length: 9000 }, () => 'x')
    role.tell(given.proposed(...texts))
    for (const { number } of given.acceptsOf(role.effects))
      for (const node of ['n2', 'n3']) role.receive(accepted(node, number))
    expect(role.context).toMatchObject({ chosenThrough: 9000, log: { base: { index: 9000 }, length: 0 } })
    role.tell(given.proposed('y'))
    expect(accepts(role)).toEqual(['all 11: 9001:y'])
  })
})

describe('2.4: heartbeats, and when to give way', () => {
  test('it says at once that it leads, to all that follow it, and asks acceptors whether they still let it', () => {
    const role = leadingIn({ nodes: { batcher: ['b1'], proxyLeader: ['x1'] } })
    const heartbeats = given
      .effectsOf(role.effects, 'send')
      .filter(({ to }) => nodeOf(to) === everyNode)
      .map(({ to, message }) => `${message.type} ${to}`)
    expect(heartbeats).toEqual([
      'Heartbeat g/proposer/all',
      'Heartbeat g/learner/all',
      'Heartbeat g/batcher/all',
      'Heartbeat g/proxyLeader/all',
      'Accept g/acceptor/all',
    ])
    expect(given.kindsOf(leadingIn().fire('heartbeat'))).toEqual(['Heartbeat->all', 'Heartbeat->all', 'Accept->all'])
  })

  test('a heartbeat says what is chosen', () => {
    const role = leadingIn()
    role.tell(given.proposed('a'))
    for (const node of ['n1', 'n2']) role.receive(accepted(node, 2))
    role.fire('heartbeat')
    expect(given.sentOf(role.effects, 'Heartbeat')[0]).toMatchObject({ ballot: ballot(1), chosenThrough: 1 })
    expect(given.sentOf(role.effects, 'Accept')).toMatchObject([{ entries: [], chosenThrough: 1 }])
  })

  test('a promise that was given to another deposes it', () => {
    const role = leadingIn()
    role.tell(given.proposed('a'))
    for (const refusal of [
      said.nack('n2', { promised: ballot(1) }),
      said.nack('n2', { ballot: ballot(1, 'n2'), promised: ballot(2, 'n2') }),
    ])
      role.receive(refusal)
    expect(role.snapshot.role).toBe('leading')
    role.receive(said.nack('n2', { promised: ballot(7, 'n2') }))
    expect(role.snapshot.role).toBe('standby')
    expect(role.context).toMatchObject({ leader: undefined, round: 7 })
  })

  test('a later distinguished proposer deposes it, and is recognized at once', () => {
    const role = leadingIn()
    role.receive(said.heartbeat('n1', { ballot: ballot(1) }))
    role.receive(said.heartbeat('n2', { ballot: ballot(0, 'n2') }))
    expect(role.snapshot.role).toBe('leading')
    role.receive(said.heartbeat('n2', { ballot: ballot(2, 'n2'), chosenThrough: 5 }))
    expect(role.snapshot.role).toBe('standby')
    expect(role.context).toMatchObject({ leader: 'n2', leaderBallot: ballot(2, 'n2'), chosenThrough: 5 })
  })

  test('an earlier one, which does not know yet, does not', () => {
    const role = given.preparingIn({}, 1)
    for (const node of ['n2', 'n3']) role.receive(said.promise(node, { ballot: ballot(2) }))
    expect(role.snapshot.role).toBe('leading')
    expect(role.receive(said.heartbeat('n2', { ballot: ballot(1, 'n2') }))).toEqual([])
    expect(role.snapshot.role).toBe('leading')
  })

  test('without a quorum of acceptors nothing is chosen: it gives way', () => {
    const role = leadingIn({ nodes: { acceptor: five } })
    beat(role, 2, 'a1', 'a2', 'a3')
    role.receive(said.heartbeatReply('learner', 'n3'))
    role.fire('quorumCheck')
    expect(role.snapshot.role).toBe('leading')
    beat(role, 2, 'a1', 'a2')
    role.receive(said.heartbeatReply('learner', 'n3'))
    role.fire('quorumCheck')
    expect(role.snapshot.role).toBe('standby')
    expect(role.context.leader).toBeUndefined()
  })

  test('without a learner nothing is executed: it gives way to one that may reach them', () => {
    const role = leadingIn({ nodes: { acceptor: five } })
    beat(role, 2, 'a1', 'a2', 'a3', 'a4', 'a5')
    role.receive(said.heartbeatReply('learner', 'n1'))
    role.fire('quorumCheck')
    expect(role.snapshot.role).toBe('leading')
    beat(role, 2, 'a1', 'a2', 'a3', 'a4', 'a5')
    role.receive(said.heartbeatReply('batcher', 'n1'))
    role.fire('quorumCheck')
    expect(role.snapshot.role).toBe('standby')
  })

  test('also one that nobody has ever answered', () => {
    const role = leadingIn()
    role.fire('quorumCheck')
    expect(role.snapshot.role).toBe('standby')
  })
})

describe('messages are lost', () => {
  test('an Accept that is not answered is sent again after a while, to those that have not answered', () => {
    const role = leadingIn()
    role.tell(given.proposed('a'))
    role.receive(accepted('n2', 2))
    beat(role, 3, 'n1', 'n2', 'n3')
    expect(accepts(role)).toEqual([])
    const again = given.acceptsOf(role.fire('heartbeat'))
    expect(again.map(({ to, number }) => [to, number])).toEqual([
      ['n1', 2],
      ['n3', 2],
    ])
    // After twice as many heartbeats each time, up to eight times as many: on a slow link the answer takes longer.
    for (const beats of [8, 16, 32, 32]) {
      beat(role, beats - 1, 'n1', 'n2', 'n3')
      expect(accepts(role)).toEqual([])
      beat(role, 1)
      expect(given.acceptsOf(role.effects).map(({ to }) => to)).toEqual(['n1', 'n3'])
    }
    role.receive(accepted('n3', 2))
    expect(told(role)).toEqual(['all 1:a'])
    for (let time = 0; time < 6; time++) expect(given.acceptsOf(role.fire('heartbeat'))).toEqual([])
  })

  test('only the first few, for which the others wait', () => {
    const role = leadingIn({ limits: { pollsMax: 9 } })
    for (const text of ['a', 'b', 'c', 'd', 'e', 'f']) role.tell(given.proposed(text))
    beat(role, 3, 'n1', 'n2', 'n3')
    role.fire('heartbeat')
    expect(new Set(given.acceptsOf(role.effects).map(({ number }) => number))).toEqual(new Set([2, 3, 4, 5]))
    role.fire('heartbeat')
    expect(new Set(given.acceptsOf(role.effects).map(({ number }) => number))).toEqual(new Set([6, 7]))
  })

  test('whoever is silent for long is left out of what is said to all, but for heartbeats, and taken back when it answers', () => {
    const role = leadingIn()
    for (const learner of ['n1', 'n2', 'n3']) role.receive(said.heartbeatReply('learner', learner))
    const all = (type: 'Accept' | 'Chosen') => given.sentOf(role.effects, type).map(({ to }) => to)
    beat(role, 6, 'n1', 'n2')
    for (const learner of ['n1', 'n2']) role.receive(said.heartbeatReply('learner', learner))
    role.tell(given.proposed('a'))
    expect(all('Accept')).toEqual(['n1', 'n2'])
    role.receive(accepted('n1', given.sentOf(role.effects, 'Accept')[0]?.number ?? 0))
    role.tell(given.proposed('b'))
    role.fire('heartbeat')
    expect(given.kindsOf(role.effects)).toEqual(['Heartbeat->all', 'Heartbeat->all', 'Accept->all'])
    role.receive(accepted('n3', 3))
    role.tell(given.proposed('c'))
    expect(all('Accept')).toEqual(['all'])
  })

  test('learners that are silent are told nothing, unless all of them are', () => {
    const role = leadingIn()
    beat(role, 6, 'n1', 'n2', 'n3')
    const choose = (text: string) => {
      role.tell(given.proposed(text))
      const number = given.sentOf(role.effects, 'Accept')[0]?.number ?? 0
      for (const node of ['n1', 'n2']) role.receive(accepted(node, number))
      return given.sentOf(role.effects, 'Chosen').map(({ to }) => to)
    }
    expect(choose('a')).toEqual(['all'])
    role.receive(said.heartbeatReply('learner', 'n3'))
    expect(choose('b')).toEqual(['n3'])
    // Who answered in another ballot was not heard in this one.
    role.receive(said.heartbeatReply('learner', 'n2', { ballot: ballot(1, 'n2') }))
    expect(choose('c')).toEqual(['n3'])
  })
})

describe('the learner that answers clients', () => {
  const answeredBy = (role: Role, text: string) => {
    role.tell(given.proposed(text))
    return given.sentOf(role.effects, 'Accept')[0]?.answeredBy
  }

  test('is the one beside the proposer, where there is one: it is what the clients asked', () => {
    const role = leadingIn()
    expect(['a', 'b'].map((text) => answeredBy(role, text))).toEqual(['n1', 'n1'])
  })

  test('otherwise each that is alive in turn', () => {
    const role = leadingIn({ nodes: { learner: ['l1', 'l2', 'l3'] }, limits: { pollsMax: 9 } })
    expect(new Set(['a', 'b', 'c'].map((text) => answeredBy(role, text)))).toEqual(new Set(['l1', 'l2', 'l3']))
    for (const learner of ['l1', 'l3']) role.receive(said.heartbeatReply('learner', learner))
    beat(role, 5, 'n1', 'n2', 'n3')
    for (const learner of ['l1', 'l3']) role.receive(said.heartbeatReply('learner', learner))
    beat(role, 1, 'n1', 'n2', 'n3')
    expect(new Set(['d', 'e', 'f', 'g'].map((text) => answeredBy(role, text)))).toEqual(new Set(['l1', 'l3']))
  })

  test('where clients ask batchers, all learners share the work', () => {
    const role = leadingIn({ nodes: { batcher: ['b1'] } })
    expect(new Set(['a', 'b', 'c'].map((text) => answeredBy(role, text)))).toEqual(new Set(['n1', 'n2', 'n3']))
  })
})

describe('what learners hold in snapshots', () => {
  test('acceptors are told to forget once as many hold it as it takes not to lose it', () => {
    const role = leadingIn()
    const forgetThrough = () => given.sentOf(role.fire('heartbeat'), 'Accept')[0]?.forgetThrough
    role.receive(said.heartbeatReply('learner', 'n1', { snapshotThrough: 9 }))
    expect(forgetThrough()).toBe(0)
    // Proxy leaders and batchers hold nothing, whatever their names are.
    role.receive(said.heartbeatReply('batcher', 'n2', { snapshotThrough: 9 }))
    role.receive(said.heartbeatReply('learner', 'n9', { snapshotThrough: 9 }))
    expect(forgetThrough()).toBe(0)
    role.receive(said.heartbeatReply('learner', 'n2', { snapshotThrough: 5 }))
    expect(forgetThrough()).toBe(5)
    role.receive(said.heartbeatReply('learner', 'n2', { snapshotThrough: 3 }))
    expect(forgetThrough()).toBe(5)
  })
})

describe('3: a new leader', () => {
  const three = ['n1', 'n2', 'n3']
  const fireIfSet = (stage: Stage, role: string, timer: string) => {
    for (const actor of stage.actorsOf(role)) if (actor.driven?.timers[timer] !== undefined) actor.fire(timer)
  }
  function led(): Stage {
    const stage = new Stage(groupOf({ limits: { pollsMax: 9 } }))
    stage.actor('proposer', 'n1').fire('electionTimeout')
    stage.stabilize()
    return stage
  }
  const applied = (stage: Stage, node: string) =>
    stage
      .actor('learner', node)
      .applied.map(({ entry: { kind, bytes } }) => (kind === 'noop' ? kind : history.codecs.command.decode(bytes)))

  test('completes what the one before had begun, fills the gap, and everybody applies the same in the same order', () => {
    const stage = led()
    const [n1, n2] = [stage.actor('proposer', 'n1'), stage.actor('proposer', 'n2')]
    stage.propose(n1, 1, commandOf('a'))
    stage.stabilize()
    // Slot 2 reaches nobody, slot 3 one acceptor, slot 4 is chosen, and nobody hears of it.
    for (const text of ['lost', 'c', 'd']) stage.propose(n1, 2, commandOf(text))
    stage.stabilize(({ to, message }) => {
      if (message.type !== 'Accept') return false
      const index = (message as unknown as { entries: readonly { index: number }[] }).entries[0]?.index
      return index === 4 || (index === 3 && to === 'g/acceptor/n2')
    })
    n1.crash()
    fireIfSet(stage, 'acceptor', 'minimumElectionTimeout')
    n2.fire('electionTimeout')
    stage.stabilize()
    stage.propose(n2, 3, commandOf('e'))
    stage.stabilize()
    expect(n2.status).toMatchObject({ serves: true, committed: 5 })
    for (const node of three) expect(applied(stage, node)).toEqual(['a', 'noop', 'c', 'd', 'e'])
  })

  test('the one that was replaced without knowing has nothing chosen any more', () => {
    const stage = led()
    const [n1, n2] = [stage.actor('proposer', 'n1'), stage.actor('proposer', 'n2')]
    fireIfSet(stage, 'acceptor', 'minimumElectionTimeout')
    n2.fire('electionTimeout')
    // n1 hears nothing of it.
    stage.stabilize(({ to }) => to !== n1.address)
    stage.propose(n1, 1, commandOf('of the old one'))
    stage.propose(n2, 1, commandOf('of the new one'))
    stage.stabilize()
    expect(n1.status).toMatchObject({ serves: false })
    for (const node of three) expect(applied(stage, node)).toEqual(['of the new one'])
  })

  test('a proposer cannot depose a leader that the acceptors hear', () => {
    const stage = led()
    stage.actor('proposer', 'n1').fire('heartbeat')
    stage.stabilize(({ to }) => to !== 'g/proposer/n3')
    stage.actor('proposer', 'n3').fire('electionTimeout')
    for (let time = 0; time < 3; time++) {
      stage.actor('proposer', 'n3').fire('prepareAgain')
      stage.stabilize(({ to }) => to !== 'g/proposer/n3')
    }
    expect(stage.actor('proposer', 'n1').status.serves).toBe(true)
  })
})
