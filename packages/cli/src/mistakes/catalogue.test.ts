import { expect, test } from 'vitest'
import { hostMistakes } from './host.simulated.test.fixture.js'
import * as checked from './paxos.checked.test.fixture.js'
import * as simulated from './paxos.simulated.test.fixture.js'
import { pitfalls } from './pitfalls.test.fixture.js'
import * as checkedRaft from './raft.checked.test.fixture.js'
import * as simulatedRaft from './raft.simulated.test.fixture.js'

const byChecker = [...checkedRaft.raftMistakes, ...checked.paxosMistakes]
const bySimulator = [...simulatedRaft.raftMistakes, ...simulated.paxosMistakes, ...hostMistakes]

test('every pitfall is made on purpose', () => {
  const made = new Set([...byChecker, ...bySimulator].map(({ pitfall }) => pitfall))
  expect([...made].toSorted()).toEqual(Object.keys(pitfalls).toSorted())
})

test('no mistake is told twice of one tool', () => {
  for (const mistakes of [byChecker, bySimulator]) {
    expect(new Set(mistakes.map(({ name }) => name)).size).toBe(mistakes.length)
  }
})
