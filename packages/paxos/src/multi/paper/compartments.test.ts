import { type Driven, drive } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { roundMax } from '../../ballot.js'
import { batcher, proxyLeader } from '../../index.js'
import { newBatcher } from '../batcher/state.js'
import { newProxyLeader } from '../proxyLeader/state.js'
import * as given from '../role.test.fixture.js'

/** Whittaker et al., "Scaling Replicated State Machines with Compartmentalization" (2021), sections 3.1 and 4.1. */

const { said, ballot, entries } = given
const nodes = { batcher: ['b1'], proxyLeader: ['x1', 'x2'] }

describe('4.1: a batcher', () => {
  const batcherIn = (place: given.Place = {}) =>
    drive(batcher, newBatcher(given.configOf({ id: 'b1', nodes, ...place })))
  const ledIn = (place: given.Place = {}) => {
    const role = batcherIn(place)
    role.receive(said.heartbeat('n1'))
    return role
  }
  type Role = Driven<typeof batcher>
  const beat = (role: Role) => role.receive(said.heartbeat('n1'))
  const batches = (role: Role) =>
    given
      .sentOf(role.effects, 'Batch')
      .map(
        ({ to, number, commands }) =>
          `${to} ${number}: ${commands.map(({ bytes }) => new TextDecoder().decode(bytes))}`,
      )

  test('refuses while it knows of nobody to hand commands to', () => {
    const role = batcherIn()
    expect(role.tell(given.proposed('a'))).toEqual([{ type: 'refuse', request: 1, reason: 'notLeader' }])
    expect(role.tell(given.read(2))).toEqual([{ type: 'refuse', request: 2, reason: 'notLeader' }])
  })

  test('answers heartbeats, and hands a command over at once', () => {
    const role = batcherIn()
    beat(role)
    expect(given.sent(role.effects)).toEqual([
      { type: 'HeartbeatReply', ballot: ballot(1), snapshotThrough: 0, to: 'n1' },
    ])
    role.tell(given.proposed('a'))
    expect(batches(role)).toEqual(['n1 1: a'])
  })

  test('while a batch is on its way the next one fills up', () => {
    const role = ledIn()
    role.tell(given.proposed('a'))
    for (const text of ['b', 'c']) expect(role.tell(given.proposed(text))).toEqual([])
    role.receive(said.batchReply('n1', { number: 1 }))
    expect(batches(role)).toEqual(['n1 2: b,c'])
    expect(role.receive(said.batchReply('n1', { number: 1 }))).toEqual([])
    expect(role.receive(said.batchReply('n1', { number: 2 }))).toEqual([])
    role.tell(given.proposed('d'))
    expect(batches(role)).toEqual(['n1 3: d'])
  })

  test('what waits already does not wait twice: what clients ask again takes no room', () => {
    const role = ledIn()
    const again = (session: number, sequence: number, kind: 'command' | 'openSession' = 'command', text = 'x') => ({
      ...given.command(text),
      kind,
      session,
      sequence,
    })
    const ask = (...commands: ReturnType<typeof again>[]) =>
      role.tell({ type: 'client.proposed', request: 1, commands })
    ask(again(1, 1))
    // The first is on its way, and may be lost there.
    ask(again(1, 1), again(1, 2), again(2, 1))
    ask(again(1, 2), again(0, 1, 'openSession', 'c1'), again(1, 3))
    ask(again(0, 1, 'openSession', 'c1'), again(0, 1, 'openSession', 'c2'), again(1, 1))
    role.receive(said.batchReply('n1', { number: 1 }))
    expect(
      given.sentOf(role.effects, 'Batch').flatMap(({ commands }) => commands.map((c) => `${c.session}/${c.sequence}`)),
    ).toEqual(['1/1', '1/2', '2/1', '0/1', '1/3', '0/1'])
  })

  test('no batch is larger than a message may be; the rest follows', () => {
    const role = ledIn({ limits: { entriesMax: 2, bytesMax: 200 } })
    role.tell(given.proposed('a', 'b', 'c', 'd'.repeat(50), 'e'.repeat(500), 'f'))
    const all = [...batches(role)]
    for (let number = 1; number < 9; number++) {
      role.receive(said.batchReply('n1', { number }))
      all.push(...batches(role))
    }
    expect(all.map((text) => text.slice(0, 9).trim())).toEqual(['n1 1: a,b', 'n1 2: c,d', 'n1 3: eee', 'n1 4: f'])
  })

  test('a batch or its answer may be lost: after a few heartbeats the next one goes', () => {
    const role = ledIn()
    role.tell(given.proposed('a'))
    role.tell(given.proposed('b'))
    const sentAt = [1, 2, 3, 4, 5].filter(() => {
      beat(role)
      return batches(role).length > 0
    })
    expect(sentAt).toEqual([4])
    expect(role.context.lastNumber).toBe(2)
  })

  test('what waits is bounded', () => {
    const role = ledIn({ limits: { openSlotsMax: 2 } })
    role.tell(given.proposed('a'))
    role.tell(given.proposed('b', 'c'))
    expect(role.tell(given.proposed('d'))).toEqual([{ type: 'refuse', request: 1, reason: 'overloaded' }])
    role.receive(said.batchReply('n1', { number: 1 }))
    expect(role.tell(given.proposed('d'))).toEqual([])
  })

  test('follows the latest distinguished proposer, and no earlier one', () => {
    const role = ledIn()
    role.receive(said.heartbeat('n2', { ballot: ballot(2, 'n2') }))
    for (const old of [ballot(1), ballot(0, 'n3'), ballot(roundMax + 1, 'n3')])
      expect(role.receive(said.heartbeat(old.node, { ballot: old }))).toEqual([])
    role.tell(given.proposed('a'))
    expect(batches(role)).toEqual(['n2 1: a'])
  })

  test('when that one falls silent, what waits is let go: clients ask again', () => {
    const role = ledIn()
    role.tell(given.proposed('a'))
    role.tell(given.proposed('b'))
    role.tell(given.read(5))
    role.fire('leaderTimeout')
    expect(role.effects).toEqual([{ type: 'refuse', request: 5, reason: 'notLeader' }])
    expect(role.context).toMatchObject({ proposer: undefined, commands: [], reads: [] })
    for (const message of [said.batchReply('n1'), said.readIndexReply('n1', { request: 5 })])
      expect(role.receive(message)).toEqual([])
    beat(role)
    role.tell(given.proposed('c'))
    expect(batches(role)).toEqual(['n1 2: c'])
  })

  test('a read is answered at the slot that the proposer names, once', () => {
    const role = ledIn()
    role.tell(given.read(5))
    expect(given.sent(role.effects)).toEqual([{ type: 'ReadIndex', request: 5, to: 'n1' }])
    expect(role.receive(said.readIndexReply('n1', { request: 6, index: 3 }))).toEqual([])
    expect(role.receive(said.readIndexReply('n1', { request: 5, index: 3 }))).toEqual([
      { type: 'readable', request: 5, at: 3 },
    ])
    expect(role.receive(said.readIndexReply('n1', { request: 5, index: 3 }))).toEqual([])
  })

  test('a proposer that no longer leads refuses it', () => {
    const role = ledIn()
    for (const request of [5, 6]) role.tell(given.read(request))
    expect(role.receive(said.readIndexReply('n1', { request: 5, readable: false }))).toEqual([
      { type: 'refuse', request: 5, reason: 'notLeader' },
    ])
    expect(role.receive(said.readIndexReply('n1', { request: 6, index: 1 }))).toEqual([
      { type: 'readable', request: 6, at: 1 },
    ])
  })

  test('the question or its answer may be lost: no read waits for more than 60 heartbeats', () => {
    const role = ledIn()
    role.tell(given.read(5))
    beat(role)
    role.tell(given.read(6))
    for (let count = 0; count < 57; count++) beat(role)
    expect(role.context.reads).toHaveLength(2)
    const refused = [1, 2, 3, 4, 5].map(() => {
      beat(role)
      return given.effectsOf(role.effects, 'refuse').map(({ request }) => request)
    })
    expect(refused).toEqual([[], [], [5], [6], []])
    expect(role.context.reads).toEqual([])
  })

  describe('asks again about a read', () => {
    const asksOf = (role: Role) => given.sentOf(role.effects, 'ReadIndex').map(({ to, request }) => `${to} ${request}`)

    test('after four heartbeats without an answer, and then after every eight', () => {
      const role = ledIn()
      role.tell(given.read(5))
      beat(role)
      role.tell(given.read(6))
      const askedAt = Array.from({ length: 30 }, (_, at) => {
        beat(role)
        return asksOf(role).map((ask) => `${ask} after ${at + 2}`)
      }).flat()
      expect(askedAt).toEqual([
        'n1 5 after 4',
        'n1 6 after 5',
        'n1 5 after 12',
        'n1 6 after 13',
        'n1 5 after 20',
        'n1 6 after 21',
        'n1 5 after 28',
        'n1 6 after 29',
      ])
      role.receive(said.readIndexReply('n1', { request: 5, index: 3 }))
      expect(given.effectsOf(role.effects, 'readable')).toEqual([{ type: 'readable', request: 5, at: 3 }])
    })

    test('at once where another proposer leads, which knows nothing of it', () => {
      const role = ledIn()
      for (const request of [5, 6]) role.tell(given.read(request))
      role.receive(said.heartbeat('n2', { ballot: ballot(2, 'n2') }))
      expect(asksOf(role)).toEqual(['n2 5', 'n2 6'])
      role.receive(said.heartbeat('n2', { ballot: ballot(2, 'n2') }))
      expect(asksOf(role)).toEqual([])
    })
  })

  test('no more reads wait than are allowed', () => {
    const role = ledIn()
    for (let request = 0; request < 4096; request++) role.tell(given.read(request))
    expect(role.tell(given.read(4096))).toEqual([{ type: 'refuse', request: 4096, reason: 'overloaded' }])
  })
})

