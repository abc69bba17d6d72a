import type { TraceEvent } from '@quorate/core'
import { afterEach, describe, expect, test } from 'vitest'
import { drawScript } from '../faults/drawScript.js'
import { formatScript, parseScript } from '../script/scriptText.js'
import { explore, spellOut } from '../search/explore.js'
import { multiPaxosSubject, paxosSubject, raftSubject, runOf } from '../subject/subjects.test.fixture.js'
import { simulate } from './simulate.js'

const subjects = { raft: raftSubject(), 'multi-paxos': multiPaxosSubject(), paxos: paxosSubject() }

/** Runs of half a simulated minute, on whatever machine. */
const patience = { timeout: 300_000 }

/** What is received was sent before, under one id of one sender; a step names what its node received, or wrote, before. */
function expectHappenedBefore(trace: readonly TraceEvent[]): void {
  const sent = new Map<string, string>()
  const received = new Set<string>()
  const written = new Set<string>()
  const causes = new Set<string>()
  for (const event of trace) {
    const { who } = event
    if (event.type === 'sent' && event.id !== undefined) {
      // Pieces of one message have one id.
      expect(sent.get(event.id) ?? event.message).toBe(event.message)
      sent.set(event.id, event.message)
    } else if (event.type === 'received' && event.id !== undefined) {
      expect(sent.get(event.id)).toBe(event.message)
      received.add(`${event.id} ${who}`)
    } else if (event.type === 'written' && event.isDurable) written.add(who)
    else if (event.type === 'step') {
      const { cause } = event
      causes.add(cause.type)
      if (cause.type === 'message') expect(received).toContain(`${cause.id} ${who}`)
      if (cause.type === 'write') expect(written).toContain(who)
      expect(cause.type === 'start').toBe(event.event === undefined)
    }
  }
  expect([...causes]).toEqual(expect.arrayContaining(['start', 'message', 'timer', 'client']))
}

describe.each(Object.entries(subjects))('%s', patience, (_name, subject) => {
  test('the same seed gives the same run, whoever looks, and another seed another', async () => {
    const trace: TraceEvent[] = []
    const [first, again, other] = [
      await explore(runOf(subject, 4)),
      await explore({ ...runOf(subject, 4), observe: (event) => trace.push(event) }),
      await explore(runOf(subject, 6)),
    ]
    expect(again).toEqual(first)
    expect(other.hash).not.toBe(first.hash)
    expect(first.traceEvents).toBeGreaterThan(1000)
    expectHappenedBefore(trace)
  })

  test('a script that was written down, printed and read again gives the same trace', async () => {
    const drawn = drawScript(runOf(subject, 5))
    const spelled = await spellOut({ subject, script: drawn })
    expect(spelled.messages.size).toBeGreaterThan(100)
    const { hash } = await explore(runOf(subject, 5))
    for (const script of [drawn, spelled]) {
      const read = parseScript(formatScript(script))
      expect(read).toEqual(script)
      expect((await simulate({ subject, script: read })).hash).toBe(hash)
    }
  })
})

describe('what is simulated', patience, () => {
  const real = { now: Date.now, random: Math.random, performance: performance.now, setTimeout, setInterval }

  afterEach(() => {
    Date.now = real.now
    Math.random = real.random
    performance.now = real.performance
    globalThis.setTimeout = real.setTimeout
    globalThis.setInterval = real.setInterval
  })

  test('reads neither real time nor real chance', async () => {
    const refuse = (what: string) => (): never => {
      throw new Error(`${what} was read`)
    }
    Date.now = refuse('Date.now')
    Math.random = refuse('Math.random')
    performance.now = refuse('performance.now')
    globalThis.setTimeout = refuse('setTimeout') as never
    globalThis.setInterval = refuse('setInterval') as never
    const results = []
    for (const subject of Object.values(subjects)) results.push(await explore(runOf(subject, 8)))
    for (const { violation, hasProgress } of results)
      expect({ violation, hasProgress }).toEqual({ violation: undefined, hasProgress: true })
  })
})
