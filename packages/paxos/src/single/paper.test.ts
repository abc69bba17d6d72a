import { addressOf, atLeast, everyNode, flexible, grid, type PhaseQuorums } from '@quorate/core'
import { type Packet, Stage, type StageActor } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { isGreater, placeOf } from '../ballot.js'
import type { Nack, PaxosMessage, Prepare, Proposal } from '../generated/paxos.js'
import { messages } from '../generated/paxos.js'
import { acceptorRole, learnerRole, proposerRole } from './config.js'
import * as given from './roles.test.fixture.js'

/** Lamport, "Paxos Made Simple" (2001): its rules, section by section. */

const everyone = (role: string) => addressOf('g', role, everyNode)
const toAcceptors = everyone(acceptorRole)

/** Delivers what `isOpen` lets through, until nothing moves; the rest stays on its way. */
function deliver(stage: Stage, isOpen: (packet: Packet) => boolean): void {
  const held: Packet[] = []
  stage.stabilize((packet) => {
    if (isOpen(packet)) return true
    held.push(packet)
    return false
  })
  stage.packets.push(...held)
}

const among =
  (...nodes: string[]) =>
  ({ from, to }: Packet): boolean =>
    [from, to].every((address) => nodes.some((node) => address.endsWith(`/${node}`)))

const acceptedBy = (actor: StageActor) => {
  const accepted = actor.driven?.context as { accepted?: Proposal } | undefined
  return accepted?.accepted && given.shown(accepted.accepted)
}

describe('2.1, choosing a value', () => {
  test('"only a value that has been proposed may be chosen": without a client there is none, with one it is theirs', () => {
    const stage = new Stage(given.groupOf())
    stage.stabilize()
    expect(given.chosenAt(stage, learnerRole)).toEqual([undefined, undefined])
    given.ask(stage, 'p1', 'blue')
    stage.stabilize()
    expect(given.chosenAt(stage, learnerRole)).toEqual(['blue', 'blue'])
    expect(given.answersOf(stage.actor(proposerRole, 'p1'))).toEqual(['blue'])
  })

  test('"only a single value is chosen": who asks for another one is told of the first', () => {
    const stage = new Stage(given.groupOf())
    for (const [node, text] of [
      ['p1', 'blue'],
      ['p2', 'red'],
      ['p1', 'green'],
    ] as const) {
      given.ask(stage, node, text)
      stage.stabilize()
    }
    expect(given.answersOf(stage.actor(proposerRole, 'p1'))).toEqual(['blue', 'blue'])
    expect(given.answersOf(stage.actor(proposerRole, 'p2'))).toEqual(['blue'])
  })

  test('"a process never learns that a value has been chosen unless it actually has been": one acceptance is none', () => {
    const stage = new Stage(given.groupOf())
    given.ask(stage, 'p1', 'blue')
    deliver(stage, ({ message, to }) => message.type !== 'Accept' || to.endsWith('a1'))
    expect(acceptedBy(stage.actor(acceptorRole, 'a1'))).toBe('1@p1 blue')
    expect(given.chosenAt(stage, learnerRole)).toEqual([undefined, undefined])
    expect(given.answersOf(stage.actor(proposerRole, 'p1'))).toEqual([])
  })

  test('P1: "An acceptor must accept the first proposal that it receives", whatever its number', () => {
    for (const round of [1, 7, 900]) {
      const role = given.acceptorWith()
      role.receive(given.accept(round, 'blue', 'p2'))
      expect(role.context.accepted).toEqual(given.proposal(round, 'blue', 'p2'))
    }
  })

  /** Blue is chosen by a1 and a2; then a3, which has heard of nothing, and a2 are what p2 reaches, which wants red. */
  function twice() {
    const stage = new Stage(given.groupOf())
    given.ask(stage, 'p1', 'blue')
    deliver(stage, among('p1', 'a1', 'a2'))
    stage.packets = []
    given.ask(stage, 'p2', 'red')
    const issued: string[] = []
    const first = placeOf('p1') < placeOf('p2') ? 1 : 2
    for (let round = 0; round < 2; round++) {
      deliver(stage, (packet) => {
        const { message } = packet as Packet & { message: PaxosMessage }
        if (message.type === 'Accept') issued.push(given.shown(message.proposal))
        return among('p2', 'a2', 'a3')(packet)
      })
      if (stage.actor(proposerRole, 'p2').status.state === 'backingOff') stage.actor(proposerRole, 'p2').fire('backOff')
    }
    return { stage, issued, first }
  }

  test('P2: "If a proposal with value v is chosen, then every higher-numbered proposal that is chosen has value v"', () => {
    const { stage } = twice()
    expect(given.answersOf(stage.actor(proposerRole, 'p1'))).toEqual(['blue'])
    expect(given.answersOf(stage.actor(proposerRole, 'p2'))).toEqual(['blue'])
  })

  test('P2a: "... then every higher-numbered proposal accepted by any acceptor has value v"', () => {
    const { stage, first } = twice()
    expect(stage.actorsOf(acceptorRole).map(acceptedBy)).toEqual(['1@p1 blue', `${first}@p2 blue`, `${first}@p2 blue`])
  })

  test('P2b: "... then every higher-numbered proposal issued by any proposer has value v"', () => {
    const { issued, first } = twice()
    expect(new Set(issued)).toEqual(new Set([`${first}@p2 blue`]))
  })

  describe('P2c: "(a) no acceptor in S has accepted any proposal numbered less than n, or (b) v is the value of the highest-numbered proposal among all proposals numbered less than n accepted by the acceptors in S"', () => {
    const accepted = [undefined, ...[1, 2, 3].map((round) => given.proposal(round, `blue ${round}`, `p${round}`))]
    accepted.push(given.proposal(2, 'green', 'p1'))
    const ofThree = accepted.flatMap((a) => accepted.flatMap((b) => accepted.map((c) => [a, b, c])))

    test.each([[[0, 1]], [[1, 2]], [[2, 0]]])('whatever the acceptors %j have accepted', (answering) => {
      for (const held of ofThree) {
        const role = given.proposerWith({ round: 6 })
        role.tell(given.asked('mine'))
        for (const at of answering) role.receive(given.promise(`a${at + 1}`, 7, held[at]))
        const ofS = answering.flatMap((at) => held[at] ?? [])
        const highest = ofS.reduce<Proposal | undefined>(
          (best, next) => (best && isGreater(best.ballot, next.ballot) ? best : next),
          undefined,
        )
        const value = highest ? given.textOf(highest.value) : 'mine'
        expect(given.sent(role.effects)).toEqual([{ to: toAcceptors, type: 'Accept', proposal: `7@p1 ${value}` }])
      }
    })
  })

  test('"A value is chosen when a single proposal with that value has been accepted by a majority of the acceptors"', () => {
    const role = given.learnerWith()
    role.receive(given.accepted('a1', 1, 'blue'))
    expect(role.context.chosen).toBeUndefined()
    role.receive(given.accepted('a1', 1, 'blue'))
    role.receive(given.accepted('stranger', 1, 'blue'))
    expect(role.context.chosen).toBeUndefined()
    role.receive(given.accepted('a3', 1, 'blue'))
    expect(role.context.chosen).toEqual(given.bytesOf('blue'))
  })
})

