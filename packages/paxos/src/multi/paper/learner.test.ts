import { atLeast, flexible, noBytes, origin, type PhaseQuorums, type Snapshot } from '@quorate/core'
import { type Driven, drive } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { termOf } from '../../ballot.js'
import { multiPaxosLearner } from '../../index.js'
import * as given from '../role.test.fixture.js'

/** Lamport, "Paxos Made Simple" (2001), sections 2.3 and 3: the learner, which hands what was chosen to the state machine. */

const { said, ballot, entry, entries } = given

const learnerIn = (situation: Parameters<typeof given.learnerIn>[0] = {}) =>
  drive(multiPaxosLearner, given.learnerIn(situation))
type Role = Driven<typeof multiPaxosLearner>

const chosen = (first: number, last: number, answeredBy = 'n2') =>
  said.chosen('n1', { entries: entries(first, last), answeredBy })
const taught = (from: string, first: number, last: number) => said.taught(from, { entries: entries(first, last) })
const announce = (chosenThrough: number) => said.heartbeat('n1', { chosenThrough })

/** Whom it asked last, and for what. */
const asks = (role: Role) =>
  given.sentOf(role.effects, 'Learn').map(({ to, first, through }) => `${to} for ${first} to ${through}`)

describe('3: "a deterministic state machine that performs client commands in some sequence"', () => {
  test('what is chosen in the next slots is handed to the state machine at once', () => {
    const role = learnerIn()
    expect(given.committed(role.receive(chosen(1, 2)))).toBe('1:v1 2:v2')
    expect(given.committed(role.receive(chosen(3, 3)))).toBe('3:v3')
    expect(role.context).toMatchObject({ chosenThrough: 3, announced: 3 })
  })

  test('"it can\'t execute commands 138-140, which it also knows, because commands 136 and 137 have yet to be chosen"', () => {
    const role = learnerIn()
    for (const message of [chosen(4, 5), chosen(6, 6), chosen(2, 3)]) expect(role.receive(message)).toEqual([])
    const effects = role.receive(chosen(1, 1))
    expect(given.committed(effects)).toBe('1:v1 2:v2 3:v3 4:v4 5:v5 6:v6')
    expect(given.kindsOf(effects)).toEqual(['commit', 'commit', 'commit', 'commit'])
    expect(role.context.ahead).toEqual([])
  })

  test('what is heard twice, or in other pieces, is handed over once', () => {
    const role = learnerIn()
    role.receive(chosen(1, 2))
    expect(role.receive(chosen(1, 2))).toEqual([])
    expect(given.committed(role.receive(chosen(2, 4)))).toBe('3:v3 4:v4')
    for (const message of [chosen(6, 7), chosen(6, 7), chosen(6, 8)]) role.receive(message)
    expect(given.committed(role.receive(chosen(5, 5)))).toBe('5:v5 6:v6 7:v7 8:v8')
  })

  test('a chosen slot says nothing of those before it: nobody is asked for them', () => {
    const role = learnerIn()
    role.receive(chosen(3, 3))
    expect(role.state).toBe('current')
    expect(role.context.announced).toBe(0)
    expect(Object.keys(role.timers)).toEqual(['silence'])
  })

  test('slots that do not follow one another, and none at all, are ignored', () => {
    const role = learnerIn()
    const before = role.snapshot
    for (const slots of [[], [entry(1), entry(3)], [entry(0)], [entry(1), entry(1)]])
      expect(role.receive(said.chosen('n1', { entries: slots }))).toEqual([])
    expect(role.snapshot).toBe(before)
  })

  test('what waits behind a gap is bounded; what comes next is always taken', () => {
    const role = learnerIn()
    const many = 1024
    for (let first = 2; first < 200_000; first += many) role.receive(chosen(first, first + many - 1))
    const waiting = role.context.ahead.reduce((sum, message) => sum + message.entries.length, 0)
    expect(waiting).toBe(131_072)
    expect(given.kindsOf(role.receive(chosen(1, 1)))).toContain('commit')
    expect(role.context.chosenThrough).toBe(131_073)
  })
})

