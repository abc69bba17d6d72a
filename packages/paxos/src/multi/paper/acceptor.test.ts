import { noBytes } from '@quorate/core'
import { type Driven, drive } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { noBallot, roundMax, termOf } from '../../ballot.js'
import { multiPaxosAcceptor } from '../../index.js'
import { type AcceptorRecord, recoverAcceptor } from '../acceptor/state.js'
import { groupOf } from '../history.test.fixture.js'
import * as given from '../role.test.fixture.js'

/** Lamport, "Paxos Made Simple" (2001), sections 2.2, 2.3 and 3: the acceptor, whose one promise holds for all slots. */

const { said, ballot, entry, entries } = given

const acceptorIn = (situation: given.AcceptorSituation = {}) => drive(multiPaxosAcceptor, given.acceptorIn(situation))
type Role = Driven<typeof multiPaxosAcceptor>

const promiseOf = (role: Role) => given.sentOf(role.effects, 'Promise')[0]
const held = (role: Role) => given.drawn(role.context.log)

/** Accepts of n1 in round 1, unless told otherwise. */
const accept = (slots: ReturnType<typeof entries>, fields: Parameters<typeof said.accept>[1] = {}) =>
  said.accept((fields.ballot ?? ballot(1)).node, { entries: slots, ...fields })

describe('2.2, phase 1(b): "If an acceptor receives a prepare request with number n greater than that of any prepare request to which it has already responded, then it responds"', () => {
  test('with a promise that is on the disk before it is told', () => {
    const role = acceptorIn()
    role.receive(said.prepare('n2', { ballot: ballot(3, 'n2') }))
    expect(given.kindsOf(role.effects)).toEqual(['persist', 'Promise->n2'])
    expect(given.effectsOf(role.effects, 'persist')[0]?.record).toEqual({
      promised: ballot(3, 'n2'),
      doubtful: false,
      doubt: 0,
      doubtedThrough: 0,
      chosenThrough: 0,
    })
  })

  test('"and with the highest-numbered proposal (if any) that it has accepted", of each slot from the one asked about', () => {
    const role = acceptorIn({ promised: ballot(2), accepted: [...entries(1, 2), ...entries(3, 4, ballot(2))] })
    role.receive(said.prepare('n2', { ballot: ballot(3, 'n2'), first: 2 }))
    expect(promiseOf(role)).toMatchObject({ ballot: ballot(3, 'n2'), first: 2, through: 4, last: 4, chosenThrough: 0 })
    expect(promiseOf(role)?.entries).toEqual([entry(2), ...entries(3, 4, ballot(2))])
  })

  test('one promise for all slots: also an Accept of an older ballot for a slot that nobody asked about is refused', () => {
    const role = acceptorIn()
    role.receive(said.prepare('n2', { ballot: ballot(3, 'n2'), first: 9 }))
    role.receive(accept(entries(1, 1, ballot(2)), { ballot: ballot(2) }))
    expect(given.kindsOf(role.effects)).toEqual(['Nack->n1'])
  })

  test('asked again it gives the same answer, and writes nothing again', () => {
    const role = acceptorIn({ accepted: entries(1, 2) })
    role.receive(said.prepare('n2', { ballot: ballot(3, 'n2') }))
    const first = promiseOf(role)
    role.receive(said.prepare('n2', { ballot: ballot(3, 'n2') }))
    expect(given.kindsOf(role.effects)).toEqual(['Promise->n2'])
    expect(promiseOf(role)).toEqual(first)
  })

  test('of two ballots of one round the nodes decide, and the lesser is refused with the greater', () => {
    const [less, greater] = ['n1', 'n2'].map((node) => ballot(4, node)).sort((a, b) => termOf(a) - termOf(b))
    if (!less || !greater) throw new RangeError('two were given')
    const role = acceptorIn({ promised: greater })
    role.receive(said.prepare(less.node, { ballot: less }))
    expect(given.sent(role.effects)).toEqual([{ type: 'Nack', ballot: less, promised: greater, to: less.node }])
    expect(role.context.promised).toEqual(greater)
  })

  test('a refusal says which promise forbids it', () => {
    const role = acceptorIn({ promised: ballot(5, 'n3') })
    role.receive(said.prepare('n2', { ballot: ballot(4, 'n2') }))
    expect(given.sent(role.effects)).toEqual([
      { type: 'Nack', ballot: ballot(4, 'n2'), promised: ballot(5, 'n3'), to: 'n2' },
    ])
  })

  test('what it accepted is told in pieces, and slots in which it accepted nothing are left out', () => {
    const role = acceptorIn({ limits: { entriesMax: 2 } })
    role.receive(accept([entry(1)]))
    role.receive(accept([entry(4)], { number: 2 }))
    expect(held(role)).toBe('1:v1 2:- 3:- 4:v4')
    const ask = (first: number) => {
      role.receive(said.prepare('n1', { ballot: ballot(2), first }))
      return promiseOf(role)
    }
    expect(ask(1)).toMatchObject({ first: 1, through: 2, last: 4, entries: [{ index: 1 }] })
    expect(ask(3)).toMatchObject({ first: 3, through: 4, last: 4, entries: [{ index: 4 }] })
    expect(ask(5)).toMatchObject({ first: 5, through: 4, last: 4, entries: [] })
  })

  test('slots that are known to be chosen are left out, and it says up to where', () => {
    const role = acceptorIn({ accepted: entries(1, 5) })
    role.receive(said.accept('n1', { chosenThrough: 3 }))
    role.fire('minimumElectionTimeout')
    role.receive(said.prepare('n2', { ballot: ballot(2, 'n2'), first: 1 }))
    expect(promiseOf(role)).toMatchObject({ first: 4, through: 5, last: 5, chosenThrough: 3 })
    expect(promiseOf(role)?.entries.map(({ index }) => index)).toEqual([4, 5])
  })
})