describe('2.2, phase 1', () => {
  test('(a) "A proposer selects a proposal number n and sends a prepare request with number n" to the acceptors', () => {
    const role = given.proposerWith({ round: 4 })
    expect(role.effects).toEqual([])
    role.tell(given.asked('blue'))
    expect(role.effects[0]).toEqual({ type: 'persist', record: { round: 5 } })
    expect(given.sent(role.effects)).toEqual([{ to: toAcceptors, type: 'Prepare', ballot: given.ballot(5) }])
  })

  test('(a) a proposer that nobody asks selects none', () => {
    const role = given.proposerWith()
    expect([role.state, role.effects, role.timers]).toEqual(['idle', [], {}])
  })

  test('(a) without an answer from a quorum it asks again, under the same number: answers that came still count', () => {
    const role = given.proposerWith()
    role.tell(given.asked('blue'))
    role.receive(given.promise('a1', 1))
    expect(given.sent(role.fire('phaseTimeout'))).toEqual([
      { to: toAcceptors, type: 'Prepare', ballot: given.ballot(1) },
    ])
    expect(given.kindsOf(role.effects)).toEqual(['send'])
    expect(role.timers).toEqual({ phaseTimeout: 500 })
    role.receive(given.promise('a2', 1))
    expect(role.state).toBe('accepting')
    const accepts = role.effects
    expect(role.fire('phaseTimeout')).toEqual(accepts)
    role.receive(given.accepted('a1', 1, 'blue'))
    role.fire('phaseTimeout')
    role.receive(given.accepted('a2', 1, 'blue'))
    expect(role.state).toBe('done')
  })

  test('(b) a number "greater than that of any prepare request to which it has already responded" gets a promise', () => {
    const role = given.acceptorWith()
    expect(given.sent(role.receive(given.prepare(3)))).toEqual([
      { to: 'g/proposer/p1', type: 'Promise', ballot: given.ballot(3), doubtful: false },
    ])
    expect(given.sent(role.receive(given.prepare(4, 'p2')))).toEqual([
      { to: 'g/proposer/p2', type: 'Promise', ballot: given.ballot(4, 'p2'), doubtful: false },
    ])
    expect(role.context.promised).toEqual(given.ballot(4, 'p2'))
  })

  test('(b) "with the highest-numbered proposal (if any) that it has accepted"', () => {
    const role = given.acceptorWith()
    role.receive(given.accept(3, 'blue'))
    role.receive(given.accept(5, 'red', 'p2'))
    role.receive(given.accept(4, 'green'))
    expect(given.sent(role.receive(given.prepare(6)))).toMatchObject([{ type: 'Promise', accepted: '5@p2 red' }])
  })

  test('(b) a number that is less gets none; "it should probably inform the proposer, who should then abandon its proposal"', () => {
    const role = given.acceptorWith()
    role.receive(given.prepare(5, 'p2'))
    const before = role.snapshot
    expect(given.sent(role.receive(given.prepare(4)))).toEqual([
      { to: 'g/proposer/p1', type: 'Nack', ballot: given.ballot(4), promised: given.ballot(5, 'p2') },
    ])
    expect(role.snapshot).toBe(before)
  })

  test('(b) of two proposers in one round only one is greater', () => {
    const [less, more] = ['p1', 'p2'].sort((a, b) => placeOf(a) - placeOf(b)) as [string, string]
    const role = given.acceptorWith()
    role.receive(given.prepare(1, less))
    expect(given.sent(role.receive(given.prepare(1, more)))).toMatchObject([{ type: 'Promise' }])
    expect(given.sent(role.receive(given.prepare(1, less)))).toMatchObject([{ type: 'Nack' }])
  })

  test('(b) a request that comes again is answered again, and writes nothing', () => {
    const role = given.acceptorWith()
    const first = role.receive(given.prepare(3))
    expect(given.kindsOf(first)).toEqual(['persist', 'send'])
    expect(role.receive(given.prepare(3))).toEqual(first.slice(1))
  })

  test('(b) "We also have it ignore a prepare request for a proposal it has already accepted"', () => {
    const role = given.acceptorWith()
    role.receive(given.prepare(3))
    role.receive(given.accept(3, 'blue'))
    expect(role.receive(given.prepare(3))).toEqual([])
  })

  test('(b) "it should ... inform the proposer, who should then abandon its proposal", and its next number is greater', () => {
    const role = given.proposerWith()
    role.tell(given.asked('blue'))
    role.receive(given.nack('a1', 1, given.ballot(41, 'p2')))
    expect(role.state).toBe('backingOff')
    role.receive(given.promise('a2', 1))
    role.receive(given.promise('a3', 1))
    expect(role.state).toBe('backingOff')
    role.fire('backOff')
    expect(given.sent(role.effects)).toMatchObject([{ type: 'Prepare', ballot: given.ballot(42) }])
  })

  test.each<[string, ReturnType<typeof given.nack>]>([
    ['to an earlier number', given.nack('a1', 4, given.ballot(9, 'p2'))],
    ['that names no greater one', given.nack('a1', 5, given.ballot(5))],
    ['that names one beyond all that are issued', given.nack('a1', 5, given.ballot(2 ** 40, 'p2'))],
  ])('(b) a refusal %s is none', (_name, message) => {
    const preparing = given.proposerWith({ round: 4 })
    preparing.tell(given.asked('blue'))
    const before = preparing.snapshot
    preparing.receive(message)
    expect(preparing.snapshot).toBe(before)
    for (const node of ['a1', 'a2']) preparing.receive(given.promise(node, 5))
    expect(preparing.state).toBe('accepting')
    preparing.receive(message)
    expect(preparing.state).toBe('accepting')
  })
})

