import { raft } from '@quorate/raft'
import { expect, test } from 'vitest'
import { registers } from './registers.js'
import type { Script, Step } from './script.js'
import { simulate } from './simulate.js'
import type { SimulationSubject } from './subject.js'
import { Coverage } from './coverage.js'

const subject: SimulationSubject = {
  name: 'raft',
  nodes: 3,
  make(count) {
    const nodes = Array.from({ length: count }, (_, at) => `n${at + 1}`)
    return { nodes, groups: { raft: raft({ members: nodes, stateMachine: registers }) } }
  },
}

test('smoke', async () => {
  const steps: Step[] = []
  for (let at = 0; at < 100; at++) {
    steps.push({ atUs: at * 100_000, do: 'operation', client: `c${at % 3}`, f: at % 2 ? 'read' : 'write', key: 'x', value: at + 1 })
  }
  steps.push({ atUs: 11_000_000, do: 'heal', core: ['n1', 'n2', 'n3'] })
  const script: Script = { subject: 'raft', nodes: 3, seed: 7, bootstrap: false, endUs: 30_000_000, steps, messages: new Map(), writes: new Map() }
  const lines: string[] = []
  const coverage = new Coverage()
  const began = performance.now()
  const result = await simulate({ subject, script, onTrace: (line) => void lines.push(line), coverage })
  console.log(performance.now() - began)
  console.log(lines.slice(0, 60).join('\n'))
  const { history, ...rest } = result
  console.log(rest, history.slice(0, 6), JSON.stringify(coverage.report(), null, 1).slice(0, 2500))
  expect(result.violation).toBeUndefined()
})
