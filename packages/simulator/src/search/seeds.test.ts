import { describe, expect, test } from 'vitest'
import type { SimulationSubject } from '../subject/subject.js'
import { multiPaxosSubject, paxosSubject, raftSubject, runOf } from '../subject/subjects.test.fixture.js'
import { explore } from './explore.js'
import { failureOf, findingOf } from './findings.js'

/**
 * Half a minute of each seed under all faults: some seeds that are always the same, and some that
 * never were before; each twice.
 */
const seconds = Number(process.env['QUORATE_LONG'] ? (process.env['QUORATE_SECONDS'] ?? 120) : 8)
const fixed = [1, 2, 3]

const subjects = { raft: raftSubject(), 'multi-paxos': multiPaxosSubject(), paxos: paxosSubject() }

async function check(subject: SimulationSubject, seed: number): Promise<void> {
  const result = await explore(runOf(subject, seed))
  expect((await explore(runOf(subject, seed))).hash, `of seed ${seed}, run again`).toBe(result.hash)
  if (failureOf(result) === undefined) return
  const finding = await findingOf(runOf(subject, seed))
  throw new Error(`${subject.name}, seed ${seed}:\n${finding?.transcript}`)
}

describe.each(Object.entries(subjects))('%s', (name, subject) => {
  test('keeps every invariant, and gets something done when it is healed', {
    timeout: seconds * 1000 + 120_000,
  }, async () => {
    for (const seed of fixed) await check(subject, seed)
    const untilMs = performance.now() + seconds * 1000
    const first = Date.now() % 2 ** 31
    let seed = first
    for (; performance.now() < untilMs; seed++) await check(subject, seed)
    console.log(`${name}: seeds ${fixed.join(', ')}, and ${first} to ${seed - 1}`)
    expect(seed).toBeGreaterThan(first)
  })
})