describe('2.2, phase 2', () => {
  const preparing = () => {
    const role = given.proposerWith()
    role.tell(given.asked('blue'))
    return role
  }

  test('(a) "If the proposer receives a response to its prepare requests (numbered n) from a majority of acceptors, then it sends an accept request"', () => {
    const role = preparing()
    expect(role.receive(given.promise('a2', 1))).toEqual([])
    expect(given.sent(role.receive(given.promise('a3', 1)))).toEqual([
      { to: toAcceptors, type: 'Accept', proposal: '1@p1 blue' },
    ])
  })

  test('(a) not by the same acceptor twice, by another number, by who is no acceptor, or by an answer that comes late', () => {
    const role = preparing()
    role.receive(given.promise('a2', 1))
    role.receive(given.promise('a2', 1))
    role.receive(given.promise('stranger', 1))
    role.receive({ ...given.promise('a3', 1), ballot: given.ballot(1, 'p2') })
    role.receive(given.promise('a3', 2))
    expect(role.state).toBe('preparing')
    role.receive(given.nack('a1', 1, given.ballot(1, 'p2')))
    role.receive(given.promise('a3', 1))
    expect(role.state).toBe('backingOff')
  })

  test('(a) "or is any value if the responses reported no proposals": that of the client who asked first', () => {
    const role = preparing()
    role.tell(given.asked('red', 2))
    role.receive(given.promise('a1', 1))
    expect(given.sent(role.receive(given.promise('a2', 1)))).toMatchObject([{ proposal: '1@p1 blue' }])
  })

  test('(a) what an acceptor reported to an earlier number is asked anew', () => {
    const role = preparing()
    role.receive(given.promise('a1', 1, given.proposal(1, 'red', 'p0')))
    role.receive(given.nack('a3', 1, given.ballot(1, 'p2')))
    role.fire('backOff')
    role.receive(given.promise('a2', 2))
    expect(given.sent(role.receive(given.promise('a3', 2)))).toMatchObject([{ proposal: '2@p1 blue' }])
  })

  test('(b) "it accepts the proposal unless it has already responded to a prepare request having a number greater than n"', () => {
    const role = given.acceptorWith()
    role.receive(given.prepare(4, 'p2'))
    expect(given.sent(role.receive(given.accept(3, 'blue')))).toEqual([
      { to: 'g/proposer/p1', type: 'Nack', ballot: given.ballot(3), promised: given.ballot(4, 'p2') },
    ])
    expect(role.context.accepted).toBeUndefined()
    expect(given.sent(role.receive(given.accept(4, 'red', 'p2')))).toEqual([
      { to: 'g/proposer/p2', type: 'Accepted', proposal: '4@p2 red' },
      { to: everyone(learnerRole), type: 'Accepted', proposal: '4@p2 red' },
    ])
  })

  test('P1a: "An acceptor can accept a proposal numbered n iff it has not responded to a prepare request having a number greater than n"', () => {
    const numbers = [1, 2, 3].flatMap((round) => ['p1', 'p2'].map((node) => given.ballot(round, node)))
    for (const promised of [undefined, ...numbers]) {
      for (const { round, node } of numbers) {
        const role = given.acceptorWith()
        if (promised) role.receive(given.prepare(promised.round, promised.node))
        role.receive(given.accept(round, 'blue', node))
        expect(role.context.accepted !== undefined).toBe(!promised || !isGreater(promised, { round, node }))
      }
    }
  })

  test('(b) a proposal that comes again is accepted again, and writes nothing; not where a greater number was promised', () => {
    const role = given.acceptorWith()
    const first = role.receive(given.accept(3, 'blue'))
    expect(given.kindsOf(first)).toEqual(['persist', 'send', 'send'])
    expect(role.receive(given.accept(3, 'blue'))).toEqual(first.slice(1))
    role.receive(given.prepare(4, 'p2'))
    expect(given.sent(role.receive(given.accept(3, 'blue')))).toMatchObject([{ type: 'Nack' }])
    expect(given.kindsOf(role.receive(given.accept(4, 'red', 'p2')))).toEqual(['persist', 'send', 'send'])
  })

  test('(b) what was accepted promises as much as a prepare request of its number would', () => {
    const role = given.acceptorWith()
    role.receive(given.accept(5, 'blue'))
    expect(given.sent(role.receive(given.prepare(4, 'p2')))).toMatchObject([{ type: 'Nack', promised: { round: 5 } }])
    expect(given.sent(role.receive(given.accept(4, 'red', 'p2')))).toMatchObject([{ type: 'Nack' }])
    expect(role.context.accepted).toEqual(given.proposal(5, 'blue'))
  })

  test('(b) a quorum of acceptances of its own number, and nothing else, tells the proposer that its value is chosen', () => {
    const role = preparing()
    for (const node of ['a1', 'a2']) role.receive(given.promise(node, 1))
    role.receive(given.accepted('a1', 1, 'blue'))
    role.receive(given.accepted('a1', 1, 'blue'))
    role.receive(given.accepted('a2', 1, 'red', 'p2'))
    role.receive(given.accepted('a2', 2, 'blue'))
    role.receive(given.accepted('stranger', 1, 'blue'))
    expect(role.state).toBe('accepting')
    role.receive(given.accepted('a3', 1, 'blue'))
    expect(role.state).toBe('done')
    expect(given.sent(role.effects)).toEqual([
      { to: everyone(learnerRole), type: 'Chosen', value: 'blue' },
      { to: everyone(proposerRole), type: 'Chosen', value: 'blue' },
    ])
    expect(role.effects.at(-1)).toEqual({ type: 'answer', request: 1, body: given.bytesOf('blue') })
  })

  test('(b) acceptances of a number that was abandoned do not count for the next', () => {
    const role = preparing()
    for (const node of ['a1', 'a2']) role.receive(given.promise(node, 1))
    role.receive(given.accepted('a1', 1, 'blue'))
    role.receive(given.nack('a3', 1, given.ballot(1, 'p2')))
    role.fire('backOff')
    for (const node of ['a2', 'a3']) role.receive(given.promise(node, 2))
    role.receive(given.accepted('a2', 2, 'blue'))
    expect(role.state).toBe('accepting')
    role.receive(given.accepted('a3', 2, 'blue'))
    expect(role.state).toBe('done')
  })

  test('"the proposer can always abandon a proposal": it counts no acceptance of it afterwards', () => {
    const role = preparing()
    for (const node of ['a1', 'a2']) role.receive(given.promise(node, 1))
    role.receive(given.nack('a3', 1, given.ballot(2, 'p2')))
    expect(role.state).toBe('backingOff')
    for (const node of ['a1', 'a2']) role.receive(given.accepted(node, 1, 'blue'))
    expect(role.state).toBe('backingOff')
  })

  test('numbers that nobody issues are neither promised, nor accepted, nor counted', () => {
    for (const round of [0, 2 ** 40]) {
      const acceptor = given.acceptorWith()
      const before = acceptor.snapshot
      expect(acceptor.receive(given.prepare(round))).toEqual([])
      expect(acceptor.receive(given.accept(round, 'blue'))).toEqual([])
      expect(acceptor.snapshot).toBe(before)
      const learner = given.learnerWith()
      for (const node of given.three) learner.receive(given.accepted(node, round, 'blue'))
      expect(learner.state).toBe('listening')
    }
  })
})