describe('clients are answered by the learner that is named, and by no other', () => {
  test('where it is named', () => {
    const role = learnerIn()
    expect(role.receive(chosen(1, 1, 'n1'))).toMatchObject([{ type: 'commit', answers: true }])
    const [commit] = role.receive(chosen(2, 2, 'n2'))
    expect(commit).not.toHaveProperty('answers')
  })

  test('what it asked for, nobody answers', () => {
    const role = learnerIn()
    role.receive(announce(2))
    role.fire('learnAgain')
    const [commit] = role.receive(taught('n2', 1, 2))
    expect(commit).toMatchObject({ type: 'commit' })
    expect(commit).not.toHaveProperty('answers')
  })
})

describe('2.3: learners find out what was chosen although messages were lost', () => {
  test('a heartbeat tells up to where everything is chosen; what does not come in time is asked for', () => {
    const role = learnerIn()
    role.receive(announce(3))
    expect(asks(role)).toEqual([])
    expect(role.state).toBe('behind')
    role.fire('learnAgain')
    expect(asks(role)).toEqual(['n2 for 1 to 3'])
  })

  test('what comes by itself needs no question', () => {
    const role = learnerIn()
    role.receive(announce(3))
    role.receive(chosen(1, 3))
    expect(role.state).toBe('current')
    expect(Object.keys(role.timers)).toEqual(['silence'])
  })

  test('each other learner in turn, then the acceptors, and again', () => {
    const role = learnerIn()
    role.receive(announce(3))
    const asked = [1, 2, 3, 4].flatMap(() => {
      role.fire('learnAgain')
      return asks(role)
    })
    expect(asked).toEqual(['n2 for 1 to 3', 'n3 for 1 to 3', 'all for 1 to 3', 'n2 for 1 to 3'])
  })

  test('the only learner asks acceptors alone', () => {
    const role = learnerIn({ nodes: { learner: ['n1'] } })
    role.receive(announce(1))
    for (const _time of [1, 2]) {
      role.fire('learnAgain')
      expect(asks(role)).toEqual(['all for 1 to 1'])
    }
  })

  test('who has answered is asked for more at once, until nothing is missing', () => {
    const role = learnerIn()
    role.receive(announce(5))
    role.fire('learnAgain')
    role.receive(taught('n2', 1, 2))
    expect(given.committed(role.effects)).toBe('1:v1 2:v2')
    expect(asks(role)).toEqual(['n2 for 3 to 5'])
    role.receive(taught('n2', 3, 5))
    expect(asks(role)).toEqual([])
    expect(role.state).toBe('current')
  })

  test('an answer that comes when nothing is missing any more sets nothing going', () => {
    const role = learnerIn()
    role.receive(announce(2))
    role.fire('learnAgain')
    role.receive(chosen(1, 2))
    expect(role.state).toBe('current')
    expect(given.kindsOf(role.receive(taught('n2', 1, 4)))).toEqual(['commit'])
    expect(role.receive(announce(6))).toMatchObject([{ message: { type: 'HeartbeatReply' } }])
    expect(role.state).toBe('behind')
    role.fire('learnAgain')
    expect(asks(role)).toEqual(['n2 for 5 to 6'])
  })

  test('a learner gives what it has, as much as messages carry, and what it does not know it leaves unanswered', () => {
    const role = learnerIn({ limits: { entriesMax: 2 } })
    role.receive(chosen(1, 3))
    role.receive(chosen(5, 6))
    role.receive(said.learn('n2', { first: 1, through: 9 }))
    expect(given.sent(role.effects)).toEqual([
      { type: 'Chosen', entries: entries(1, 2), answeredBy: '', more: true, to: 'n2' },
      { type: 'Chosen', entries: entries(3, 3), answeredBy: '', to: 'n2' },
    ])
    role.receive(said.learn('n2', { first: 3, through: 9 }))
    expect(given.sent(role.effects)).toMatchObject([{ entries: [{ index: 3 }] }])
    expect(role.receive(said.learn('n2', { first: 4, through: 9 }))).toEqual([])
  })

  test('one answer has so many messages; the next is asked for when the last of it has come', () => {
    const peer = learnerIn({ limits: { entriesMax: 1 } })
    peer.receive(chosen(1, 40))
    const role = learnerIn()
    role.receive(announce(40))
    role.fire('learnAgain')
    const answers: number[] = []
    for (let question = given.sentOf(role.effects, 'Learn')[0]; question; ) {
      const { to: _, ...learn } = question
      peer.receive(said.learn('n1', learn))
      const messages = given.sentOf(peer.effects, 'Chosen')
      answers.push(messages.length)
      question = undefined
      for (const { to: _, ...message } of messages) {
        expect(question).toBeUndefined()
        role.receive(said.taught('n2', message))
        question = given.sentOf(role.effects, 'Learn')[0]
      }
    }
    expect(answers).toEqual([16, 16, 8])
    expect(role.state).toBe('current')
  })
})

