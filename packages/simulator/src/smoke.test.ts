import { raft } from '@quorate/raft'
import { test } from 'vitest'
import { multiPaxos } from '@quorate/paxos'
import { registers } from './registers.js'
import type { SimulationSubject } from './subject.js'
import { Coverage } from './coverage.js'
import { explore } from './explore.js'

const named = (count: number) => Array.from({ length: count }, (_, at) => `n${at + 1}`)
const limits = { snapshotEveryEntries: 40, entriesKept: 10, entriesMax: 8 }
const subjects: SimulationSubject[] = [{
  name: 'raft',
  nodes: 3,
  make(count) {
    const nodes = named(count)
    return { nodes, groups: { raft: raft({ members: nodes, stateMachine: registers, limits }) } }
  },
}, {
  name: 'multi-paxos',
  nodes: 3,
  make(count) {
    const nodes = named(count)
    return { nodes, groups: { paxos: multiPaxos({ proposers: nodes, acceptors: nodes, learners: nodes, stateMachine: registers, limits }) } }
  },
}]

test.each(subjects)('smoke $name', { timeout: 500_000 }, async (subject) => {
  const coverage = new Coverage()
  const first = Number(process.env['SEED'] ?? 1)
  const runs = Number(process.env['RUNS'] ?? 10)
  for (let seed = first; seed < first + runs; seed++) {
    const began = performance.now()
    const { history, ...rest } = await explore({ subject, seed, faults: 'all', nodes: seed % 2 ? 3 : 5, lastsMs: 30_000, coverage, ...(process.env['TRACE'] ? { onTrace: (line: string) => console.log(line) } : {}) })
    const { violation, hasProgress, progressMs, events } = rest
    const ok = history.filter(({ type }) => type === 'ok').length
    console.log(seed, Math.round(performance.now() - began), events, ok, progressMs, JSON.stringify(rest.faults))
    if (violation || !hasProgress) console.log('!!!!', seed, violation, hasProgress)
  }
  for (const [role, { taken, total, missing }] of Object.entries(coverage.report())) console.log(role, taken, total, missing.join('\n  '))
})