describe('2.2, "an acceptor must remember this information even if it fails and then restarts"', () => {
  const throughDisk = (role: ReturnType<typeof given.acceptorWith>) => {
    const persisted = role.effects.find(({ type }) => type === 'persist')
    return given.acceptorWith(persisted?.type === 'persist' ? persisted.record : undefined)
  }

  test('"the number of the highest-numbered prepare request to which it has responded"', () => {
    const before = given.acceptorWith()
    before.receive(given.prepare(3))
    const after = throughDisk(before)
    expect(given.sent(after.receive(given.accept(2, 'red', 'p2')))).toMatchObject([{ type: 'Nack' }])
    expect(given.sent(after.receive(given.prepare(2, 'p2')))).toMatchObject([{ type: 'Nack' }])
  })

  test('"the highest-numbered proposal that it has ever accepted"', () => {
    const before = given.acceptorWith()
    before.receive(given.accept(3, 'blue'))
    const after = throughDisk(before)
    expect(given.sent(after.receive(given.prepare(4, 'p2')))).toMatchObject([
      { type: 'Promise', accepted: '3@p1 blue' },
    ])
    expect(given.sent(after.receive(given.accept(2, 'red', 'p2')))).toMatchObject([{ type: 'Nack' }])
  })
})

describe('Flexible Paxos (Howard, Malkhi and Spiegelman, 2016): each phase has quorums of its own', () => {
  const six = [...given.five, 'a6']
  /** Of five: any four prepare, any two choose. Of six in two rows of three: a row prepares, a column chooses. */
  const systems: [string, PhaseQuorums, string[], string[]][] = [
    [
      'thresholds',
      flexible({ phase1: atLeast(4, given.five), phase2: atLeast(2, given.five) }),
      ['a1', 'a2', 'a3', 'a4'],
      ['a4', 'a5'],
    ],
    ['a grid', grid(2, 3, six), ['a4', 'a5', 'a6'], ['a2', 'a5']],
  ]

  test.each(systems)('%s: who prepares needs the one, who is chosen the other', (_name, quorums, first, second) => {
    const role = given.proposerWith(undefined, undefined, { quorums })
    role.tell(given.asked('blue'))
    for (const node of first) {
      expect(role.state).toBe('preparing')
      role.receive(given.promise(node, 1))
    }
    for (const node of second) {
      expect(role.state).toBe('accepting')
      role.receive(given.accepted(node, 1, 'blue'))
    }
    expect(role.state).toBe('done')
    const learner = given.learnerWith({ quorums })
    for (const node of second) {
      expect(learner.state).toBe('listening')
      learner.receive(given.accepted(node, 1, 'blue'))
    }
    expect(learner.state).toBe('learned')
  })
})

