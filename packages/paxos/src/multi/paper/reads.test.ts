import { atLeast, flexible } from '@quorate/core'
import { Stage } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { commandOf, groupOf } from '../history.test.fixture.js'
import * as given from '../role.test.fixture.js'

/**
 * Linearizable reads without a slot of their own. A leader that knows what was chosen before it came asks a phase-2 quorum
 * whether its promises still hold: such a quorum meets every phase-1 quorum of a later ballot.
 */

const { said, ballot, entries, leadingIn } = given

type Role = ReturnType<typeof leadingIn>
const five = ['a1', 'a2', 'a3', 'a4', 'a5']
const accepted = (node: string, number: number) => said.accepted(node, { number })
/** The number of the question that was just asked. */
const asked = (role: Role) =>
  given.sentOf(role.effects, 'Accept').find(({ entries: slots }) => slots.length === 0)?.number ?? 0
const answers = (role: Role) =>
  given.effectsOf(role.effects, 'readable').map(({ request, at }) => `${request} at ${at}`)
/** Has the slots that are open chosen. */
function choose(role: Role, numbers: readonly number[]): void {
  for (const number of numbers) for (const node of ['n2', 'n3']) role.receive(accepted(node, number))
}

describe('a read is answered at what was chosen when it came, once a quorum says that the promise still holds', () => {
  test('the question carries nothing, and is asked at once', () => {
    const role = leadingIn()
    role.tell(given.proposed('a', 'b'))
    choose(role, [2])
    role.tell(given.read(7))
    expect(given.kindsOf(role.effects)).toEqual(['Accept->all'])
    const number = asked(role)
    role.receive(accepted('n2', number))
    expect(answers(role)).toEqual([])
    // What is proposed meanwhile it need not see.
    role.tell(given.proposed('c'))
    role.receive(accepted('n1', number))
    expect(answers(role)).toEqual(['7 at 2'])
  })

  test('an answer to what was asked before the read came proves nothing', () => {
    const role = leadingIn()
    const before = asked({ ...role, effects: role.fire('heartbeat') } as Role)
    role.tell(given.read(7))
    for (const node of ['n1', 'n2', 'n3']) role.receive(accepted(node, before))
    expect(answers(role)).toEqual([])
  })

  test('an answer to anything that was asked later does: questions may be lost', () => {
    const role = leadingIn()
    role.tell(given.read(7))
    role.fire('heartbeat')
    const later = asked(role)
    role.receive(accepted('n1', later))
    role.receive(accepted('n3', later))
    expect(answers(role)).toEqual(['7 at 0'])
  })

  test('an answer that was overtaken by a later one takes nothing back', () => {
    const role = leadingIn()
    role.tell(given.proposed('a'))
    role.tell(given.read(7))
    const number = asked(role)
    role.receive(accepted('n1', number))
    role.receive(accepted('n1', number - 1))
    role.receive(accepted('n2', number))
    expect(answers(role)).toEqual(['7 at 0'])
  })

  test('the quorum is one of phase 2, and of acceptors', () => {
    const quorums = flexible({ phase1: atLeast(4, five), phase2: atLeast(2, five) })
    const role = leadingIn({ nodes: { acceptor: five }, quorums })
    role.tell(given.read(7))
    const number = asked(role)
    for (const node of ['a1', 'a1', 'n9']) role.receive(accepted(node, number))
    expect(answers(role)).toEqual([])
    role.receive(accepted('a2', number))
    expect(answers(role)).toEqual(['7 at 0'])
  })

  test('reads that come while a question is on its way share the next one', () => {
    const role = leadingIn()
    role.tell(given.read(1))
    const first = asked(role)
    for (const request of [2, 3]) expect(role.tell(given.read(request))).toEqual([])
    role.receive(accepted('n1', first))
    role.receive(accepted('n2', first))
    expect(answers(role)).toEqual(['1 at 0'])
    const second = asked(role)
    expect(second).toBeGreaterThan(first)
    role.receive(accepted('n1', second))
    role.receive(accepted('n2', second))
    expect(answers(role)).toEqual(['2 at 0', '3 at 0'])
  })
})

