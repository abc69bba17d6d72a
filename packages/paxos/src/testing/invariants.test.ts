import { defineStateMachine, type Entry, type StoreWrite } from '@quorate/core'
import { foundBy, type Invariant, type InvariantFactory } from '@quorate/core/testing'
import { expect, test } from 'vitest'
import { multiPaxos } from '../multi/multiPaxos.js'
import { paxos } from '../single/paxos.js'
import { chosenStaysChosen } from './chosenStaysChosen.js'
import { paxosInvariants } from './index.js'
import { oneDecision } from './oneDecision.js'
import { oneValuePerSlot } from './oneValuePerSlot.js'
import { promisesOnlyGrow } from './promisesOnlyGrow.js'

/** Each invariant is shown what is sound, which it must let pass, and what is not, which it must find. */

const stateMachine = defineStateMachine({
  initial: () => 0,
  apply: (state: number) => ({ state, result: state }),
  snapshot: () => new Uint8Array(),
  restore: () => 0,
})
const nodes = ['n1', 'n2', 'n3']
const everywhere = { proposers: nodes, acceptors: nodes, learners: nodes }
const definitions = { 'multi-paxos': multiPaxos({ ...everywhere, stateMachine }), paxos: paxos(everywhere) }

/** Those that have found something. */
const finders = new Set<InvariantFactory>()

/** What an invariant says of what it is shown. */
function judge(
  make: InvariantFactory,
  protocol: keyof typeof definitions,
  show: (invariant: Required<Invariant>) => void,
) {
  const found = foundBy(make, { definition: definitions[protocol] }, show)
  if (found.length > 0) finders.add(make)
  return found
}

const place = (node: string, role = 'server') => ({ node, group: 'g', role })
const entry = (index: number, term: number, text = `${index}/${term}`): Entry => ({
  index,
  term,
  kind: 'command',
  session: 1,
  sequence: index,
  answeredBelow: 0,
  bytes: new TextEncoder().encode(text),
})
const ballot = (round: number) => round * 2 ** 20
const accepting = (...entries: Entry[]): StoreWrite[] => [
  { key: 'g/acceptor', operations: [{ type: 'append', entries }] },
]
test('One Value per Slot', () => {
  const sound = (invariant: Required<Invariant>) => {
    for (const node of ['n1', 'n2']) invariant.durable(node, accepting(entry(1, ballot(1), 'a')))
    invariant.emitted(place('n3', 'learner'), { type: 'commit', entries: [entry(1, ballot(1), 'a')] })
  }
  expect(judge(oneValuePerSlot, 'multi-paxos', sound)).toEqual([])
  const another = (invariant: Required<Invariant>) => {
    sound(invariant)
    for (const node of ['n2', 'n3']) invariant.durable(node, accepting(entry(1, ballot(2), 'b')))
  }
  expect(judge(oneValuePerSlot, 'multi-paxos', another)).toEqual(['slot 1: two values are chosen'])
  const learnt = (invariant: Required<Invariant>) => {
    invariant.durable('n1', accepting(entry(1, ballot(1), 'a')))
    invariant.emitted(place('n3', 'learner'), { type: 'commit', entries: [entry(1, ballot(1), 'a')] })
  }
  expect(judge(oneValuePerSlot, 'multi-paxos', learnt)).toHaveLength(1)
  const learntOtherwise = (invariant: Required<Invariant>) => {
    sound(invariant)
    invariant.emitted(place('n1', 'learner'), { type: 'commit', entries: [entry(1, ballot(1), 'b')] })
  }
  expect(judge(oneValuePerSlot, 'multi-paxos', learntOtherwise)).toHaveLength(1)
  const twoValues = (invariant: Required<Invariant>) => {
    invariant.durable('n1', accepting(entry(1, ballot(1), 'a')))
    invariant.durable('n2', accepting(entry(1, ballot(1), 'b')))
  }
  expect(judge(oneValuePerSlot, 'multi-paxos', twoValues)).toHaveLength(1)
})

test('Chosen Stays Chosen', () => {
  const then = (value: string) => (invariant: Required<Invariant>) => {
    for (const node of ['n1', 'n2']) invariant.durable(node, accepting(entry(1, ballot(1), 'a')))
    invariant.durable('n3', accepting(entry(1, ballot(2), value)))
  }
  expect(judge(chosenStaysChosen, 'multi-paxos', then('a'))).toEqual([])
  expect(judge(chosenStaysChosen, 'multi-paxos', then('b'))).toHaveLength(1)
})

const acceptor = (round: number, doubtful = false) => ({ context: { promised: { round }, doubtful } })
test.each(['multi-paxos', 'paxos'] as const)('Promises Only Grow: %s', (protocol) => {
  const again = (after: object) => (invariant: Required<Invariant>) => {
    invariant.spoke(place('n1', 'acceptor'), { type: 'Promise', ballot: { round: 3 } } as never)
    invariant.stepped(place('n1', 'acceptor'), undefined, undefined, after)
  }
  expect(judge(promisesOnlyGrow, protocol, again(acceptor(3)))).toEqual([])
  expect(judge(promisesOnlyGrow, protocol, again(acceptor(2, true)))).toEqual([])
  expect(judge(promisesOnlyGrow, protocol, again(acceptor(2)))).toHaveLength(1)
  const within = (invariant: Required<Invariant>) =>
    invariant.stepped(place('n1', 'acceptor'), acceptor(3), undefined, acceptor(2))
  expect(judge(promisesOnlyGrow, protocol, within)).toHaveLength(1)
})

test('Promises Only Grow: an acceptance is a promise', () => {
  const afterAccepting = (round: number) => (invariant: Required<Invariant>) => {
    invariant.durable('n1', accepting(entry(1, ballot(3))))
    invariant.stepped(place('n1', 'acceptor'), undefined, undefined, acceptor(round))
  }
  expect(judge(promisesOnlyGrow, 'multi-paxos', afterAccepting(3))).toEqual([])
  expect(judge(promisesOnlyGrow, 'multi-paxos', afterAccepting(2))).toHaveLength(1)
  const afterSayingSo = (round: number) => (invariant: Required<Invariant>) => {
    const accepted = { type: 'Accepted', proposal: { ballot: { round: 3 } } }
    invariant.spoke(place('n1', 'acceptor'), accepted as never)
    invariant.stepped(place('n1', 'acceptor'), undefined, undefined, acceptor(round))
  }
  expect(judge(promisesOnlyGrow, 'paxos', afterSayingSo(3))).toEqual([])
  expect(judge(promisesOnlyGrow, 'paxos', afterSayingSo(2))).toHaveLength(1)
})

test('One Decision', () => {
  const told = (first: number, second: number) => (invariant: Required<Invariant>) => {
    for (const value of [1, 2]) invariant.began(value, { f: 'propose', key: 'd', value })
    const tell = (process: number, value: number) =>
      invariant.answered(process, { f: 'propose', key: 'd', value: process }, { type: 'ok', result: value })
    tell(1, first)
    tell(2, second)
  }
  expect(judge(oneDecision, 'paxos', told(2, 2))).toEqual([])
  expect(judge(oneDecision, 'paxos', told(1, 2))).toHaveLength(1)
  expect(judge(oneDecision, 'paxos', told(3, 3))).toHaveLength(2)
})

test('each was shown something wrong above, and has found it', () => {
  expect(paxosInvariants.filter((make) => !finders.has(make))).toEqual([])
})
