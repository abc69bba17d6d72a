import { type ServerFamily, server } from '@quorate/raft'
import { expect, test } from 'vitest'
import type { SimulationSubject } from '../subject/subject.js'
import { raftSubject, runOf } from '../subject/subjects.test.fixture.js'
import { simulate } from '../world/simulate.js'
import { failureOf, findingOf } from './findings.js'

/** Candidates need one vote. */
const mistaken = raftSubject(
  server.provide({ candidate: { guards: { hasMajority: () => true } } }) as unknown as ServerFamily,
)

/** Counts the clusters that are made: one for each run. */
const counted = (subject: SimulationSubject) => {
  const made = { count: 0 }
  const make: SimulationSubject['make'] = (...given) => {
    made.count++
    return subject.make(...given)
  }
  return { made, subject: { ...subject, make } }
}

test('who is told to stop while it makes a failure short tells it as short as it is', async () => {
  const controller = new AbortController()
  const { made, subject } = counted(mistaken)
  let atAbort = 0
  const lengths: number[] = []
  const finding = await findingOf({
    ...runOf(subject, 2),
    triesMax: 400,
    signal: controller.signal,
    onShrink(choices) {
      lengths.push(choices)
      atAbort = made.count
      controller.abort()
    },
  })
  expect(lengths).toHaveLength(1)
  expect(finding?.length).toBe(lengths[0])
  expect(made.count - atAbort).toBeLessThanOrEqual(3)
  expect(finding?.invariant).toBe('Election Safety')
  expect(finding && failureOf(await simulate({ subject: mistaken, script: finding.script }))).toBe('Election Safety')
})

test('who was told to stop before it began to make it short tells it whole', async () => {
  const { subject } = counted(mistaken)
  const finding = await findingOf({ ...runOf(subject, 2), signal: AbortSignal.abort() })
  expect(finding?.invariant).toBe('Election Safety')
  expect(finding && failureOf(await simulate({ subject: mistaken, script: finding.script }))).toBe('Election Safety')
})