describe('3.1: a proxy leader', () => {
  const proxyIn = () => drive(proxyLeader, newProxyLeader(given.configOf({ id: 'x1', nodes })))
  const accept = (number: number, of = ballot(1)) =>
    said.accept(of.node, {
      ballot: of,
      number,
      entries: entries(number, number, of),
      chosenThrough: 3,
      forgetThrough: 2,
      answeredBy: 'n2',
    })
  const accepted = (node: string, number: number, of = ballot(1)) => said.accepted(node, { number, ballot: of })

  test('says what it is given to the acceptors as it is', () => {
    const role = proxyIn()
    const { from: _from, ...message } = accept(4)
    expect(role.receive(accept(4))).toEqual([{ type: 'send', to: 'g/acceptor/all', message }])
  })

  test('counts their answers, and tells the learners first and then the proposer', () => {
    const role = proxyIn()
    role.receive(accept(4))
    for (const node of ['n1', 'n1', 'x1']) expect(role.receive(accepted(node, 4))).toEqual([])
    role.receive(accepted('n3', 4))
    expect(given.sent(role.effects)).toEqual([
      { type: 'Chosen', entries: entries(4, 4), answeredBy: 'n2', to: 'all' },
      { type: 'Relayed', ballot: ballot(1), number: 4, to: 'n1' },
    ])
    expect(role.receive(accepted('n2', 4))).toEqual([])
  })

  test('given it again, because its word was lost, it does all again', () => {
    const role = proxyIn()
    for (const _time of [1, 2]) {
      expect(given.kindsOf(role.receive(accept(4)))).toEqual(['Accept->all'])
      role.receive(accepted('n1', 4))
      expect(given.kindsOf(role.receive(accepted('n3', 4)))).toEqual(['Chosen->all', 'Relayed->n1'])
    }
  })

  test('and keeps the answers that it has', () => {
    const role = proxyIn()
    role.receive(accept(4))
    role.receive(accepted('n1', 4))
    role.receive(accept(4))
    expect(given.kindsOf(role.receive(accepted('n3', 4)))).toEqual(['Chosen->all', 'Relayed->n1'])
  })

  test('acceptances of different ballots are never counted together', () => {
    const role = proxyIn()
    const later = ballot(2, 'n2')
    role.receive(accept(4))
    role.receive(accepted('n1', 4))
    role.receive(accept(4, later))
    for (const message of [accepted('n3', 4), accepted('n2', 4), accepted('n3', 4, later)])
      expect(role.receive(message)).toEqual([])
    expect(given.kindsOf(role.receive(accepted('n1', 4, later)))).toEqual(['Chosen->all', 'Relayed->n2'])
  })

  test('a proposer that another has replaced, and a ballot of nobody, are ignored', () => {
    const role = proxyIn()
    role.receive(accept(4, ballot(2, 'n2')))
    const before = role.snapshot
    for (const of of [ballot(1), ballot(0, 'n3'), ballot(roundMax + 1, 'n3')])
      expect(role.receive(accept(5, of))).toEqual([])
    expect(role.snapshot).toBe(before)
  })

  test('a refusal is passed on to the proposer whose ballot it is', () => {
    const role = proxyIn()
    expect(role.receive(said.nack('n1', { promised: ballot(5, 'n3') }))).toEqual([])
    role.receive(accept(4))
    expect(given.sent(role.receive(said.nack('n1', { promised: ballot(5, 'n3') })))).toEqual([
      { type: 'Nack', ballot: ballot(1), promised: ballot(5, 'n3'), to: 'n1' },
    ])
    expect(role.receive(said.nack('n1', { ballot: ballot(1, 'n2'), promised: ballot(5, 'n3') }))).toEqual([])
  })

  test('says that it is there', () => {
    const role = proxyIn()
    expect(given.sent(role.receive(said.heartbeat('n1')))).toEqual([
      { type: 'HeartbeatReply', ballot: ballot(1), snapshotThrough: 0, to: 'n1' },
    ])
  })

  test('keeps so many Accepts; the oldest were given to another by now', () => {
    const role = proxyIn()
    for (let number = 1; number <= 300; number++) role.receive(accept(number))
    expect(role.context.polls.map(({ number }) => number)).toEqual(Array.from({ length: 256 }, (_, at) => at + 45))
  })
})

