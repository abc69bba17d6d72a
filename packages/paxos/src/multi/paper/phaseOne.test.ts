import { atLeast, type Entry, flexible, noopAt, sizeOf } from '@quorate/core'
import { drive, Stage } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { roundMax, termOf } from '../../ballot.js'
import { multiPaxosProposer } from '../../index.js'
import { groupOf } from '../history.test.fixture.js'
import { preparing } from '../proposer/preparing.js'
import { isPrompt, patienceOf } from '../proposer/state.js'
import * as given from '../role.test.fixture.js'

/** Lamport, "Paxos Made Simple" (2001), sections 2.2, 2.5 and 3: how a proposer becomes the distinguished one. */

const { said, ballot, entry, entries } = given

const standbyIn = (situation: Parameters<typeof given.proposerIn>[0] = {}) =>
  drive(multiPaxosProposer, given.proposerIn(situation))
const five = ['a1', 'a2', 'a3', 'a4', 'a5']

describe('2.4: "a distinguished proposer must be selected as the only one to try issuing proposals"', () => {
  test('a proposer that hears one does not stand; it remembers whom to refer clients to', () => {
    const role = standbyIn()
    role.receive(said.heartbeat('n2', { ballot: ballot(4, 'n2'), chosenThrough: 7 }))
    expect(role.snapshot.role).toBe('standby')
    expect(role.context).toMatchObject({ leader: 'n2', leaderBallot: ballot(4, 'n2'), chosenThrough: 7, round: 4 })
    expect(role.tell(given.proposed('a'))).toEqual([{ type: 'refuse', request: 1, reason: 'notLeader', leader: 'n2' }])
    expect(role.tell(given.read(3))).toEqual([{ type: 'refuse', request: 3, reason: 'notLeader', leader: 'n2' }])
  })

  test('one that another has replaced is not listened to', () => {
    const role = standbyIn()
    role.receive(said.heartbeat('n2', { ballot: ballot(4, 'n2') }))
    const before = role.snapshot
    role.receive(said.heartbeat('n3', { ballot: ballot(3, 'n3'), chosenThrough: 9 }))
    role.receive(said.heartbeat('n3', { ballot: ballot(0, 'n3') }))
    role.receive(said.heartbeat('n3', { ballot: ballot(roundMax + 1, 'n3') }))
    expect(role.snapshot).toBe(before)
  })

  test('a proposer that hears none stands, and no longer refers to anybody', () => {
    const role = standbyIn()
    expect(role.tell(given.proposed('a'))).toEqual([{ type: 'refuse', request: 1, reason: 'notLeader' }])
    role.receive(said.heartbeat('n2', { ballot: ballot(4, 'n2') }))
    role.fire('electionTimeout')
    expect(role.snapshot.role).toBe('preparing')
    expect(role.tell(given.proposed('a'))).toEqual([{ type: 'refuse', request: 1, reason: 'notLeader' }])
    expect(role.tell(given.read(2))).toEqual([{ type: 'refuse', request: 2, reason: 'notLeader' }])
  })

  test('batchers are refused by whoever does not lead', () => {
    const standby = standbyIn()
    for (const role of [standby, given.preparingIn()]) {
      expect(given.sent(role.receive(said.batch('b1', { number: 3 })))).toEqual([
        { type: 'BatchReply', number: 3, taken: false, to: 'b1' },
      ])
      expect(given.sent(role.receive(said.readIndex('b1', { request: 4 })))).toEqual([
        { type: 'ReadIndexReply', request: 4, readable: false, index: 0, to: 'b1' },
      ])
    }
  })

  test('answers to ballots of before change nothing', () => {
    const role = standbyIn()
    const before = role.snapshot
    for (const message of [
      said.promise('n2'),
      said.accepted('n2'),
      said.nack('n2', { promised: ballot(9, 'n2') }),
      said.relayed('n2'),
      said.heartbeatReply('learner', 'n2'),
    ])
      expect(role.receive(message)).toEqual([])
    expect(role.snapshot).toBe(before)
  })
})