describe('2.2, P1a: "An acceptor can accept a proposal numbered n iff it has not responded to a prepare request having a number greater than n"', () => {
  test('it accepts in the ballot that it promised, on the disk before it says so', () => {
    const role = acceptorIn({ promised: ballot(1) })
    role.receive(accept(entries(1, 2), { number: 7 }))
    expect(given.kindsOf(role.effects)).toEqual(['append', 'Accepted->n1'])
    expect(given.sent(role.effects)).toEqual([{ type: 'Accepted', ballot: ballot(1), number: 7, to: 'n1' }])
    expect(held(role)).toBe('1:v1 2:v2')
  })

  test('in a greater ballot, of which it heard no Prepare, it accepts too, and promises what a Prepare would have made it', () => {
    const role = acceptorIn({ promised: ballot(1) })
    role.receive(accept(entries(1, 1, ballot(3, 'n2')), { ballot: ballot(3, 'n2') }))
    expect(given.kindsOf(role.effects)).toEqual(['persist', 'append', 'Accepted->n2'])
    expect(role.context.promised).toEqual(ballot(3, 'n2'))
    role.receive(accept(entries(2, 2)))
    expect(given.sent(role.effects)).toEqual([{ type: 'Nack', ballot: ballot(1), promised: ballot(3, 'n2'), to: 'n1' }])
    expect(held(role)).toBe('1:v1')
  })

  test('in a lesser ballot it accepts nothing, and its answer carries the greater one', () => {
    const role = acceptorIn({ promised: ballot(5, 'n3'), accepted: entries(1, 1) })
    const before = role.snapshot
    role.receive(accept(entries(1, 1, ballot(4, 'n2')), { ballot: ballot(4, 'n2') }))
    expect(given.sent(role.effects)).toEqual([
      { type: 'Nack', ballot: ballot(4, 'n2'), promised: ballot(5, 'n3'), to: 'n2' },
    ])
    expect(role.snapshot).toEqual(before)
  })

  test('a repeated Accept gets the same answer, and nothing is written again', () => {
    const role = acceptorIn()
    role.receive(accept(entries(1, 3), { number: 2 }))
    const answer = given.sent(role.effects)
    const { log } = role.context
    role.receive(accept(entries(1, 3), { number: 2 }))
    expect(given.kindsOf(role.effects)).toEqual(['Accepted->n1'])
    expect(given.sent(role.effects)).toEqual(answer)
    expect(role.context.log).toBe(log)
  })

  test('what it accepts for a slot takes the place of what it accepted there before; later slots keep theirs', () => {
    const role = acceptorIn({ promised: ballot(1), accepted: entries(1, 4) })
    const newer = entry(2, ballot(2, 'n2'), 'other')
    role.receive(accept([newer], { ballot: ballot(2, 'n2') }))
    expect(given.kindsOf(role.effects)).toEqual(['persist', 'truncate', 'append', 'Accepted->n2'])
    expect(given.effectsOf(role.effects, 'truncate')[0]?.after).toEqual({ index: 1, term: termOf(ballot(1)) })
    expect(given.effectsOf(role.effects, 'append')[0]?.entries).toEqual([newer, entry(3), entry(4)])
    expect(held(role)).toBe('1:v1 2:other 3:v3 4:v4')
    expect([...role.context.log].map(({ term }) => term)).toEqual(
      [ballot(1), ballot(2, 'n2'), ballot(1), ballot(1)].map(termOf),
    )
  })

  test('slots are accepted in any order; those between are holes, and filling one keeps what lies behind', () => {
    const role = acceptorIn()
    role.receive(accept([entry(3)]))
    expect(given.effectsOf(role.effects, 'append')[0]?.entries.map(({ term }) => term)).toEqual([
      0,
      0,
      termOf(ballot(1)),
    ])
    role.receive(accept([entry(1)]))
    expect(held(role)).toBe('1:v1 2:- 3:v3')
    role.receive(accept(entries(2, 4)))
    expect(held(role)).toBe('1:v1 2:v2 3:v3 4:v4')
  })

  test('an Accept without entries asks whether the promise holds: nothing is written, and nothing accepted', () => {
    const role = acceptorIn({ promised: ballot(2), accepted: entries(1, 1) })
    role.receive(said.accept('n1', { ballot: ballot(2), number: 9 }))
    expect(given.kindsOf(role.effects)).toEqual(['Accepted->n1'])
    role.receive(said.accept('n1', { ballot: ballot(1) }))
    expect(given.kindsOf(role.effects)).toEqual(['Nack->n1'])
    // It promises what any other Accept would have made it promise.
    role.receive(said.accept('n2', { ballot: ballot(3, 'n2') }))
    expect(given.kindsOf(role.effects)).toEqual(['persist', 'Accepted->n2'])
    expect(role.context.promised).toEqual(ballot(3, 'n2'))
    expect(held(role)).toBe('1:v1')
  })
})

