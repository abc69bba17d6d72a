import { kv } from '@quorate/kv'
import { raft, type ServerFamily, server } from '@quorate/raft'
import { raftInvariants } from '@quorate/raft/testing'
import type { Finding } from '@quorate/simulator'
import { expect, test } from 'vitest'
import { campaign } from './campaign.js'

const family = () => server.provide({ candidate: { guards: { hasMajority: () => true } } }) as unknown as ServerFamily

/** Elections that meet often. */
const often = { electionTimeoutMs: 100, heartbeatMs: 50 }

/** Candidates need one vote; Ctrl-C comes when so many runs have begun. */
const interrupted = async (runsBegun: number) => {
  const controller = new AbortController()
  let begun = 0
  const subject = {
    name: 'mine',
    nodes: 3,
    invariants: raftInvariants,
    make() {
      if (++begun === runsBegun) controller.abort()
      const nodes = ['a', 'b', 'c']
      return { nodes, groups: { kv: raft({ members: nodes, stateMachine: kv, family, ...often }) } }
    },
  }
  const told: Finding[] = []
  const result = await campaign({
    subject,
    firstSeed: 1,
    runs: 5,
    faults: 'all',
    nodes: 3,
    lastsMs: 30_000,
    isRepeated: false,
    findingsMax: 5,
    signal: controller.signal,
    onFinding: (finding) => told.push(finding),
  })
  return { result, told }
}

test('Ctrl-C while a failure is made short: it is told as short as it is, and no other seed is run', async () => {
  const { result, told } = await interrupted(8)
  expect(told).toMatchObject([{ seed: 1, invariant: 'Election Safety' }])
  expect(result.findings).toEqual(told)
  expect(result.runs).toBe(1)
})

test('Ctrl-C within the first run: nothing was run', async () => {
  const { result, told } = await interrupted(1)
  expect({ runs: result.runs, told }).toEqual({ runs: 0, told: [] })
})