describe('2.5: "Each proposer remembers (in stable storage) the highest-numbered proposal it has tried to issue and begins phase 1 with a higher proposal number"', () => {
  test('the round is written before anybody is asked', () => {
    const role = standbyIn({ round: 6 })
    role.fire('electionTimeout')
    expect(given.kindsOf(role.effects)).toEqual(['persist', 'Prepare->all'])
    expect(given.effectsOf(role.effects, 'persist')).toEqual([{ type: 'persist', record: { round: 7 } }])
    expect(given.sentOf(role.effects, 'Prepare')).toMatchObject([{ ballot: ballot(7), first: 1 }])
  })

  test('no Prepare leaves before its round is on the disk, and a restart begins behind it', () => {
    const stage = new Stage(groupOf())
    const proposer = stage.actor('proposer', 'n1')
    const rounds = () =>
      stage.packets.flatMap(({ message }) => ('ballot' in message ? [(message.ballot as { round: number }).round] : []))
    proposer.fire('electionTimeout')
    proposer.beginWrite()
    expect(stage.packets).toEqual([])
    // Nothing was said in round 1, so that it may be used.
    proposer.crash()
    proposer.start()
    proposer.fire('electionTimeout')
    proposer.beginWrite()
    proposer.finishWrite()
    expect(rounds()).toEqual([1, 1, 1])
    stage.packets = []
    proposer.crash()
    proposer.start()
    proposer.fire('electionTimeout')
    expect(stage.packets).toEqual([])
    proposer.beginWrite()
    proposer.finishWrite()
    expect(rounds()).toEqual([2, 2, 2])
  })

  test('a proposer whose disk lost its last write leaves out every round that may have been on it', () => {
    const [sound, doubtful] = [standbyIn({ round: 6 }), standbyIn({ round: 6, doubtful: true })]
    expect(doubtful.context.round).toBeGreaterThan(sound.context.round + 100_000)
    // They are on the disk before anything else, or the next damage could bring one of them back.
    expect(doubtful.effects).toEqual([{ type: 'persist', record: { round: doubtful.context.round } }])
    doubtful.fire('electionTimeout')
    expect(termOf({ round: doubtful.context.round, node: 'n1' })).toBeLessThan(Number.MAX_SAFE_INTEGER)
  })

  test('higher than every number that stood in its way', () => {
    const role = given.preparingIn()
    role.receive(said.nack('n2', { ballot: ballot(1), promised: ballot(8, 'n3') }))
    expect(role.snapshot.role).toBe('standby')
    role.fire('electionTimeout')
    expect(given.effectsOf(role.effects, 'persist')).toEqual([{ type: 'persist', record: { round: 9 } }])
  })
})