describe('requests that no proposer makes change nothing', () => {
  const nobodys = [noBallot, ballot(0, 'n2'), ballot(roundMax + 1, 'n2')]
  test.each(nobodys)('a ballot that nobody issues: %j', (nobody) => {
    const role = acceptorIn()
    const before = role.snapshot
    expect(role.receive(said.prepare('n2', { ballot: nobody }))).toEqual([])
    expect(role.receive(said.accept('n2', { ballot: nobody, entries: entries(1, 1, nobody) }))).toEqual([])
    expect(role.receive(said.accept('n2', { ballot: nobody }))).toEqual([])
    role.receive(said.accept('n1'))
    role.receive(said.prepare('n2', { ballot: nobody }))
    expect(given.kindsOf(role.effects)).toEqual([])
    expect(role.context.log).toBe(before.context.log)
  })

  const far = 262_144
  const malformed: Record<string, ReturnType<typeof entries>> = {
    'slot 0': [entry(0)],
    'slots that do not follow one another': [entry(1), entry(3)],
    'one slot twice': [entry(1), entry(1)],
    'a value of another ballot': [entry(1), entry(2, ballot(2))],
    'a value of no ballot': [{ ...entry(1), term: 0 }],
    'a slot that nobody can have reached': [entry(far + 1)],
  }
  test.each(Object.entries(malformed))('%s', (_case, slots) => {
    const role = acceptorIn()
    const before = role.snapshot
    expect(role.receive(accept(slots))).toEqual([])
    expect(role.snapshot).toBe(before)
  })

  test('an acceptor that was away for long leaves so many holes at a time, and answers when it has caught up', () => {
    const role = acceptorIn()
    const first = 2 * far + 10
    const late = accept([entry(first)], { chosenThrough: first - 1 })
    for (const last of [far, 2 * far]) {
      expect(given.effectsOf(role.receive(late), 'append')[0]?.entries).toHaveLength(far)
      expect(given.sent(role.effects)).toEqual([])
      expect(role.context.log.last).toEqual({ index: last, term: 0 })
    }
    expect(given.kindsOf(role.receive(late))).toEqual(['persist', 'append', 'Accepted->n1'])
    expect(role.context.log.last).toEqual({ index: first, term: termOf(ballot(1)) })
  })
})

