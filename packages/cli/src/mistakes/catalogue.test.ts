import { expect, test } from 'vitest'
import { hostMistakes } from './hostSimulated.js'
import * as checked from './paxosChecked.js'
import * as simulated from './paxosSimulated.js'
import { pitfalls } from './pitfalls.js'
import * as checkedRaft from './raftChecked.js'
import * as simulatedRaft from './raftSimulated.js'

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
