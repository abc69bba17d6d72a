import { expect, test } from 'vitest'
import { explore } from './explore.js'
import { parseScript } from './scriptText.js'
import { simulate } from './simulate.js'
import { raftSubject, runOf } from './subjects.test.fixture.js'

/** What a script does to a world. */

const run = async (...lines: readonly string[]) => {
  const trace: string[] = []
  const head = 'simulation raft nodes=3 seed=1 variant=1 bootstrap=true endMs=9000'
  const script = parseScript([head, ...lines].join('\n'))
  const result = await simulate({ subject: raftSubject(), script, onTrace: (line) => trace.push(line) })
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