describe('2.3: a learner that hears no distinguished proposer may miss what was chosen, and not know it', () => {
  test('it asks each other learner in turn; who hears one asks nobody', () => {
    const role = learnerIn()
    role.receive(announce(0))
    role.fire('silence')
    expect(asks(role)).toEqual([])
    const asked = [1, 2, 3].flatMap(() => {
      role.fire('silence')
      return asks(role)
    })
    expect(asked).toEqual(['n2 for 1 to 0', 'n3 for 1 to 0', 'n2 for 1 to 0'])
    role.receive(announce(0))
    role.fire('silence')
    expect(asks(role)).toEqual([])
    expect(role.state).toBe('current')
  })

  test('who knows more is asked for more at once, until it has no more', () => {
    const peer = learnerIn({ limits: { entriesMax: 1 } })
    peer.receive(chosen(1, 20))
    const role = learnerIn()
    role.fire('silence')
    for (let question = given.sentOf(role.effects, 'Learn')[0]; question; ) {
      const { to: _, ...learn } = question
      peer.receive(said.learn('n1', learn))
      question = undefined
      for (const { to: _, ...message } of given.sentOf(peer.effects, 'Chosen')) {
        role.receive(said.taught('n2', message))
        question = given.sentOf(role.effects, 'Learn')[0]
      }
    }
    expect([role.state, role.context.chosenThrough]).toEqual(['current', 20])
  })

  test('who has only a snapshot left of it sends that', () => {
    const snapshot = given.snapshotAt(5, 10)
    const role = learnerIn()
    role.fire('silence')
    expect(role.receive(given.pieceOf(snapshot, 4, 4))).toEqual([])
    role.receive(given.pieceOf(snapshot, 0, 4))
    expect([role.state, role.context.announced]).toEqual(['behind', 5])
    expect(asks(role)).toEqual(['n2 for 1 to 5'])
    role.receive(given.pieceOf(snapshot, 4, 4))
    role.receive(given.pieceOf(snapshot, 8, 4))
    expect([role.state, role.context.chosenThrough]).toEqual(['current', 5])
  })

  test('the only learner has nobody to ask: acceptors do not know what is chosen', () => {
    const role = learnerIn({ nodes: { learner: ['n1'] } })
    expect(role.fire('silence')).toEqual([])
    expect(role.context.turn).toBeUndefined()
  })
})

