import { describeQuorum, type PhaseQuorums } from '@quorate/core'
import { Chance, type SimulationSubject } from '@quorate/simulator'
import { expect, test } from 'vitest'
import { multiPaxosSubject } from './subjects/multiPaxos.js'
import { paxosSubject } from './subjects/paxos.js'
import { raftSubject } from './subjects/raft.js'
import { registerSubject } from './subjects/register.js'

/** What no seed draws nothing finds: quorums of all kinds, and nodes that alone hold the others together. */

const nodes = ['n1', 'n2', 'n3', 'n4', 'n5']

/** Of both phases: a majority, weights, few and many, a grid. */
function kindOf({ phase1, phase2 }: PhaseQuorums): string {
  const [one, two] = [describeQuorum(phase1), describeQuorum(phase2)]
  if (one.startsWith('1 of (')) return 'grid'
  if (one !== two) return 'flexible'
  return one === `3 of ${nodes.join(', ')}` ? 'majority' : 'weighted'
}

const clustersOf = (subject: SimulationSubject) =>
  Array.from({ length: 200 }, (_, seed) => subject.make(nodes.length, Chance.of(seed).stream('subject')))
const kindsOf = (subject: SimulationSubject) => {
  const quorums = clustersOf(subject).flatMap(({ groups }) => Object.values(groups).map((group) => group.quorums))
  return [...new Set(quorums.map((each) => each && kindOf(each)))].sort()
}

test.each([
  ['raft', raftSubject, ['majority', 'weighted']],
  ['multi-paxos', multiPaxosSubject, ['flexible', 'grid', 'majority', 'weighted']],
  ['paxos', paxosSubject, ['flexible', 'grid', 'majority', 'weighted']],
  ['register', registerSubject, ['flexible', 'grid', 'majority', 'weighted']],
] as const)('clusters of %s have quorums of each kind', (_name, subject, kinds) => {
  expect(kindsOf(subject)).toEqual(kinds)
})

test('of many clusters of Multi-Paxos each of some nodes may hold the others together, of majorities alone', () => {
  const drawn = clustersOf(multiPaxosSubject).map(({ groups, promises }) => ({
    kind: kindOf(groups['multi-paxos']!.quorums!),
    hubs: promises?.hubs ?? [],
  }))
  expect(drawn.filter(({ hubs }) => hubs.length > 0).length).toBeGreaterThan(30)
  expect(drawn.filter(({ kind, hubs }) => kind !== 'majority' && hubs.length > 0)).toEqual([])
})
