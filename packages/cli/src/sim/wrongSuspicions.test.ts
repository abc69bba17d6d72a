import type { InvariantFactory } from '@quorate/core/testing'
import { raft } from '@quorate/raft'
import { raftInvariants } from '@quorate/raft/testing'
import { invariantsOf, registers, type Script, type SimulationSubject, simulate } from '@quorate/simulator'
import { describe, expect, test } from 'vitest'

/** Where every probe is answered as if nobody heard, and nothing else is wrong. */

const seeds = process.env['QUORATE_LONG'] === undefined ? 2 : 60

const subject: SimulationSubject = {
  name: 'raft',
  nodes: 3,
  invariants: raftInvariants,
  make(count) {
    const nodes = Array.from({ length: count }, (_, at) => `n${at + 1}`)
    return { nodes, groups: { raft: raft({ members: nodes, stateMachine: registers }) } }
  },
}

/** From the fourth second to the twentieth. */
const script = (seed: number, nodes: number): Script => ({
  subject: 'raft',
  nodes,
  seed,
  variant: seed,
  bootstrap: true,
  endUs: 21_000_000,
  steps: Array.from({ length: 15 }, (_, at) => {
    return { atUs: (4 + at) * 1_000_000, do: 'operation', client: 'c1', operation: { f: 'write', key: 'x', value: at } }
  }),
  messages: new Map(),
  writes: new Map(),
  weather: {
    timing: 'synchronous',
    scheduling: 'uniform',
    reorders: false,
    lossPerMille: 0,
    duplicationPerMille: 0,
    corruptionPerMille: 0,
    stragglersPerMille: 0,
    starvationPerMille: 0,
    lagPerMille: 0,
    slowWritesPerMille: 0,
    suspicionsPerMille: 1000,
    jitterMs: 0,
    fromUs: 4_000_000,
    stableUs: 4_000_000,
    healUs: 20_000_000,
    core: [],
  },
})

/** Who came to lead; how often somebody suspected a leader, and campaigned for that. */
function watching() {
  const seen = { leaders: [] as string[], suspicions: 0, candidates: 0 }
  const watch: InvariantFactory = () => ({
    name: 'Elections',
    source: 'this test',
    stepped({ node }, before, event, after) {
      const [was, is] = [before, after] as { readonly role: string; readonly context: { campaign: string } }[]
      if (event?.type === 'peer.lost') seen.suspicions++
      if (is?.role === was?.role) return
      if (is?.role === 'leader') seen.leaders.push(node)
      if (is?.role === 'candidate' && is.context.campaign === 'suspicion') seen.candidates++
    },
  })
  return { seen, watch }
}

describe.each([3, 5])('%i servers whose leader lives and is suspected by all of them, again and again', (nodes) => {
  test('elect no other one, nor try to', { timeout: 300_000 }, async () => {
    for (let seed = 1; seed <= seeds; seed++) {
      const { seen, watch } = watching()
      const run = { subject, script: script(seed, nodes), invariants: [...invariantsOf(subject), watch] }
      const { violation, history } = await simulate(run)
      expect(violation).toBeUndefined()
      expect(history.filter(({ type }) => type === 'ok')).toHaveLength(15)
      expect(seen.suspicions).toBeGreaterThan(60)
      expect({ seed, leaders: seen.leaders.length, candidates: seen.candidates }).toEqual({
        seed,
        leaders: 1,
        candidates: 0,
      })
    }
  })
})