describe('2.3: "The learner could ask the acceptors what proposals they have accepted": the highest ballot of a phase-1 quorum, for slots that are chosen', () => {
  /** One that has asked the acceptors, all other learners being silent. */
  function asking(chosenThrough = 3, place: given.Place = {}) {
    const role = learnerIn({ nodes: { learner: ['n1'] }, ...place })
    role.receive(announce(chosenThrough))
    role.fire('learnAgain')
    return role
  }
  const report = (from: string, slots: ReturnType<typeof entries>, through = 3, first = 1) =>
    said.report(from, { first, through, entries: slots })

  test('one acceptor is no quorum; two of three are', () => {
    const role = asking()
    expect(role.receive(report('n1', entries(1, 3)))).toEqual([])
    expect(role.receive(report('n1', entries(1, 3)))).toEqual([])
    const effects = role.receive(report('n3', entries(1, 3)))
    expect(given.committed(effects)).toBe('1:v1 2:v2 3:v3')
    expect(role.state).toBe('current')
  })

  test('of each slot the value of the highest ballot, whoever names it', () => {
    const role = asking()
    const [low, high] = [ballot(1), ballot(2, 'n2')]
    role.receive(report('n1', [entry(1, low, 'a'), entry(2, high, 'b'), entry(3, low, 'old')]))
    role.receive(report('n2', [entry(2, low, 'old'), entry(3, high, 'c')]))
    expect(given.committed(role.effects)).toBe('1:a 2:b 3:c')
  })

  test('it takes nothing beyond what the shortest answer covers, and asks for the rest', () => {
    const role = asking(5)
    role.receive(report('n1', entries(1, 5), 5))
    role.receive(report('n2', entries(1, 2), 2))
    expect(given.committed(role.effects)).toBe('1:v1 2:v2')
    expect(asks(role)).toEqual(['all for 3 to 5'])
  })

  test('an answer to what it no longer asks is ignored', () => {
    const role = asking()
    role.receive(chosen(1, 1))
    for (const node of ['n1', 'n2', 'n3']) expect(role.receive(report(node, entries(1, 3)))).toEqual([])
  })

  test('an answer counts also when it comes in the turn of another: on a slow link none comes in its own', () => {
    const role = learnerIn()
    role.receive(announce(3))
    for (let turn = 0; turn < 3; turn++) role.fire('learnAgain')
    expect(asks(role)).toEqual(['all for 1 to 3'])
    role.receive(report('n1', entries(1, 3)))
    role.fire('learnAgain')
    expect(asks(role)).toEqual(['n2 for 1 to 3'])
    expect(given.committed(role.receive(report('n2', entries(1, 3))))).toBe('1:v1 2:v2 3:v3')
  })

  test('flexible quorums: what a phase-2 quorum reports may leave out what was chosen, a phase-1 quorum is asked', () => {
    const acceptor = ['n1', 'n2', 'n3', 'n4', 'n5']
    const [small, large] = [atLeast(2, acceptor), atLeast(4, acceptor)]
    /** Accepted by the first ones in a ballot that came to nothing, and chosen in another by the rest. */
    const learn = (quorums: PhaseQuorums, olds: number) => {
      const role = learnerIn({ nodes: { acceptor, learner: ['n1'] }, quorums })
      role.receive(announce(1))
      role.fire('learnAgain')
      const value = (place: number) => (place < olds ? entry(1, ballot(1), 'old') : entry(1, ballot(2), 'new'))
      const reports = acceptor.map((node, place) => report(node, [value(place)], 1))
      return reports.map((said) => given.committed(role.receive(said)))
    }
    expect(learn(flexible({ phase1: large, phase2: small }), 3)).toEqual(['', '', '', '1:new', ''])
    expect(learn(flexible({ phase1: small, phase2: large }), 1)).toEqual(['', '1:new', '', '', ''])
  })

  test('where nobody has accepted anything, it waits: who did is still to answer', () => {
    const role = asking()
    role.receive(report('n1', [entry(1), entry(3)]))
    role.receive(report('n2', [entry(1)]))
    expect(given.committed(role.effects)).toBe('1:v1')
    role.receive(report('n1', [entry(3)], 3, 2))
    role.receive(report('n2', [], 3, 2))
    expect(given.kindsOf(role.effects)).toEqual([])
    role.receive(report('n3', entries(2, 3), 3, 2))
    expect(given.committed(role.effects)).toBe('2:v2 3:v3')
  })
})