describe('2.3, learning a chosen value', () => {
  const informed = (distinguishedLearner?: string) => {
    const stage = new Stage(
      given.groupOf({ learners: ['l1', 'l2', 'l3'], ...(distinguishedLearner && { distinguishedLearner }) }),
    )
    stage.stabilize()
    const said: string[] = []
    given.ask(stage, 'p1', 'blue')
    // Only what acceptors and learners say: the proposer, which tells learners too, is cut off from them.
    deliver(stage, ({ from, to, message }) => {
      if (from.includes(proposerRole) && to.includes(learnerRole)) return false
      if (to.includes(learnerRole)) said.push(`${from.slice(2)} ${message.type} ${to.slice(2)}`)
      return true
    })
    return { stage, said }
  }

  test('"to have each acceptor, whenever it accepts a proposal, respond to all learners, sending them the proposal"', () => {
    const { stage, said } = informed()
    expect(said).toHaveLength(9)
    expect(said).toEqual(
      given.three.flatMap((a) => ['l1', 'l2', 'l3'].map((l) => `acceptor/${a} Accepted learner/${l}`)),
    )
    expect(given.chosenAt(stage, learnerRole)).toEqual(['blue', 'blue', 'blue'])
  })

  test('"to have the acceptors respond with their acceptances to a distinguished learner, which in turn informs the other learners"', () => {
    const { stage, said } = informed('l2')
    expect(said).toEqual([
      ...given.three.map((node) => `acceptor/${node} Accepted learner/l2`),
      'learner/l2 Chosen learner/l1',
      'learner/l2 Chosen learner/l3',
    ])
    expect(given.chosenAt(stage, learnerRole)).toEqual(['blue', 'blue', 'blue'])
  })

  test('"If the distinguished learner fails", the others learn by asking', () => {
    const stage = new Stage(given.groupOf({ distinguishedLearner: 'l2' }))
    stage.actor(learnerRole, 'l2').crash()
    given.ask(stage, 'p1', 'blue')
    stage.stabilize(({ from, to }) => !(from.includes(proposerRole) && to.includes(learnerRole)))
    expect(given.chosenAt(stage, learnerRole)).toEqual([undefined, undefined])
    stage.actor(learnerRole, 'l1').fire('askAgain')
    stage.stabilize()
    expect(given.chosenAt(stage, learnerRole)).toEqual(['blue', undefined])
  })

  test('"Because of message loss, a value could be chosen with no learner ever finding out": it can ask the acceptors', () => {
    const stage = new Stage(given.groupOf())
    given.ask(stage, 'p1', 'blue')
    stage.stabilize(({ to }) => !to.includes(learnerRole))
    expect(given.chosenAt(stage, learnerRole)).toEqual([undefined, undefined])
    stage.actor(learnerRole, 'l2').fire('askAgain')
    stage.stabilize(({ from, to }) => [from, to].every((address) => !/proposer|l1/.test(address)))
    expect(given.chosenAt(stage, learnerRole)).toEqual([undefined, 'blue'])
  })

  test('one that begins after the decision asks at once, acceptors and learners; either is enough', () => {
    for (const silent of [acceptorRole, learnerRole]) {
      const stage = new Stage(given.groupOf())
      stage.actor(learnerRole, 'l2').crash()
      given.ask(stage, 'p1', 'blue')
      stage.stabilize()
      stage.actor(learnerRole, 'l2').start()
      stage.stabilize(({ from }) => from.endsWith('l2') || !from.includes(silent))
      expect(given.chosenAt(stage, learnerRole)).toEqual(['blue', 'blue'])
    }
  })

  test('one that knows nothing yet has no answer, and asks again and again', () => {
    const role = given.learnerWith()
    const questions = [
      { to: toAcceptors, type: 'Learn' },
      { to: everyone(learnerRole), type: 'Learn' },
    ]
    expect(given.sent(role.effects)).toEqual(questions)
    expect(role.receive(given.learn())).toEqual([])
    for (let time = 0; time < 3; time++) expect(given.sent(role.fire('askAgain'))).toEqual(questions)
    expect(given.acceptorWith().receive(given.learn())).toEqual([])
    role.receive(given.chosen('blue'))
    expect(role.timers).toEqual({})
    expect(given.sent(role.receive(given.learn()))).toEqual([{ to: 'g/learner/l9', type: 'Chosen', value: 'blue' }])
    role.receive(given.chosen('red'))
    expect(role.context.chosen).toEqual(given.bytesOf('blue'))
  })

  test('"failure of an acceptor could make it impossible to know ... learners will find out what value is chosen only when a new proposal is chosen"', () => {
    const stage = new Stage(given.groupOf())
    const [l1, a2] = [stage.actor(learnerRole, 'l1'), stage.actor(acceptorRole, 'a2')]
    // Blue is chosen, by a1 and a2. Then a2 fails.
    given.ask(stage, 'p1', 'blue')
    stage.stabilize(({ to }) => !to.includes(learnerRole) && !to.endsWith('a3') && !to.endsWith('p2'))
    expect(given.answersOf(stage.actor(proposerRole, 'p1'))).toEqual(['blue'])
    a2.crash()
    stage.actor(learnerRole, 'l2').crash()
    l1.fire('askAgain')
    stage.stabilize()
    expect(given.chosenAt(stage, learnerRole)).toEqual([undefined, undefined])
    given.ask(stage, 'p2', 'red')
    stage.stabilize()
    for (let round = 0; round < 3 && stage.actor(proposerRole, 'p2').status.state === 'backingOff'; round++) {
      stage.actor(proposerRole, 'p2').fire('backOff')
      stage.stabilize()
    }
    expect(given.chosenAt(stage, learnerRole)).toEqual(['blue', undefined])
  })

  test('a learner keeps the votes of a bounded number of ballots, the highest', () => {
    const role = given.learnerWith()
    for (let round = 1; round <= 100; round++) role.receive(given.accepted('a1', round, `blue ${round}`))
    expect(role.context.votes.size).toBe(64)
    role.receive(given.accepted('a2', 36, 'blue 36'))
    expect(role.state).toBe('listening')
    role.receive(given.accepted('a2', 100, 'blue 100'))
    expect(role.context.chosen).toEqual(given.bytesOf('blue 100'))
  })
})