describe('3: holes are filled, and what was found is chosen, before reads are served', () => {
  test('until then no question is asked: what the one before had chosen is not known', () => {
    const role = leadingIn({ limits: { entriesMax: 2 } }, entries(1, 3))
    expect(role.tell(given.read(7))).toEqual([])
    choose(role, [2])
    expect(given.kindsOf(role.effects)).toEqual(['Chosen->all'])
    for (const node of ['n2', 'n3']) role.receive(accepted(node, 3))
    expect(given.kindsOf(role.effects)).toEqual(['Chosen->all', 'Accept->all'])
    const number = asked(role)
    for (const node of ['n2', 'n3']) role.receive(accepted(node, number))
    expect(answers(role)).toEqual(['7 at 3'])
  })

  test('in the group: a read that came first sees what the leader before had acknowledged', () => {
    const stage = new Stage(groupOf())
    const [n1, n2] = [stage.actor('proposer', 'n1'), stage.actor('proposer', 'n2')]
    n1.fire('electionTimeout')
    stage.stabilize()
    stage.propose(n1, 1, commandOf('acknowledged'))
    stage.stabilize(({ to }) => to !== 'g/proposer/n2')
    n1.crash()
    for (const acceptor of stage.actorsOf('acceptor')) acceptor.fire('minimumElectionTimeout')
    n2.fire('electionTimeout')
    n2.beginWrite()
    n2.finishWrite()
    while (!n2.status.serves) {
      const packets = stage.packets
      stage.packets = []
      for (const packet of packets) stage.deliver(packet)
      for (const actor of stage.actors.values()) {
        actor.beginWrite()
        actor.finishWrite()
      }
    }
    n2.tell({ type: 'client.read', request: 9 })
    expect(n2.readable).toEqual([])
    stage.stabilize()
    expect(n2.readable).toEqual([{ request: 9, at: 1 }])
  })
})

describe("reads that were not confirmed are somebody else's to answer", () => {
  const deposing = {
    'a refusal': (role: Role) => role.receive(said.nack('n2', { promised: ballot(2, 'n2') })),
    'a later leader': (role: Role) => role.receive(said.heartbeat('n2', { ballot: ballot(2, 'n2') })),
    'no quorum': (role: Role) => role.fire('quorumCheck'),
  }
  test.each(Object.entries(deposing))('%s', (_case, depose) => {
    const role = leadingIn()
    for (const request of [1, 2]) role.tell(given.read(request))
    role.receive(said.readIndex('b1', { request: 3 }))
    depose(role)
    expect(role.snapshot.role).toBe('standby')
    expect(given.effectsOf(role.effects, 'refuse')).toEqual([
      { type: 'refuse', request: 1, reason: 'notLeader' },
      { type: 'refuse', request: 2, reason: 'notLeader' },
    ])
    expect(given.sentOf(role.effects, 'ReadIndexReply')).toEqual([
      { type: 'ReadIndexReply', request: 3, readable: false, index: 0, to: 'b1' },
    ])
  })
})

describe('batchers and proxy leaders', () => {
  test('a batcher is told the slot', () => {
    const role = leadingIn({ nodes: { batcher: ['b1'] } })
    role.receive(said.readIndex('b1', { request: 4 }))
    const number = asked(role)
    for (const node of ['n2', 'n3']) role.receive(accepted(node, number))
    expect(given.sentOf(role.effects, 'ReadIndexReply')).toEqual([
      { type: 'ReadIndexReply', request: 4, readable: true, index: 0, to: 'b1' },
    ])
  })

  test('proxy leaders tell learners before they tell the leader: a read must see all that was sent', () => {
    const role = leadingIn({ nodes: { proxyLeader: ['x1'] } })
    role.tell(given.proposed('a', 'b'))
    expect(role.context.chosenThrough).toBe(0)
    role.tell(given.read(7))
    const number = asked(role)
    for (const node of ['n2', 'n3']) role.receive(accepted(node, number))
    expect(answers(role)).toEqual(['7 at 2'])
  })
})