describe('3: one phase 1 for all slots', () => {
  test('it is asked of all acceptors, for every slot that is not known to be chosen', () => {
    const role = standbyIn()
    role.receive(said.heartbeat('n2', { ballot: ballot(4, 'n2'), chosenThrough: 7 }))
    role.fire('electionTimeout')
    expect(given.sentOf(role.effects, 'Prepare')).toEqual([{ type: 'Prepare', ballot: ballot(5), first: 8, to: 'all' }])
  })

  test('a quorum of promises makes it lead; nothing is proposed before', () => {
    const role = given.preparingIn({ nodes: { acceptor: five } })
    for (const node of ['a1', 'a2']) expect(role.receive(said.promise(node))).toEqual([])
    expect(role.snapshot.role).toBe('preparing')
    role.receive(said.promise('a5'))
    expect(role.snapshot.role).toBe('leading')
  })

  test('the quorum is one of phase 1', () => {
    const quorums = flexible({ phase1: atLeast(4, five), phase2: atLeast(2, five) })
    const role = given.preparingIn({ nodes: { acceptor: five }, quorums })
    for (const node of ['a1', 'a2', 'a3']) role.receive(said.promise(node))
    expect(role.snapshot.role).toBe('preparing')
    role.receive(said.promise('a4'))
    expect(role.snapshot.role).toBe('leading')
  })

  test('a promise counts once, in its own ballot, and of an acceptor', () => {
    const role = given.preparingIn()
    role.receive(said.promise('n2'))
    const before = role.snapshot
    for (const message of [
      said.promise('n2'),
      said.promise('n9'),
      said.promise('n3', { ballot: ballot(2) }),
      said.promise('n3', { ballot: ballot(1, 'n2') }),
      // Slots are missing that nobody says are chosen.
      said.promise('n3', { first: 3, through: 4, last: 4, entries: entries(3, 4) }),
    ])
      expect(role.receive(message)).toEqual([])
    expect(role.snapshot).toBe(before)
    // The same slots are missing, but this acceptor knows them to be chosen.
    role.receive(said.promise('n3', { first: 3, through: 4, last: 4, chosenThrough: 2, entries: [entry(4)] }))
    expect(role.snapshot.role).toBe('leading')
    expect(role.context.chosenThrough).toBe(2)
  })

  test('a long promise comes in pieces, each asked for when the one before has come; only the whole one counts', () => {
    const role = given.preparingIn({ nodes: { acceptor: five } })
    role.receive(said.promise('a1'))
    role.receive(said.promise('a2'))
    const piece = (first: number, through: number) =>
      role.receive(said.promise('a3', { first, through, last: 5, entries: entries(first, through) }))
    expect(given.sent(piece(1, 2))).toEqual([{ type: 'Prepare', ballot: ballot(1), first: 3, to: 'a3' }])
    // It had been asked twice: the second answer sets nothing going.
    expect(piece(1, 2)).toEqual([])
    expect(given.sent(piece(3, 4))).toEqual([{ type: 'Prepare', ballot: ballot(1), first: 5, to: 'a3' }])
    for (const first of [1, 3]) expect(piece(first, first + 1)).toEqual([])
    expect(role.snapshot.role).toBe('preparing')
    piece(5, 5)
    expect(role.snapshot.role).toBe('leading')
    expect(given.drawn(given.acceptsOf(role.effects)[0]?.entries ?? [])).toBe('1:v1 2:v2 3:v3 4:v4 5:v5')
  })

  test('who has not answered is asked again, for what is missing; who has said all is left alone, unless pieces are to come', () => {
    const role = given.preparingIn({ nodes: { acceptor: five } })
    expect(given.kindsOf(role.fire('prepareAgain'))).toEqual(['Prepare->all'])
    const asked = () => given.sentOf(role.fire('prepareAgain'), 'Prepare').map(({ to, first }) => `${to} ${first}`)
    role.receive(said.promise('a1'))
    expect(asked()).toEqual(['a2 1', 'a3 1', 'a4 1', 'a5 1'])
    // It is to hear that phase 1 gets on: asked for what lies behind all that was accepted, further with each piece.
    role.receive(said.promise('a2', { through: 2, last: 4, entries: entries(1, 2) }))
    expect(asked()).toEqual(['a1 7', 'a2 3', 'a3 1', 'a4 1', 'a5 1'])
    role.receive(said.promise('a2', { first: 3, through: 3, last: 4, entries: entries(3, 3) }))
    expect(asked()).toEqual(['a1 8', 'a2 4', 'a3 1', 'a4 1', 'a5 1'])
    role.receive(said.promise('a2', { first: 4, through: 4, last: 4, entries: entries(4, 4) }))
    expect(asked()).toEqual(['a3 1', 'a4 1', 'a5 1'])
  })

  test('without a quorum it asks on under the same ballot: answers count whenever they come', () => {
    const role = given.preparingIn()
    role.receive(said.promise('n2'))
    for (let time = 0; time < 30; time++) {
      role.fire('prepareAgain')
      expect(given.sentOf(role.effects, 'Prepare')).toMatchObject([
        { ballot: ballot(1), to: 'n1' },
        { ballot: ballot(1), to: 'n3' },
      ])
    }
    role.receive(said.promise('n3'))
    expect(role.snapshot.role).toBe('leading')
  })

  test('it asks less and less often while nobody answers', () => {
    const timed = preparing.provide({ delays: { prepareAgain: ({ context }) => 100 * 2 ** context.doublings } })
    const role = drive(timed, given.proposerIn())
    const waits = Array.from({ length: 6 }, () => {
      expect(role.effects.filter(({ type }) => type === 'send')).toHaveLength(1)
      const wait = role.timers['prepareAgain']
      role.fire('prepareAgain')
      return wait
    })
    expect(waits).toEqual([100, 200, 400, 800, 1600, 1600])
  })

  test('refused, it stands again soon: twice, and then it waits longer each time', () => {
    const refusal = (round: number) => said.nack('n2', { ballot: ballot(round), promised: ballot(round, 'n3') })
    const role = given.preparingIn()
    const waits = [1, 2, 3, 4, 5, 6].map((round) => {
      role.receive(refusal(round))
      const wait = isPrompt(role.context) ? 'soon' : patienceOf(role.context)
      role.fire('electionTimeout')
      return wait
    })
    expect(waits).toEqual(['soon', 'soon', 1, 2, 4, 4])
    role.receive(said.heartbeat('n2', { ballot: ballot(9, 'n2') }))
    expect(role.context.refusals).toBe(0)
  })

  test('an acceptor that has promised more makes it wait for its turn: two that duel back off', () => {
    const role = given.preparingIn()
    role.receive(said.nack('n2', { ballot: ballot(1, 'n2'), promised: ballot(3, 'n3') }))
    role.receive(said.nack('n2', { ballot: ballot(1), promised: ballot(1) }))
    role.receive(said.nack('n2', { ballot: ballot(1), promised: ballot(roundMax + 1, 'n3') }))
    expect(role.snapshot.role).toBe('preparing')
    expect(role.receive(said.nack('n2', { ballot: ballot(1), promised: ballot(3, 'n3') }))).toEqual([])
    expect(role.snapshot.role).toBe('standby')
    expect(Object.keys(role.timers)).toEqual(['electionTimeout'])
  })

  test('a distinguished proposer that turns out to be alive makes it stand down', () => {
    const role = given.preparingIn()
    role.receive(said.heartbeat('n2', { ballot: ballot(1, 'n2'), chosenThrough: 3 }))
    expect(role.snapshot.role).toBe('standby')
    expect(role.context).toMatchObject({ leader: 'n2', chosenThrough: 3 })
  })
})

