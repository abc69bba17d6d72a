import type { TraceEvent } from '@quorate/core'
import type { InvariantFactory } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { drawScript } from '../faults/drawScript.js'
import { invariantsOf } from '../invariants/general.js'
import type { Script } from '../script/script.js'
import type { SimulationSubject } from '../subject/subject.js'
import { multiPaxosSubject, raftSubject } from '../subject/subjects.test.fixture.js'
import { simulate } from './simulate.js'

const quiet: Script = {
  subject: 'raft',
  nodes: 3,
  seed: 1,
  variant: 1,
  bootstrap: true,
  endUs: 9_000_000,
  steps: [],
  messages: new Map(),
  writes: new Map(),
}

/** Runs a script, and looks at the time of the log beside that which passed. */
async function run(subject: SimulationSubject, script: Script) {
  const seen = { ahead: [] as string[], logMs: 0, wallMs: [] as number[], atMs: 0 }
  const watch: InvariantFactory = () => ({
    name: 'Time That Passed',
    source: 'this test',
    applied({ node }, _command, { index, wallMs, logMs }) {
      if (logMs > seen.atMs) seen.ahead.push(`${node}: ${logMs} at entry ${index}, and ${seen.atMs} passed`)
      seen.logMs = Math.max(seen.logMs, logMs)
      if (node === 'n1') seen.wallMs.push(wallMs)
    },
  })
  const observe = ({ atUs }: TraceEvent) => {
    seen.atMs = atUs / 1000
  }
  const result = await simulate({ subject, script, invariants: [...invariantsOf(subject), watch], observe })
  return { ...seen, violation: result.violation }
}

const write = (atMs: number, value: number) =>
  ({ atUs: atMs * 1000, do: 'operation', client: 'c1', operation: { f: 'write', key: 'x', value } }) as const

describe('the time of a log', () => {
  test('goes on with what is ordered, and no wall clock that is set changes it', async () => {
    const steps = [write(3000, 1), write(4000, 2), write(5000, 3), write(6000, 4)]
    const still = await run(raftSubject(), { ...quiet, steps })
    expect(still.logMs).toBeGreaterThan(2900)
    expect(still.ahead).toEqual([])
    const jumps = (byMs: number, atMs: number) =>
      ['n1', 'n2', 'n3'].map((node) => ({ atUs: atMs * 1000, do: 'wallJump', node, byMs }) as const)
    const all = [...steps, ...jumps(7_200_000, 3500), ...jumps(-14_400_000, 4500)].sort((a, b) => a.atUs - b.atUs)
    const set = await run(raftSubject(), { ...quiet, steps: all })
    expect(set.logMs).toBe(still.logMs)
    const [first = 0, second = 0, third = 0, fourth = 0] = set.wallMs
    expect(second - first).toBeGreaterThan(7_200_000)
    expect([third, fourth]).toEqual([second, second])
  })

  test.each<[string, () => SimulationSubject]>([
    ['raft', raftSubject],
    ['multi-paxos', multiPaxosSubject],
  ])(
    'of %s never runs ahead of what passed, whatever fails, where monotonic clocks are right',
    { timeout: 300_000 },
    async (_name, subjectOf) => {
      for (let seed = 1; seed <= 4; seed++) {
        const subject = subjectOf()
        const drawn = drawScript({ subject, seed, faults: 'all', nodes: 3, lastsMs: 15_000 })
        const steps = drawn.steps.filter((step) => step.do !== 'clockRate' && step.do !== 'clockJump')
        const { ahead, logMs, violation } = await run(subject, { ...drawn, steps })
        expect(violation).toBeUndefined()
        expect(ahead).toEqual([])
        expect(logMs).toBeGreaterThan(0)
      }
    },
  )
})