describe('snapshots', () => {
  const snapshot = given.snapshotAt(5, 10)

  /** One that has asked n2 for what is older than n2's log. */
  function asking(situation: Parameters<typeof given.learnerIn>[0] = {}) {
    const role = learnerIn(situation)
    role.receive(announce(7))
    role.fire('learnAgain')
    return role
  }

  test('its own goes to the disk, and the log keeps a few entries before it', () => {
    const role = learnerIn({ limits: { entriesKept: 2 } })
    role.receive(chosen(1, 8))
    const own: Snapshot = { last: { index: 6, term: termOf(ballot(1)) }, bytes: noBytes }
    expect(role.tell({ type: 'snapshot.taken', snapshot: own })).toEqual([{ type: 'install', snapshot: own }])
    expect(given.drawn(role.context.log)).toBe('5:v5 6:v6 7:v7 8:v8')
    expect(role.tell({ type: 'snapshot.taken', snapshot: given.snapshotAt(5) })).toEqual([])
    expect(role.tell({ type: 'snapshot.taken', snapshot: given.snapshotAt(9) })).toEqual([])
  })

  test('what the disk holds is told to whoever leads, so that acceptors may forget it', () => {
    const role = learnerIn({ snapshot })
    role.receive(chosen(6, 8))
    role.receive(said.heartbeat('n2', { ballot: ballot(2, 'n2') }))
    expect(given.sent(role.effects)).toEqual([
      { type: 'HeartbeatReply', ballot: ballot(2, 'n2'), snapshotThrough: 5, to: 'n2' },
    ])
  })

  test('it restarts from its snapshot, and learns what was chosen since', () => {
    const role = learnerIn({ snapshot })
    expect(role.context).toMatchObject({ chosenThrough: 5, announced: 5 })
    role.receive(announce(7))
    role.fire('learnAgain')
    expect(asks(role)).toEqual(['n2 for 6 to 7'])
    expect(given.committed(role.receive(taught('n2', 6, 7)))).toBe('6:v6 7:v7')
  })

  test('who asks for what was compacted away gets pieces of the snapshot', () => {
    const role = learnerIn({ snapshot, limits: { bytesMax: 4 } })
    const { index, term } = snapshot.last
    const ask = (offset: number, of = snapshot.last) => {
      role.receive(said.learn('n2', { first: 3, through: 9, snapshotIndex: of.index, snapshotTerm: of.term, offset }))
      return given.sentOf(role.effects, 'InstallSnapshot')[0]
    }
    const part = (offset: number, data: readonly number[]) =>
      ({ lastIndex: index, lastTerm: term, offset, data: Uint8Array.from(data), size: 10, to: 'n2' }) as const
    expect(ask(0)).toMatchObject(part(0, [0, 1, 2, 3]))
    expect(ask(4)).toMatchObject(part(4, [4, 5, 6, 7]))
    expect(ask(8)).toMatchObject(part(8, [8, 9]))
    // Of another snapshot, or beyond this one: from its beginning, or nothing more.
    expect(ask(4, { index: 4, term })).toMatchObject(part(0, [0, 1, 2, 3]))
    expect(ask(99)).toMatchObject(part(10, []))
  })

  describe('a snapshot that somebody has begun with', () => {
    const limits = { bytesMax: 4, entriesKept: 1 }
    /** It has chosen so many slots, and takes a snapshot of them. */
    const advance = (role: Role, through: number) => {
      role.receive(chosen(role.context.chosenThrough + 1, through))
      role.tell({ type: 'snapshot.taken', snapshot: given.snapshotAt(through) })
    }
    const piecesOf = (role: Role, from: string, offset: number, { index, term } = snapshot.last) => {
      role.receive(said.learn(from, { first: 3, through: 9, snapshotIndex: index, snapshotTerm: term, offset }))
      return given.sentOf(role.effects, 'InstallSnapshot').map((piece) => `${piece.lastIndex} at ${piece.offset}`)
    }

    test('is sent to its end, also after newer ones were taken', () => {
      const role = learnerIn({ snapshot, limits })
      expect(piecesOf(role, 'n2', 0)).toEqual(['5 at 0', '5 at 4', '5 at 8'])
      advance(role, 7)
      expect(piecesOf(role, 'n2', 4)).toEqual(['5 at 4', '5 at 8'])
      // Whoever begins is sent the latest.
      expect(piecesOf(role, 'n3', 0, origin)[0]).toBe('7 at 0')
      advance(role, 9)
      expect(piecesOf(role, 'n2', 8)).toEqual(['5 at 8'])
      expect(piecesOf(role, 'n3', 4, given.snapshotAt(7).last)[0]).toBe('7 at 4')
    })

    test('is sent also when a question of before comes late, which names none or another', () => {
      const role = learnerIn({ snapshot, limits })
      piecesOf(role, 'n2', 0)
      advance(role, 9)
      expect(piecesOf(role, 'n2', 0, origin)[0]).toBe('5 at 0')
      expect(piecesOf(role, 'n2', 4, given.snapshotAt(4).last)[0]).toBe('5 at 0')
      expect(piecesOf(role, 'n2', 4)[0]).toBe('5 at 4')
    })

    test('is kept no longer after many heartbeats without a question', () => {
      const role = learnerIn({ snapshot, limits })
      piecesOf(role, 'n2', 0)
      advance(role, 9)
      for (let heartbeat = 0; heartbeat < 63; heartbeat++) role.receive(announce(9))
      expect(piecesOf(role, 'n2', 4)[0]).toBe('5 at 4')
      for (let heartbeat = 0; heartbeat < 64; heartbeat++) role.receive(announce(9))
      expect(role.context.loans).toEqual({})
      expect(piecesOf(role, 'n2', 4)[0]).toBe('9 at 0')
    })

    test('is followed by what was chosen since: that is kept, within bounds', () => {
      const role = learnerIn({ snapshot, limits })
      piecesOf(role, 'n2', 0)
      advance(role, 7)
      advance(role, 9)
      role.receive(said.learn('n2', { first: 6, through: 9 }))
      expect(given.sentOf(role.effects, 'Chosen').flatMap((message) => message.entries)).toEqual(entries(6, 9))
      const bounded = learnerIn({ snapshot, limits: { ...limits, entriesAheadMax: 2 } })
      piecesOf(bounded, 'n2', 0)
      advance(bounded, 7)
      advance(bounded, 9)
      expect(bounded.context.log.base.index).toBe(7)
    })
  })

  test('without a snapshot that reaches so far it does not answer', () => {
    const role = learnerIn({ snapshot })
    expect(role.receive(said.learn('n2', { first: 6, through: 9 }))).toEqual([])
  })

  test('the pieces are asked for one after the other, and the whole is on the disk before the state machine continues from it', () => {
    const role = asking()
    role.receive(given.pieceOf(snapshot, 0, 4))
    expect(given.kindsOf(role.effects)).toEqual(['stage', 'Learn->n2'])
    expect(given.sent(role.effects)).toEqual([
      {
        type: 'Learn',
        first: 1,
        through: 7,
        snapshotIndex: 5,
        snapshotTerm: snapshot.last.term,
        offset: 4,
        to: 'n2',
      },
    ])
    role.receive(given.pieceOf(snapshot, 4, 4))
    role.receive(given.pieceOf(snapshot, 8, 4))
    expect(given.kindsOf(role.effects)).toEqual(['stage', 'install', 'restore', 'Learn->n2'])
    for (const type of ['install', 'restore'] as const)
      expect(given.effectsOf(role.effects, type).map((effect) => given.inOnePlace(effect.snapshot))).toEqual([snapshot])
    expect(asks(role)).toEqual(['n2 for 6 to 7'])
    expect(role.context).toMatchObject({ chosenThrough: 5, incoming: undefined })
    expect(role.context.snapshot?.last).toEqual(snapshot.last)
    expect(role.context.log.base).toEqual(snapshot.last)
  })

  test('what waited behind it follows at once', () => {
    const role = asking()
    for (const message of [chosen(3, 4), chosen(5, 6), chosen(7, 7)]) role.receive(message)
    role.receive(given.pieceOf(snapshot, 0, 10))
    expect(given.kindsOf(role.effects)).toEqual(['stage', 'install', 'restore', 'commit', 'commit'])
    expect(given.committed(role.effects)).toBe('6:v6 7:v7')
    expect(role.state).toBe('current')
  })

  test('a piece that was not asked for is ignored: repeated, from elsewhere, or longer than was announced', () => {
    const role = asking()
    role.receive(given.pieceOf(snapshot, 0, 4))
    const before = role.context.incoming
    const long = { ...given.pieceOf(snapshot, 4, 6), size: 8 }
    for (const piece of [given.pieceOf(snapshot, 0, 4), given.pieceOf(given.snapshotAt(6, 10), 8, 2), long])
      expect(role.receive(piece)).toEqual([])
    expect(role.context).toMatchObject({ incoming: before, pieces: [] })
  })

  test('pieces may come in another order: those that came early wait, each once, and as many as an answer has', () => {
    const role = asking()
    const more = (piece: ReturnType<typeof given.pieceOf>) => ({ ...piece, more: true })
    role.receive(more(given.pieceOf(snapshot, 0, 2)))
    for (const offset of [6, 4, 6]) expect(role.receive(more(given.pieceOf(snapshot, offset, 2)))).toEqual([])
    expect(role.context.pieces.map(({ offset }) => offset)).toEqual([6, 4])
    // The end of the answer has more asked for.
    role.receive(given.pieceOf(snapshot, 8, 2))
    expect(given.sentOf(role.effects, 'Learn')).toMatchObject([{ to: 'n2', offset: 2 }])
    role.receive(more(given.pieceOf(snapshot, 2, 2)))
    expect(given.kindsOf(role.effects)).toEqual(['stage', 'stage', 'stage', 'stage', 'install', 'restore', 'Learn->n2'])
    expect(given.effectsOf(role.effects, 'install').map((effect) => given.inOnePlace(effect.snapshot))).toEqual([
      snapshot,
    ])
    expect(role.context.pieces).toEqual([])
  })

  test('another snapshot takes the place of the one that was arriving', () => {
    const role = asking()
    role.receive(given.pieceOf(snapshot, 0, 4))
    const newer = given.snapshotAt(6, 3)
    role.receive(given.pieceOf(newer, 0, 3))
    const [installed] = given.effectsOf(role.effects, 'install')
    expect(installed && given.inOnePlace(installed.snapshot)).toEqual(newer)
    expect(role.context.chosenThrough).toBe(6)
  })

  test('a piece that was lost is asked for again, before another learner is asked for a snapshot of its own', () => {
    const role = asking()
    role.receive(given.pieceOf(snapshot, 0, 4))
    const offsets = [1, 2, 3, 4].map(() => {
      role.fire('learnAgain')
      const [learn] = given.sentOf(role.effects, 'Learn')
      return `${learn?.to} at ${learn?.offset}`
    })
    expect(offsets).toEqual(['n2 at 4', 'n2 at 4', 'n2 at 4', 'n3 at 0'])
    expect(role.context.incoming).toBeUndefined()
  })

  test('each piece that comes is worth as much patience as the first', () => {
    const role = asking()
    for (const offset of [0, 2, 4, 6]) {
      role.receive(given.pieceOf(snapshot, offset, 2))
      for (const _time of [1, 2]) {
        role.fire('learnAgain')
        expect(given.sentOf(role.effects, 'Learn')).toMatchObject([{ to: 'n2', offset: offset + 2 }])
      }
    }
  })

  test('all pieces are of the learner whose first piece came: another one may write the same state in other bytes', () => {
    const role = learnerIn()
    const [first, rest] = [given.pieceOf(snapshot, 0, 4), given.pieceOf(snapshot, 4, 6)]
    const from = (node: string, piece: typeof first) => ({ ...piece, from: given.at('learner', node) })
    role.receive(announce(7))
    expect(role.receive(first)).toEqual([])
    role.fire('learnAgain')
    role.receive(from('n3', first))
    expect(asks(role)).toEqual(['n3 for 1 to 7'])
    expect(role.receive(first)).toEqual([])
    expect(role.receive(rest)).toEqual([])
    for (let time = 0; time < 4; time++) role.fire('learnAgain')
    expect(asks(role)).toEqual(['all for 1 to 7'])
    expect(role.receive(from('n3', rest))).toEqual([])
    role.receive(first)
    expect(asks(role)).toEqual(['n2 for 1 to 7'])
    expect(given.kindsOf(role.receive(rest))).toEqual(['stage', 'install', 'restore', 'Learn->n2'])
  })

  test('a snapshot comes through although each piece takes longer than the turn of the learner that sends it', () => {
    const role = asking()
    role.fire('learnAgain')
    role.fire('learnAgain')
    role.receive(given.pieceOf(snapshot, 0, 4))
    expect(asks(role)).toEqual(['n2 for 1 to 7'])
    role.fire('learnAgain')
    role.fire('learnAgain')
    expect(given.kindsOf(role.receive(given.pieceOf(snapshot, 4, 6)))).toContain('restore')
  })

  test('pieces of two learners never come together, also when one answers with values in between', () => {
    const role = asking()
    role.receive(given.pieceOf(snapshot, 0, 4))
    role.receive(taught('n3', 1, 1))
    expect(asks(role)).toEqual(['n3 for 2 to 7'])
    expect(role.receive(given.pieceOf(snapshot, 4, 6, 'n3'))).toEqual([])
    expect(role.context.incoming).toBeUndefined()
  })

  test('acceptors that answer late, while a snapshot arrives, are asked for more', () => {
    const role = learnerIn()
    role.receive(announce(7))
    for (let turn = 0; turn < 3; turn++) role.fire('learnAgain')
    expect(asks(role)).toEqual(['all for 1 to 7'])
    role.receive(given.pieceOf(snapshot, 0, 4))
    for (const node of ['n1', 'n2']) role.receive(said.report(node, { first: 1, through: 2, entries: entries(1, 2) }))
    expect(asks(role)).toEqual(['all for 3 to 7'])
    role.fire('learnAgain')
    expect(asks(role)).toEqual(['n2 for 3 to 7'])
  })

  test('who gets no answer of any it asks waits twice as long, up to 32 times, and half as long when one comes', () => {
    const role = asking()
    const doublings = () => role.context.doublings
    expect(doublings()).toBe(0)
    for (const expected of [1, 2, 3, 4, 5, 5]) {
      const before = doublings()
      // Two other learners, and the acceptors: it waits no longer for one of them because another one says nothing.
      for (let asked = 0; asked < 2; asked++) role.fire('learnAgain')
      expect(doublings()).toBe(before)
      role.fire('learnAgain')
      expect(doublings()).toBe(expected)
    }
    role.receive(given.pieceOf(snapshot, 0, 4))
    expect(doublings()).toBe(4)
    role.receive(chosen(1, 7))
    expect(doublings()).toBe(0)
  })

  test('an empty piece brings no new question with it: nobody would ever stop', () => {
    const role = asking()
    expect(role.receive(given.pieceOf(snapshot, 0, 0))).toEqual([])
  })

  test('one that reaches no further than what is known is ignored', () => {
    const role = asking()
    role.receive(chosen(1, 5))
    expect(role.receive(given.pieceOf(snapshot, 0, 10))).toEqual([])
    role.receive(chosen(6, 7))
    expect(role.state).toBe('current')
    expect(role.receive(given.pieceOf(given.snapshotAt(9), 0, 10))).toEqual([])
  })
})