describe('2.4, progress', () => {
  test('"If the distinguished proposer ... uses a proposal with number greater than any already used, then it will succeed": a Nack tells it which', () => {
    const stage = new Stage(given.groupOf())
    for (const { address: to } of stage.actorsOf(acceptorRole)) {
      stage.deliver({
        from: 'g/proposer/p9',
        to,
        message: { type: 'Prepare', ballot: given.ballot(1000, 'p9') } as Prepare,
      })
    }
    given.ask(stage, 'p1', 'blue')
    stage.stabilize()
    const p1 = stage.actor(proposerRole, 'p1')
    expect(p1.status.state).toBe('backingOff')
    p1.fire('backOff')
    stage.stabilize()
    expect(given.answersOf(p1)).toEqual(['blue'])
  })

  test('lost requests and lost answers are made good', () => {
    for (const lost of ['Prepare', 'Promise', 'Accept', 'Accepted']) {
      const stage = new Stage(given.groupOf())
      const p1 = stage.actor(proposerRole, 'p1')
      given.ask(stage, 'p1', 'blue')
      stage.stabilize(({ message, to }) => message.type !== lost && !to.includes(learnerRole))
      expect(given.answersOf(p1)).toEqual([])
      p1.fire('phaseTimeout')
      stage.stabilize()
      expect(given.answersOf(p1)).toEqual(['blue'])
      expect(given.chosenAt(stage, learnerRole)).toEqual(['blue', 'blue'])
    }
  })

  test('a minority of the acceptors decides nothing, and a majority needs no other', () => {
    const stage = new Stage(given.groupOf())
    const p1 = stage.actor(proposerRole, 'p1')
    for (const node of ['a1', 'a2']) stage.actor(acceptorRole, node).crash()
    given.ask(stage, 'p1', 'blue')
    stage.stabilize()
    expect(p1.status.state).toBe('preparing')
    stage.actor(acceptorRole, 'a2').start()
    p1.fire('phaseTimeout')
    stage.stabilize()
    expect(given.answersOf(p1)).toEqual(['blue'])
  })

  test('a decision is told to the other proposers: who waits for a turn is answered, and issues no more', () => {
    const stage = new Stage(given.groupOf())
    const p2 = stage.actor(proposerRole, 'p2')
    given.ask(stage, 'p2', 'red')
    stage.stabilize(() => false)
    const { from, ...refusal } = given.nack('a1', 1, given.ballot(9))
    stage.deliver({ from, to: p2.address, message: { ...refusal, ballot: given.ballot(1, 'p2') } as Nack })
    expect(p2.status.state).toBe('backingOff')
    given.ask(stage, 'p1', 'blue')
    stage.stabilize()
    expect(given.answersOf(p2)).toEqual(['blue'])
    expect(p2.driven?.timers).toEqual({})
  })
})

