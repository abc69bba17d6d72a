import { lineText, type TraceEvent, TraceText } from '@quorate/core'
import { expect, test } from 'vitest'
import { parseScript } from '../script/scriptText.js'
import { explore } from '../search/explore.js'
import { raftSubject, runOf } from '../subject/subjects.test.fixture.js'
import { simulate } from './simulate.js'

/** What a script does to a world. */

const run = async (...lines: readonly string[]) => {
  const trace: string[] = []
  const head = 'simulation raft nodes=3 seed=1 variant=1 bootstrap=true endMs=9000'
  const script = parseScript([head, ...lines].join('\n'))
  const text = new TraceText()
  const observe = (event: TraceEvent) => {
    const line = text.lineOf(event)
    if (line) trace.push(lineText(line))
  }
  const result = await simulate({ subject: raftSubject(), script, observe })
  return { ...result, trace }
}
const write = (atMs: number, value: number) => `at ${atMs} operation client=c1 f=write key=x value=${value}`

test('when the power is lost all nodes crash at the same moment, and what was acknowledged is there afterwards', async () => {
  const { faults, history, trace, violation } = await run(
    write(2000, 1),
    'at 3000 powerLoss forMs=200 unsynced=lost',
    'at 4000 operation client=c1 f=read key=x value=2',
  )
  expect(trace.filter((line) => line.endsWith('crashes'))).toEqual([1, 2, 3].map((n) => `3000.000 n${n} crashes`))
  expect(faults).toMatchObject({ 'power loss': 3 })
  expect(violation).toBeUndefined()
  expect(history.at(-1)).toMatchObject({ type: 'ok', f: 'read', value: 1 })
})

test('when the logs of all nodes end in zeros all are in doubt, and with all of them there the group gets on', async () => {
  const { faults, hasProgress, history, violation } = await run(
    write(2000, 1),
    'at 3000 powerLoss forMs=200 unsynced=zeroed',
    'at 5000 heal core=[n1,n2,n3]',
    'at 8000 operation client=c1 f=read key=x value=2',
  )
  expect(faults).toMatchObject({ 'zeros at the end': 3 })
  expect([hasProgress, violation]).toEqual([true, undefined])
  expect(history).toContainEqual(expect.objectContaining({ type: 'ok', f: 'read', value: 1 }))
})

test('a node that is killed while it opens its disk is started again, and catches up', async () => {
  const { faults, hasProgress, violation } = await run(
    write(2000, 1),
    'at 3000 crash node=n1 afterEffects=0 forMs=100 unsynced=lost opensInVain=3',
    'at 6000 heal core=[n1,n2,n3]',
  )
  expect(faults).toMatchObject({ crash: 1, 'interrupted opening': 3 })
  expect([hasProgress, violation]).toEqual([true, undefined])
})

test('when all disks are full at once the group goes on as soon as there is room', async () => {
  const full = ['n1', 'n2', 'n3'].map((node) => `at 3000 fillDisk node=${node} forMs=3000`)
  const { faults, history, violation } = await run(
    write(2000, 1),
    ...full,
    write(3100, 2),
    'at 8500 operation client=c2 f=read key=x value=3',
  )
  expect(faults['full disk']).toBeGreaterThan(1)
  expect(violation).toBeUndefined()
  const reads = history.filter(({ type, f }) => type === 'ok' && f === 'read')
  expect([1, 2]).toContain((reads.at(-1) as { value: number }).value)
})

test('what was to strike a healed node does not strike any more', async () => {
  const pending = [
    'at 2500 crash node=n1 afterEffects=100000 forMs=4000 unsynced=lost',
    'at 2500 failSync node=n2 unsynced=lost',
  ]
  const healed = await run(...pending, 'at 2501 heal core=[n1,n2,n3]', write(2600, 1))
  expect(healed.faults).toEqual({})
  const others = await run(...pending, 'at 2501 heal core=[n1,n3]', write(2600, 1))
  expect(others.faults).toMatchObject({ 'failing fsync': 1 })
  expect(others.faults).not.toHaveProperty('crash')
})