describe('2.2, phase 2(a): "where v is the value of the highest-numbered proposal among the responses, or is any value if the responses reported no proposals"', () => {
  const [low, middle, high] = [ballot(1, 'n3'), ballot(2, 'n2'), ballot(3, 'n2')]

  test('of each slot on its own, in the ballot of the new proposer', () => {
    const role = standbyIn({ round: 3 })
    role.fire('electionTimeout')
    role.receive(
      said.promise('n2', {
        ballot: ballot(4),
        through: 3,
        last: 3,
        entries: [entry(1, high, 'a'), entry(2, low, 'old'), entry(3, middle, 'c')],
      }),
    )
    role.receive(
      said.promise('n3', {
        ballot: ballot(4),
        through: 2,
        last: 2,
        entries: [entry(1, middle, 'old'), entry(2, middle, 'b')],
      }),
    )
    const [accept] = given.acceptsOf(role.effects)
    expect(given.drawn(accept?.entries ?? [])).toBe('1:a 2:b 3:c')
    expect(accept?.entries.map(({ term }) => term)).toEqual(Array(3).fill(termOf(ballot(4))))
  })

  test('also where the lesser one comes later', () => {
    const role = standbyIn({ round: 3 })
    role.fire('electionTimeout')
    for (const [node, of, text] of [
      ['n2', high, 'new'],
      ['n3', low, 'old'],
    ] as const)
      role.receive(said.promise(node, { ballot: ballot(4), through: 1, last: 1, entries: [entry(1, of, text)] }))
    expect(given.drawn(given.acceptsOf(role.effects)[0]?.entries ?? [])).toBe('1:new')
  })

  test('3: it fills "the gap immediately by proposing ... a special no-op command that leaves the state unchanged"', () => {
    const role = given.preparingIn()
    role.receive(said.promise('n2', { through: 5, last: 5, entries: [entry(2), entry(5)] }))
    role.receive(said.promise('n3', { through: 2, last: 2 }))
    const [accept] = given.acceptsOf(role.effects)
    expect(given.drawn(accept?.entries ?? [])).toBe('1:noop 2:v2 3:noop 4:noop 5:v5')
  })

  test('what is known to be chosen is not proposed again', () => {
    const role = given.preparingIn()
    role.receive(said.promise('n2', { through: 3, last: 3, entries: entries(1, 3) }))
    role.receive(said.promise('n3', { first: 3, through: 4, last: 4, chosenThrough: 2, entries: [entry(4)] }))
    expect(given.drawn(given.acceptsOf(role.effects)[0]?.entries ?? [])).toBe('3:v3 4:v4')
  })

  test('where nothing was accepted nothing is proposed, until a client asks', () => {
    const role = given.leadingIn()
    expect(given.sentOf(role.effects, 'Accept').map(({ entries: slots }) => slots.length)).toEqual([0])
    role.tell(given.proposed('a', 'b'))
    expect(given.drawn(given.acceptsOf(role.effects)[0]?.entries ?? [])).toBe('1:a 2:b')
  })

  test('what clients ask for comes behind everything that was found', () => {
    const role = given.leadingIn({}, [entry(3)])
    role.tell(given.proposed('a'))
    expect(given.drawn(given.acceptsOf(role.effects)[0]?.entries ?? [])).toBe('4:a')
  })
})