describe('2.5, the implementation', () => {
  test('"An acceptor records its intended response in stable storage before actually sending the response"', () => {
    const role = given.acceptorWith()
    expect(given.kindsOf(role.receive(given.prepare(3)))).toEqual(['persist', 'send'])
    expect(role.effects[0]).toEqual({
      type: 'persist',
      record: { promised: given.ballot(3), doubtful: false, doubt: 0 },
    })
    expect(given.kindsOf(role.receive(given.accept(3, 'blue')))).toEqual(['persist', 'send', 'send'])
    const record = { promised: given.ballot(3), accepted: given.proposal(3, 'blue'), doubtful: false, doubt: 0 }
    expect(role.effects[0]).toEqual({ type: 'persist', record })
  })

  test('"Different proposers choose their numbers from disjoint sets of numbers"', () => {
    const stage = new Stage(given.groupOf({ proposers: ['p1', 'p2', 'p3'] }))
    const issued = new Map<string, string>()
    const note = ({ from, message }: Packet) => {
      const said = message as PaxosMessage
      if (said.type === 'Nack') return true
      if (said.type !== 'Prepare') return false
      const number = `${said.ballot.round}@${said.ballot.node}`
      expect(issued.get(number) ?? from).toBe(from)
      issued.set(number, from)
      return true
    }
    for (const node of ['p1', 'p2', 'p3']) given.ask(stage, node, node)
    for (let round = 0; round < 12; round++) {
      stage.stabilize(note)
      for (const actor of stage.actorsOf(proposerRole)) {
        const [timer] = Object.keys(actor.driven?.timers ?? {})
        if (timer) actor.fire(timer)
      }
    }
    for (const { address } of stage.actorsOf(proposerRole)) {
      expect([...issued.values()].filter((owner) => owner === address).length).toBeGreaterThan(2)
    }
  })

  test('"Each proposer remembers (in stable storage) the highest-numbered proposal it has tried to issue, and begins phase 1 with a higher proposal number than any it has already used"', () => {
    const stage = new Stage(given.groupOf())
    const p1 = stage.actor(proposerRole, 'p1')
    const rounds: number[] = []
    for (let life = 1; life <= 4; life++) {
      given.ask(stage, 'p1', `life ${life}`)
      stage.stabilize(({ message }) => {
        const said = message as PaxosMessage
        if (said.type === 'Prepare' && said.ballot.node === 'p1') rounds.push(said.ballot.round)
        return said.type === 'Learn'
      })
      p1.crash()
      p1.start()
    }
    expect(rounds).toEqual([1, 2, 3, 4].flatMap((round) => given.three.map(() => round)))
  })

  test('a proposer whose disk may have forgotten a number leaves out all that it may have been', () => {
    const lives = [
      given.proposerWith({ round: 3 }, undefined, {}, true),
      // As earlier versions wrote it.
      given.proposerWith({ round: 3, doubtful: true } as { round: number }),
    ]
    for (const role of lives) {
      expect(role.context.round).toBeGreaterThan(100_000)
      // They are on the disk before anything else, or the next damage could bring one of them back.
      expect(role.effects).toEqual([{ type: 'persist', record: { round: role.context.round } }])
      role.tell(given.asked('blue', 7))
      expect(role.state).toBe('preparing')
    }
  })

  test('a proposer takes no more questions than it can remember', () => {
    const role = given.proposerWith()
    const most = 4096
    for (let request = 1; request <= most; request++)
      expect(role.tell(given.asked('blue', request)).length).toBeLessThan(3)
    role.tell(given.asked('blue', most + 1))
    expect(role.effects).toEqual([{ type: 'refuse', request: most + 1, reason: 'overloaded' }])
    role.receive(given.chosen('red'))
    expect(role.effects).toHaveLength(most)
    expect(role.effects.at(-1)).toMatchObject({ type: 'answer', request: most })
    expect(role.context.requests).toEqual([])
  })

  test('what is said is the same on the wire', () => {
    const said: PaxosMessage[] = [
      { type: 'Prepare', ballot: given.ballot(1) },
      { type: 'Promise', ballot: given.ballot(2 ** 32, 'p2'), doubtful: false },
      { type: 'Promise', ballot: given.ballot(1), accepted: given.proposal(1, ''), doubtful: true },
      { type: 'Accept', proposal: given.proposal(3, 'blue') },
      { type: 'Accepted', proposal: given.proposal(3, 'blue') },
      { type: 'Nack', ballot: given.ballot(1), promised: given.ballot(2) },
      { type: 'Learn' },
      { type: 'Rejoin', doubt: 2 },
      { type: 'RejoinReply', doubt: 2, ballot: given.ballot(3), chosen: given.proposal(1, 'blue') },
      { type: 'Chosen', value: given.bytesOf('blue') },
    ]
    for (const message of said) expect(messages.decode(message.type, messages.encode(message))).toEqual(message)
  })
})
