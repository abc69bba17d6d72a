import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { runCaptured } from '../captured.test.fixture.js'
import { exitCodes } from '../exitCodes.js'

/** What `quorate sim` does when something is wrong: with a topology whose candidates need no majority, and often stand. */

const topology = `
import { defineTopology } from '@quorate/host'
import { kv } from '@quorate/kv'
import { raft, server } from '@quorate/raft'
const nodes = ['a', 'b', 'c']
const family = () => server.provide({ candidate: { guards: { hasMajority: () => true } } })
const often = { electionTimeoutMs: 100, heartbeatMs: 50 }
export default defineTopology({ cluster: 'c', nodes, groups: { kv: raft({ members: nodes, stateMachine: kv, family, ...often }) } })
`

describe('quorate sim of a cluster with a mistake', { timeout: 300_000 }, () => {
  const before = process.cwd()
  const directories: string[] = []
  /** Where commands run from now on, with this topology in it. */
  const enter = async (text: string): Promise<void> => {
    const directory = await mkdtemp(join(tmpdir(), 'quorate violation '))
    directories.push(directory)
    process.chdir(directory)
    await writeFile('mine.ts', text)
  }

  afterAll(async () => {
    process.chdir(before)
    await Promise.all(directories.map((directory) => rm(directory, { recursive: true })))
  })

  test('ends with 1, and writes a short script and what clients saw; the script shows it again, until it is mended', async () => {
    await enter(topology)
    const found = await runCaptured(['sim', 'mine.ts', '--seed', '1', '--runs', '1', '--json'])
    expect(found.code).toBe(1)
    const { violations, livenessFailures, withoutProgress } = JSON.parse(found.out)
    expect(violations).toMatchObject([{ seed: 1, invariant: 'Election Safety', script: 'mine-1.sim' }])
    expect(violations[0].steps).toBeLessThanOrEqual(20)
    expect({ livenessFailures, withoutProgress }).toEqual({ livenessFailures: 0, withoutProgress: [] })

    const transcript = await readFile('mine-1.sim', 'utf8')
    expect(transcript).toMatch(/^# Election Safety: both \w and \w lead term \d+/)
    expect(transcript).toMatch(/ {3}<== breaks Election Safety\n\n# Election Safety: both \w and \w lead term \d+.*\n$/)
    const again = await runCaptured(['sim', '--replay', 'mine-1.sim'])
    expect(again).toMatchObject({ code: 1, out: `${transcript}\n` })
    // What clients ask is not to blame, so in the short script nobody asks anything.
    expect((await runCaptured(['lincheck', 'mine-1.jsonl'])).code).toBe(exitCodes.nothingJudged)

    // From anywhere.
    const script = join(process.cwd(), 'mine-1.sim')
    process.chdir(tmpdir())
    expect(await runCaptured(['sim', '--replay', script])).toMatchObject({ code: 1, out: `${transcript}\n` })

    await enter(topology.replace(', family', ''))
    await writeFile('mine-1.sim', transcript)
    expect((await runCaptured(['sim', '--replay', 'mine-1.sim'])).code).toBe(0)
    const there = process.cwd()
    process.chdir(tmpdir())
    await rm(join(there, 'mine.ts'))
    const lost = await runCaptured(['sim', '--replay', join(there, 'mine-1.sim')])
    expect(lost.code).toBe(2)
    expect(lost.err).toMatch(/looked for it as .*\/mine\.ts and as .*quorate violation .*\/mine\.ts \[/)
  })

  test('says it on the terminal too, with the picture', async () => {
    await enter(topology)
    const { code, out, err } = await runCaptured(['sim', 'mine.ts', '--seed', '1', '--runs', '1'])
    expect(code).toBe(1)
    expect(err).toMatch(/seed 1, \d+ steps, in mine-1.sim; what clients saw, in mine-1.jsonl/)
    expect(out).toMatch(/# Election Safety: both/)
    expect(out).toMatch(/1 failed\n {2}seed 1: Election Safety, see mine-1.sim/)
  })

  test('with no time to make it shorter, the failure is told whole', async () => {
    await enter(topology)
    const argv = ['sim', 'mine.ts', '--seed', '1', '--runs', '1', '--json']
    const whole = JSON.parse((await runCaptured([...argv, '--shrink', '0'])).out)
    expect(whole.violations).toMatchObject([{ seed: 1, invariant: 'Election Safety' }])
    expect(whole.violations[0].steps).toBeGreaterThan(20)
    expect((await runCaptured(['sim', '--replay', 'mine-1.sim'])).code).toBe(1)
    expect((await runCaptured([...argv, '--shrink', 'long'])).code).toBe(2)
  })

  test('a run without progress is named, in JSON and on the terminal', async () => {
    await enter(topology.replace('hasMajority: () => true', 'hasMajority: () => false, hasEveryVote: () => false'))
    const argv = ['sim', 'mine.ts', '--seed', '1', '--runs', '1', '--minutes', '0.1', '--faults', 'none']
    const found = await runCaptured([...argv, '--json'])
    expect(found.code).toBe(1)
    expect(JSON.parse(found.out)).toMatchObject({
      violations: [],
      livenessFailures: 1,
      withoutProgress: [{ seed: 1, script: 'mine-1.sim', steps: 1 }],
    })
    expect((await runCaptured(['sim', '--replay', 'mine-1.sim'])).out).toMatch(/^# Progress: /)
    expect((await runCaptured(argv)).out).toMatch(
      /1 failed\n {2}seed 1: no progress after the core was healed, see mine-1.sim/,
    )
  })

  test('what cannot be written hides no verdict, and is none', async () => {
    await enter(topology)
    await mkdir('mine-1.sim')
    const argv = ['sim', 'mine.ts', '--seed', '1', '--runs', '1']
    const found = await runCaptured([...argv, '--json'])
    expect(JSON.parse(found.out).violations).toMatchObject([{ seed: 1, invariant: 'Election Safety', script: null }])
    expect(found.err).toMatch(/^# Election Safety: both/)
    expect(found.err).toMatch(/\nerror: mine-1\.sim cannot be written: EISDIR.*\[QUORATE_UNWRITABLE_FILE\]\n$/)
    expect(found.code).toBe(5)
    expect(await readdir('.')).toContain('mine-1.jsonl')
  })

  test('a mistake of the catalogue is found, and its script shows it again', async () => {
    await enter('')
    const found = await runCaptured(['sim', '--mistake', 'an-acceptor-that-forgets', '--json'])
    expect(found.code).toBe(2)
    const name = 'paxos-an-acceptor-that-forgets'
    const { code, out } = await runCaptured(['sim', '--mistake', name, '--json'])
    expect(code).toBe(1)
    const [{ script, invariant }] = JSON.parse(out).violations
    expect(script).toMatch(new RegExp(`^${name}-\\d+\\.sim$`))
    const again = await runCaptured(['sim', '--replay', script])
    expect(again.out).toMatch(new RegExp(`^# ${invariant}: .*[^]*<== breaks ${invariant}\\n\\n# ${invariant}: .*\\s*$`))
    expect(again.code).toBe(1)
  })
})