describe('3: the distinguished proposer, and who would depose it', () => {
  test('while it is heard, no other proposer is promised anything, nor told why', () => {
    const role = acceptorIn()
    role.receive(accept(entries(1, 1)))
    expect(role.state).toEqual({ serving: 'led' })
    expect(role.receive(said.prepare('n2', { ballot: ballot(2, 'n2') }))).toEqual([])
    expect(role.context.promised).toEqual(ballot(1))
    role.fire('minimumElectionTimeout')
    role.receive(said.prepare('n2', { ballot: ballot(2, 'n2') }))
    expect(given.kindsOf(role.effects)).toEqual(['persist', 'Promise->n2'])
  })

  test('it is heard by every Accept that is answered, with entries and without, new or repeated', () => {
    const heard = [accept(entries(1, 1)), accept(entries(1, 1)), said.accept('n1'), accept(entries(9, 9))]
    const role = acceptorIn()
    for (const message of heard) {
      role.receive(message)
      expect(role.state).toEqual({ serving: 'led' })
      role.fire('minimumElectionTimeout')
      expect(role.state).toEqual({ serving: 'free' })
    }
    role.receive(accept(entries(2, 2, ballot(2, 'n2')), { ballot: ballot(2, 'n2') }))
    role.fire('minimumElectionTimeout')
    role.receive(accept(entries(3, 3)))
    expect(given.kindsOf(role.effects)).toEqual(['Nack->n1'])
    expect(role.state).toEqual({ serving: 'free' })
  })

  test('phase 1 that gets on is not disturbed either: who asks for the next piece is heard, who asks again is not', () => {
    const promised = () => acceptorIn({ promised: ballot(2), accepted: entries(1, 4) })
    const other = said.prepare('n2', { ballot: ballot(3, 'n2') })
    const role = promised()
    role.receive(said.prepare('n1', { ballot: ballot(2), first: 1 }))
    role.receive(said.prepare('n1', { ballot: ballot(2), first: 3 }))
    expect(role.receive(other)).toEqual([])
    role.receive(said.prepare('n1', { ballot: ballot(2), first: 4 }))
    expect(role.receive(other)).toEqual([])
    role.fire('pieceTimeout')
    role.receive(said.prepare('n1', { ballot: ballot(2), first: 4 }))
    expect(given.kindsOf(role.receive(other))).toEqual(['persist', 'Promise->n2'])
  })

  test('its own later ballot is promised, and who asks in a lesser one is refused', () => {
    const role = acceptorIn()
    role.receive(said.accept('n1', { ballot: ballot(2) }))
    role.receive(said.prepare('n1', { ballot: ballot(2) }))
    expect(given.kindsOf(role.effects)).toEqual(['Promise->n1'])
    role.receive(said.prepare('n2', { ballot: ballot(1, 'n2') }))
    expect(given.kindsOf(role.effects)).toEqual(['Nack->n2'])
    role.receive(said.prepare('n1', { ballot: ballot(3) }))
    expect(given.kindsOf(role.effects)).toEqual(['persist', 'Promise->n1'])
  })
})

