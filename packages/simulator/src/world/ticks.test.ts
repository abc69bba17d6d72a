import type { AnyStateMachine, GroupDefinition, StateMachine, TraceEvent } from '@quorate/core'
import { describe, expect, test } from 'vitest'
import { invariantsOf } from '../invariants/general.js'
import { explore } from '../search/explore.js'
import type { SimulationSubject } from '../subject/subject.js'
import { multiPaxosSubject, raftSubject } from '../subject/subjects.test.fixture.js'

const leaseMs = 700

interface Leased {
  readonly inner: unknown
  /** The entry that began the lease, and when it ends in the time of the log. */
  readonly lease: { readonly index: number; readonly untilMs: number } | undefined
}

/** The first command begins a lease, and so does the first after each that ended. */
function leasing(inner: AnyStateMachine, told: (what: 'begun' | 'ended' | 'early', index: number) => void) {
  const text = { encoder: new TextEncoder(), decoder: new TextDecoder() }
  const machine: StateMachine<Leased> = {
    initial: () => ({ inner: inner.initial(), lease: undefined }),
    apply(state, command, at) {
      const next = inner.apply(state.inner, command, at)
      if (!state.lease) told('begun', at.index)
      const lease = state.lease ?? { index: at.index, untilMs: at.logMs + leaseMs }
      return { state: { inner: next.state, lease }, result: next.result }
    },
    deadline: ({ lease }) => lease && { logMs: lease.untilMs },
    tick(state, { logMs }) {
      if (!state.lease) return state
      told(logMs < state.lease.untilMs ? 'early' : 'ended', state.lease.index)
      return logMs < state.lease.untilMs ? state : { inner: state.inner, lease: undefined }
    },
    query: (state, query) => inner.query(state.inner, query),
    snapshot(state) {
      const given = inner.snapshot(state.inner)
      const whole = given instanceof Uint8Array ? given : Uint8Array.from([...given].flatMap((piece) => [...piece]))
      return text.encoder.encode(JSON.stringify({ lease: state.lease ?? null, inner: [...whole] }))
    },
    restore(bytes) {
      const { lease, inner: held } = JSON.parse(text.decoder.decode(bytes))
      return { inner: inner.restore(Uint8Array.from(held)), lease: lease ?? undefined }
    },
  }
  return machine
}

/** The same subject with leases over its state machines, and what becomes of them. */
function leased(of: SimulationSubject) {
  const seen = { begunAt: new Map<number, number>(), ended: new Set<number>(), early: 0, atMs: 0 }
  const told = (what: 'begun' | 'ended' | 'early', index: number) => {
    if (what === 'early') seen.early++
    else if (what === 'ended') seen.ended.add(index)
    else if (!seen.begunAt.has(index)) seen.begunAt.set(index, seen.atMs)
  }
  const withLeases = (definition: GroupDefinition): GroupDefinition => {
    const { service } = definition
    if (service.type !== 'log') return definition
    return { ...definition, service: { ...service, stateMachine: leasing(service.stateMachine, told) } }
  }
  const subject: SimulationSubject = {
    ...of,
    make: (...options) => ({
      ...of.make(...options),
      adapt: (_node, ports) => {
        const groups = Object.entries(ports.groups).map(([name, group]) => [name, withLeases(group)])
        return { ...ports, groups: Object.fromEntries(groups) }
      },
    }),
  }
  const observe = ({ atUs }: TraceEvent) => {
    seen.atMs = atUs / 1000
  }
  return { subject, seen, observe }
}

describe('leases in a simulated cluster', () => {
  test.each<[string, () => SimulationSubject]>([
    ['raft', raftSubject],
    ['multi-paxos', multiPaxosSubject],
  ])('of %s end after they should, whatever fails, and all of them do', { timeout: 300_000 }, async (_name, of) => {
    let ended = 0
    for (let seed = 1; seed <= 3; seed++) {
      const { subject, seen, observe } = leased(of())
      const options = { subject, seed, faults: 'all', nodes: 3, lastsMs: 15_000, observe } as const
      const { violation } = await explore({ ...options, invariants: invariantsOf(subject) })
      expect(violation).toBeUndefined()
      ended += seen.ended.size
      // The last may be under way.
      const open = [...seen.begunAt].filter(([index]) => !seen.ended.has(index))
      expect(open.length).toBeLessThanOrEqual(1)
    }
    expect(ended).toBeGreaterThan(5)
  })
})