test('however short a run is, its core is healed, and must get something done', async () => {
  for (const seed of [1, 2, 3, 4]) {
    const { progressMs } = await explore({ ...runOf(raftSubject(), seed), lastsMs: 10 })
    expect(progressMs).toBeGreaterThan(0)
  }
})

test('a crash strikes while a write is under way, where the script says so', async () => {
  const { faults, trace } = await run(
    write(4000, 1),
    'at 5000 crash node=leader before=sync afterEffects=0 forMs=100 unsynced=kept',
    write(5010, 2),
  )
  expect(faults).toMatchObject({ crash: 1, 'unsynced write kept': 1 })
  const at = trace.findIndex((line) => line.endsWith('crashes'))
  const [before] = trace
    .slice(0, at)
    .filter((line) => line.includes('disk writes'))
    .slice(-1)
  expect(before?.split(' ').slice(0, 2)).toEqual(trace[at]?.split(' ').slice(0, 2))
})

test('what a state machine takes long for makes its node late, and what waits is applied in pieces', async () => {
  const busy = await run(
    'at 1900 slowApply node=leader eachMs=40 forMs=2000',
    ...Array.from({ length: 12 }, (_, at) => write(2000, at + 1).replace('client=c1', `client=c1 slot=${at + 1}`)),
  )
  expect(busy).toMatchObject({ violation: undefined, faults: { 'slow apply': 1 } })
  const leader = /^\S+ (\S+) suffers slow apply/.exec(busy.trace.find((line) => /slow apply/.test(line)) ?? '')?.[1]
  // Each command at its own time, though all were decided at once.
  const answeredAt = busy.trace.flatMap((line) => {
    const [, at, who] = /^(\S+) (\S+) says Results/.exec(line) ?? []
    return who === leader ? [Number(at)] : []
  })
  expect(answeredAt.length).toBeGreaterThan(3)
  expect(Math.max(...answeredAt) - Math.min(...answeredAt)).toBeGreaterThan(400)
})

test('a client has an operation under way in each of its slots, and each slot is a process of the history', async () => {
  const { history } = await run(
    'at 1999 slowApply node=leader eachMs=100 forMs=2000',
    ...[1, 2, 3, 1].map((slot, at) => write(2000, at + 1).replace('client=c1', `client=c1 slot=${slot}`)),
  )
  const processes = history.map(({ process, type }) => `${type} ${process}`)
  expect(processes.slice(0, 3)).toEqual(['invoke 0', 'invoke 1', 'invoke 2'])
  expect(history.filter(({ type, process }) => type === 'ok' && process === 0)).toHaveLength(2)
})

test('what is far from the middle hears and is heard so much later, and the healing brings it no nearer', async () => {
  const { progressMs, trace } = await run(
    ...['n1', 'n2', 'n3'].map((node) => `at 0 distance process=${node} ms=120`),
    'at 4000 heal core=[n1,n2,n3]',
  )
  const timeOf = (form: RegExp) => Number(trace.find((line) => form.test(line))?.split(' ')[0])
  // What a node says to itself does not leave it.
  const heardAt = timeOf(/^\S+ (\S+) hears PreVote from (?!\1)/)
  expect(heardAt - timeOf(/ says PreVote to/)).toBeCloseTo(241, 0)
  expect(progressMs).toBeGreaterThan(480)
})

test('links that the healing leaves cut stay cut', async () => {
  /** How often two hear each other after the healing. */
  const heard = async (a: string, b: string, cut: string) => {
    const { trace } = await run(`at 2000 heal core=[n1,n2,n3]${cut}`, write(2100, 1))
    const form = new RegExp(`${a} hears \\S+ from ${b}|${b} hears \\S+ from ${a}`)
    return trace.filter((line) => Number(line.split(' ')[0]) > 2010 && form.test(line)).length
  }
  for (const [a, b] of [
    ['n1', 'n2'],
    ['n2', 'n3'],
  ] as const) {
    expect(await heard(a, b, '')).toBeGreaterThan(0)
    expect(await heard(a, b, ` cut=[${a}>${b},${b}>${a}]`)).toBe(0)
  }
})