describe('2.3: "The learner could ask the acceptors what proposals they have accepted"', () => {
  test('they say what they accepted, as far as the learner knows it to be chosen', () => {
    const role = acceptorIn({ accepted: [...entries(1, 3), { ...entry(4, noBallot), term: 0 }, ...entries(5, 6)] })
    const ask = (first: number, through: number) => {
      role.receive(said.learn('n2', { first, through }))
      return given.sentOf(role.effects, 'Report')[0]
    }
    expect(ask(2, 5)).toMatchObject({ first: 2, through: 5, to: 'n2' })
    expect(given.drawn(ask(2, 5)?.entries ?? [])).toBe('2:v2 3:v3 5:v5')
    // That it accepted nothing is an answer too.
    expect(ask(6, 9)).toMatchObject({ first: 6, through: 9, entries: [{ index: 6 }] })
    expect(ask(8, 9)).toMatchObject({ first: 8, through: 9, entries: [] })
  })

  test('as much as one message carries', () => {
    const role = acceptorIn({ accepted: entries(1, 6), limits: { entriesMax: 2 } })
    role.receive(said.learn('n2', { first: 2, through: 6 }))
    expect(given.sentOf(role.effects, 'Report')[0]).toMatchObject({ first: 2, through: 3, entries: [{}, {}] })
  })

  test('of what they have forgotten they say nothing at all', () => {
    const role = acceptorIn({ base: { index: 5, term: 0 }, accepted: entries(6, 7) })
    expect(role.receive(said.learn('n2', { first: 5, through: 7 }))).toEqual([])
    expect(given.kindsOf(role.receive(said.learn('n2', { first: 6, through: 7 })))).toEqual(['Report->n2'])
  })
})

describe('forgetting what learners hold in snapshots', () => {
  const slots = 10_000
  const full = () => acceptorIn({ accepted: entries(1, slots) })
  const progress = (chosenThrough: number, forgetThrough: number) => said.accept('n1', { chosenThrough, forgetThrough })

  test('is done for many slots at once', () => {
    const role = full()
    expect(given.kindsOf(role.receive(progress(slots, 4095)))).toEqual(['persist', 'Accepted->n1', 'persist'])
    expect(given.kindsOf(role.receive(progress(slots, 4096)))).toEqual(['Accepted->n1', 'compact'])
    expect(given.effectsOf(role.effects, 'compact')).toMatchObject([
      { through: { index: 4096, term: termOf(ballot(1)) }, snapshot: { last: { index: 4096 }, bytes: noBytes } },
    ])
    expect(role.context.log.base.index).toBe(4096)
    expect(role.context.log.last.index).toBe(slots)
  })

  test('is done of no slot that is not known to be chosen', () => {
    const role = full()
    role.receive(progress(5000, 9000))
    expect(role.context.log.base.index).toBe(5000)
    role.receive(progress(4000, 9000))
    expect(role.context.log.base.index).toBe(5000)
  })

  test('of slots behind the last one that was accepted here, the log begins anew behind them', () => {
    const role = acceptorIn({ accepted: entries(1, 10) })
    role.receive(progress(6000, 5000))
    expect(given.kindsOf(role.effects)).toEqual(['persist', 'Accepted->n1', 'persist', 'install'])
    expect(role.context.log).toMatchObject({ base: { index: 5000, term: 0 }, length: 0 })
    role.receive(accept(entries(5001, 5002)))
    expect(given.kindsOf(role.effects)).toEqual(['append', 'Accepted->n1'])
    expect(held(role)).toBe('5001:v5001 5002:v5002')
  })

  test('what is proposed again in a forgotten slot was chosen there: it is accepted without a write', () => {
    const role = acceptorIn({ base: { index: 5, term: 0 }, accepted: entries(6, 7) })
    role.receive(accept(entries(4, 5, ballot(2, 'n2')), { ballot: ballot(2, 'n2'), number: 3 }))
    expect(given.kindsOf(role.effects)).toEqual(['Accepted->n2'])
    role.receive(accept(entries(5, 8, ballot(2, 'n2')), { ballot: ballot(2, 'n2') }))
    expect(given.kindsOf(role.effects)).toEqual(['persist', 'truncate', 'append', 'Accepted->n2'])
    expect(held(role)).toBe('6:v6 7:v7 8:v8')
  })

  test('who prepares from before is told that those slots are chosen', () => {
    const role = acceptorIn({ base: { index: 5, term: 0 }, accepted: entries(6, 7) })
    role.receive(said.prepare('n2', { ballot: ballot(2, 'n2'), first: 1 }))
    expect(promiseOf(role)).toMatchObject({ first: 6, through: 7, last: 7, chosenThrough: 5 })
  })
})