describe('2.1: "a value is chosen when a single proposal with that value has been accepted by a majority of the acceptors"', () => {
  const [low, high] = [ballot(1, 'n3'), ballot(2, 'n2')]

  /** It leads after these acceptors have said what they accepted. */
  const leadingAfter = (
    answers: Readonly<Record<string, { readonly accepted: readonly Entry[]; readonly doubtful?: boolean }>>,
    place: given.Place = {},
  ) => {
    const role = given.preparingIn(place, 3)
    const all = Object.entries(answers).flatMap(([node, { accepted, doubtful = false }]) => {
      const last = accepted.at(-1)?.index ?? 0
      return role.receive(said.promise(node, { ballot: ballot(4), through: last, last, entries: accepted, doubtful }))
    })
    expect(role.snapshot.role).toBe('leading')
    return { role, asked: askedOf(all), told: toldOf(all) }
  }
  type Effects = Parameters<typeof given.sent>[0]
  const askedOf = (effects: Effects) => given.acceptsOf(effects).map(({ entries: slots }) => given.drawn(slots))
  const toldOf = (effects: Effects) => given.sentOf(effects, 'Chosen').map(({ entries: slots }) => given.drawn(slots))

  test('what answers prove to be chosen learners are told, and acceptors are not asked again', () => {
    const accepted = entries(1, 3, low)
    const { role, asked, told } = leadingAfter({ n2: { accepted }, n3: { accepted } })
    expect(told).toEqual(['1:v1 2:v2 3:v3'])
    expect(asked).toEqual([])
    expect(role.context).toMatchObject({ chosenThrough: 3, openBytes: 0, polls: [] })
    role.tell(given.proposed('a'))
    expect(askedOf(role.effects)).toEqual(['4:a'])
  })

  test('slots that are not proven are proposed again, wherever they are', () => {
    const { role, asked, told } = leadingAfter({
      n2: { accepted: [entry(2, low), entry(3, low), entry(4, high), entry(6, low)] },
      n3: { accepted: [entry(2, low), entry(3, low), entry(4, low), entry(6, low)] },
    })
    expect(asked).toEqual(['1:noop', '4:v4 5:noop'])
    expect(told).toEqual(['2:v2 3:v3', '6:v6'])
    expect(role.context).toMatchObject({ chosenThrough: 0, horizon: 6 })
    for (const number of [2, 4])
      for (const node of ['n1', 'n2']) role.receive(said.accepted(node, { ballot: ballot(4), number }))
    expect(role.context).toMatchObject({ chosenThrough: 6, openBytes: 0 })
  })

  test('acceptances of one value in different ballots choose nothing', () => {
    for (const [first, second] of [
      [low, high],
      [high, low],
    ] as const) {
      const { asked, told } = leadingAfter({
        n2: { accepted: [entry(1, first, 'a')] },
        n3: { accepted: [entry(1, second, 'a')] },
      })
      expect({ asked, told }).toEqual({ asked: ['1:a'], told: [] })
    }
  })

  test('an empty slot is accepted in no ballot, however many name it', () => {
    const empty = { ...entry(1), term: 0 }
    const { asked, told } = leadingAfter({ n2: { accepted: [empty] }, n3: { accepted: [empty] } })
    expect({ asked, told }).toEqual({ asked: ['1:noop'], told: [] })
  })

  test('the quorum is one of phase 2', () => {
    const accepted = [entry(1, low)]
    const flexibly = (phase1: number, phase2: number): given.Place => ({
      nodes: { acceptor: five },
      quorums: flexible({ phase1: atLeast(phase1, five), phase2: atLeast(phase2, five) }),
    })
    const few = leadingAfter({ a1: { accepted }, a2: { accepted } }, flexibly(2, 4))
    expect([few.asked, few.told]).toEqual([['1:v1'], []])
    const none = { accepted: [] }
    const many = leadingAfter({ a1: none, a2: { accepted }, a3: none, a4: { accepted } }, flexibly(4, 2))
    expect([many.asked, many.told]).toEqual([[], ['1:v1']])
  })

  test('who lost a write has no vote', () => {
    const accepted = [entry(1, low)]
    const { asked, told } = leadingAfter({
      n3: { accepted, doubtful: true },
      n2: { accepted },
      n1: { accepted: [] },
    })
    expect([asked, told]).toEqual([['1:v1'], []])
  })

  test('who says the same twice has one', () => {
    const role = given.preparingIn({}, 3)
    const piece = { ballot: ballot(4), through: 1, last: 2, entries: [entry(1, low)] }
    for (const fields of [piece, piece, { ...piece, through: 2, entries: [entry(1, low), entry(2, low)] }])
      role.receive(said.promise('n2', fields))
    role.receive(said.promise('n3', { ballot: ballot(4) }))
    expect(askedOf(role.effects)).toEqual(['1:v1 2:v2'])
  })

  test('learners are told of an eighth of what may be open between two heartbeats', () => {
    const accepted = entries(1, 8, low)
    const [one] = accepted
    const limits = { entriesMax: 2, openBytesMax: 8 * 4 * sizeOf(one ?? noopAt({ index: 1, term: 1 })) }
    const { role, told } = leadingAfter({ n2: { accepted }, n3: { accepted } }, { limits })
    expect(told).toEqual(['1:v1 2:v2', '3:v3 4:v4'])
    expect(role.context).toMatchObject({ chosenThrough: 4 })
    role.fire('heartbeat')
    expect(toldOf(role.effects)).toEqual(['5:v5 6:v6', '7:v7 8:v8'])
    expect(role.context).toMatchObject({ chosenThrough: 8 })
  })
})