describe('3.1: a distinguished proposer with proxy leaders', () => {
  const place = { nodes: { proxyLeader: ['x1', 'x2'] } }
  const accepts = (role: ReturnType<typeof given.leadingIn>) =>
    given.acceptsOf(role.effects).map(({ to, number }) => `${to} ${number}`)

  test('says each value once, to each proxy leader in turn', () => {
    const role = given.leadingIn(place)
    const all = ['a', 'b', 'c'].flatMap((text) => {
      role.tell(given.proposed(text))
      return accepts(role)
    })
    expect(all).toEqual(['x1 2', 'x2 3', 'x1 4'])
  })

  test('is told what is chosen, in its own ballot, by a proxy leader, and tells the learners nothing itself', () => {
    const role = given.leadingIn(place)
    role.tell(given.proposed('a'))
    for (const message of [
      said.relayed('x1', { number: 2, ballot: ballot(1, 'n2') }),
      said.relayed('n2', { number: 2 }),
      said.relayed('x1', { number: 9 }),
    ]) {
      expect(role.receive(message)).toEqual([])
      expect(role.context.chosenThrough).toBe(0)
    }
    expect(role.receive(said.relayed('x2', { number: 2 }))).toEqual([])
    expect(role.context.chosenThrough).toBe(1)
  })

  test('says what is not chosen in time to the acceptors itself, and leaves silent proxy leaders out', () => {
    const role = given.leadingIn(place)
    role.tell(given.proposed('a'))
    const sent: string[] = []
    for (let time = 0; time < 13; time++) {
      role.fire('heartbeat')
      sent.push(...accepts(role))
      role.receive(said.heartbeatReply('proxyLeader', 'x2'))
    }
    expect(sent).toEqual(['n1 2', 'n2 2', 'n3 2', 'n1 2', 'n2 2', 'n3 2'])
    for (const text of ['b', 'c']) {
      role.tell(given.proposed(text))
      expect(accepts(role)[0]).toMatch(/^x2/)
    }
  })

  test('where all of them are silent it does their work, until one is heard again', () => {
    const role = given.leadingIn(place)
    role.tell(given.proposed('a'))
    const sent: string[] = []
    for (let time = 0; time < 13; time++) {
      role.fire('heartbeat')
      sent.push(...accepts(role))
    }
    expect(sent).toEqual(['n1 2', 'n2 2', 'n3 2', 'n1 2', 'n2 2', 'n3 2'])
    for (const node of ['n1', 'n3']) role.receive(said.accepted(node, { number: 2 }))
    expect(given.sentOf(role.effects, 'Chosen').map(({ to, entries: slots }) => `${to} ${given.drawn(slots)}`)).toEqual(
      ['all 1:a'],
    )
    role.receive(said.heartbeatReply('proxyLeader', 'x2'))
    role.tell(given.proposed('b'))
    expect(accepts(role)[0]).toMatch(/^x2/)
  })

  describe('gives no Accept to one that let another go late', () => {
    const leadingAmong = (...proxyLeader: string[]) => given.leadingIn({ nodes: { proxyLeader } })
    type Role = ReturnType<typeof given.leadingIn>
    const pass = (role: Role, beats: number) => {
      for (let time = 0; time < beats; time++) {
        role.fire('heartbeat')
        for (const node of ['n1', 'n2']) role.receive(said.accepted(node))
        for (const node of role.context.config.nodes.proxyLeader) role.receive(said.heartbeatReply('proxyLeader', node))
      }
    }
    /** Proposes something that is chosen after so many heartbeats; to whom that was given. */
    const relayOfOne = (role: Role, beats: number): string => {
      role.tell(given.proposed('a'))
      const [accept] = given.acceptsOf(role.effects)
      pass(role, beats)
      for (const node of ['n1', 'n2']) role.receive(said.accepted(node, { number: accept?.number ?? 0 }))
      return accept?.to ?? ''
    }
    const lateOne = (role: Role) => relayOfOne(role, 4)
    const nextSix = (role: Role) => new Set([1, 2, 3, 4, 5, 6].map(() => relayOfOne(role, 0)))

    test('for a while, and as long as another one is in time', () => {
      const role = leadingAmong('x1', 'x2', 'x3')
      const tardy = lateOne(role)
      const others = ['x1', 'x2', 'x3'].filter((node) => node !== tardy)
      pass(role, 63)
      expect(nextSix(role)).toEqual(new Set(others))
      pass(role, 1)
      expect(nextSix(role)).toEqual(new Set(['x1', 'x2', 'x3']))
    })

    test('where all of them were late, none is worse than another', () => {
      const role = leadingAmong('x1', 'x2')
      expect(new Set([lateOne(role), lateOne(role)])).toEqual(new Set(['x1', 'x2']))
      expect(nextSix(role)).toEqual(new Set(['x1', 'x2']))
    })
  })

  test('takes batches, and says so', () => {
    const role = given.leadingIn({ nodes: { batcher: ['b1'] } })
    role.receive(said.batch('b1', { number: 7, commands: [given.command('a'), given.command('b')] }))
    expect(given.kindsOf(role.effects)).toEqual(['BatchReply->b1', 'Accept->all'])
    expect(given.sentOf(role.effects, 'BatchReply')).toMatchObject([{ number: 7, taken: true }])
    expect(given.drawn(given.acceptsOf(role.effects)[0]?.entries ?? [])).toBe('1:a 2:b')
  })
})