describe('2.2: "an acceptor must remember this information even if it fails and then restarts"', () => {
  test('it recovers promise and log, and knows that what it forgot was chosen', () => {
    const role = acceptorIn({ promised: ballot(3, 'n2'), base: { index: 5, term: 0 }, accepted: entries(6, 7) })
    expect(role.context).toMatchObject({ promised: ballot(3, 'n2'), chosenThrough: 5, doubtful: false })
    role.receive(accept(entries(8, 8, ballot(2)), { ballot: ballot(2) }))
    expect(given.kindsOf(role.effects)).toEqual(['Nack->n1'])
  })

  test('what is known to be chosen is written down now and then, so that phase 1 is not about everything after a restart', () => {
    const role = acceptorIn({ accepted: entries(1, 3000) })
    const progress = (chosenThrough: number) => {
      role.receive(said.accept('n1', { chosenThrough }))
      return given.effectsOf(role.effects, 'persist').map(({ record }) => (record as AcceptorRecord).chosenThrough)
    }
    expect([1, 1023, 1024, 1500, 2048].map(progress)).toEqual([[0], [], [1024], [], [2048]])
    const record = { promised: ballot(1), doubtful: false, doubt: 0, doubtedThrough: 0, chosenThrough: 2048 }
    const again = drive(
      multiPaxosAcceptor,
      recoverAcceptor(given.configOf({ limits: { entriesMax: 1000 } }), {
        ...given.nothing,
        record,
        entries: entries(1, 3000),
      }),
    )
    again.receive(said.prepare('n2', { ballot: ballot(2, 'n2') }))
    expect(promiseOf(again)).toMatchObject({ first: 2049, chosenThrough: 2048, last: 3000 })
    // Learners may still ask for what it holds.
    again.receive(said.learn('n2', { first: 1, through: 3 }))
    expect(given.sentOf(again.effects, 'Report')[0]?.entries.map(({ index }) => index)).toEqual([1, 2, 3])
  })

  test('its own record and log on the disk make it again what it was', () => {
    const definition = groupOf().roles['acceptor']
    if (!definition) throw new RangeError('a group has acceptors')
    const role = acceptorIn()
    const written = [
      ...role.receive(said.prepare('n2', { ballot: ballot(2, 'n2') })),
      ...role.receive(accept(entries(2, 3, ballot(2, 'n2')), { ballot: ballot(2, 'n2') })),
    ]
    const record = given.effectsOf(written, 'persist').map((effect) => definition.record.encode(effect.record))[0]
    const recovered = {
      record: record && definition.record.decode(record),
      snapshot: undefined,
      base: { index: 0, term: 0 },
      entries: given.effectsOf(written, 'append').flatMap((effect) => effect.entries),
      table: [],
      doubtful: false,
    }
    const again = recoverAcceptor(role.context.config, recovered as Parameters<typeof recoverAcceptor>[1])
    // What a proposer has asked for so far is forgotten: it will be asked again.
    expect(again).toEqual({ ...role.context, askedFrom: 0 })
  })
})
