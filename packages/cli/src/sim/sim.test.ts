import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runCaptured } from '../captured.test.fixture.js'
import type { Io } from '../io.js'
import { run } from '../run.js'
import { isInCi } from './isInCi.js'
import { subjectNamed } from './subjectNamed.js'

async function quorate(...argv: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const text = { out: '', err: '' }
  stdout.on('data', (chunk) => {
    text.out += chunk
  })
  stderr.on('data', (chunk) => {
    text.err += chunk
  })
  const io: Io = { stdin: new PassThrough(), stdout, stderr, exitCode: 0 }
  const code = await run(['sim', ...argv], io)
  return { code, ...text }
}

describe('quorate sim', { timeout: 120_000 }, () => {
  let directory = ''

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'quorate-sim-'))
  })
  afterEach(() => rm(directory, { recursive: true }))

  test('runs seeds, and says as JSON what came of them', async () => {
    const { code, out } = await quorate('raft', '--seed', '3', '--runs', '2', '--minutes', '0.2', '--json')
    expect(code).toBe(0)
    const report = JSON.parse(out)
    expect(report).toMatchObject({ protocol: 'raft', runs: 2, firstSeed: 3, violations: [], livenessFailures: 0 })
    expect(report.simulatedSeconds).toBeGreaterThanOrEqual(24)
    expect(report.events).toBeGreaterThan(1000)
    expect(report.eventsPerSecond).toBeGreaterThan(0)
    expect(report.coverage.server.taken).toBeGreaterThan(30)
    expect(report.coverage.server.total).toBeGreaterThan(report.coverage.server.taken)
    expect(report.coverage.server.missing).toContain('follower InstallSnapshotReply')
    expect(report.coverage.server.unreachable['leader AppendEntries']).toMatch(/Election Safety/)
    expect(Object.keys(report.faults).length).toBeGreaterThan(3)
  })

  test.each(['none', 'network', 'crash', 'disk'])('with --faults %s only such faults happen', async (mix) => {
    const { code, out } = await quorate(
      'multi-paxos',
      '--seed',
      '5',
      '--runs',
      '2',
      '--minutes',
      '0.2',
      '--faults',
      mix,
      '--json',
    )
    expect(code).toBe(0)
    const faults = Object.keys(JSON.parse(out).faults)
    const kinds: Record<string, RegExp> = {
      none: /^$/,
      network: /^(loss|duplication|corruption|disconnected|disconnection|.*partition)$/,
      crash:
        /^(crash|power loss|stop|pause|clock rate|clock jump|wall clock jump|client reconnects|disconnected|nobody there|unsynced write (lost|kept)|interrupted opening)$/,
      disk: /^(crash|power loss|unsynced write (lost|kept)|zeros at the end|older copy|interrupted opening|failing fsync|full disk|slow disk|slow write|torn write|bit rot|disconnected|nobody there)$/,
    }
    for (const fault of faults) expect(fault).toMatch(kinds[mix] as RegExp)
    expect(faults.length > 0).toBe(mix !== 'none')
  })

  test('writes a trace, equal for equal seeds', async () => {
    const traces = []
    for (const name of ['a', 'b']) {
      const path = join(directory, name)
      await quorate('paxos', '--seed', '11', '--runs', '1', '--minutes', '0.1', '--trace', path)
      traces.push(await readFile(path, 'utf8'))
    }
    expect(traces[1]).toBe(traces[0])
    const { code, out } = await runCaptured(['trace', join(directory, 'a')])
    expect(code).toBe(0)
    expect(out).toMatch(/^# paxos, seed 11\n0\.000 n1 starts\n/)
    expect(out).toMatch(/^\S+ n1 hears Prepare from n\d \(ballot 1\/n\d\)$/m)
    expect((await runCaptured(['trace', join(directory, 'a'), '--diagram'])).out).toMatch(
      /^# paxos, seed 11\n +n1 +n2 /,
    )
  })

  test.skipIf(!existsSync('/dev/full'))('a trace for which there is no room hides no verdict', async () => {
    const { code, out, err } = await quorate(
      'paxos',
      '--seed',
      '11',
      '--runs',
      '1',
      '--minutes',
      '0.1',
      '--trace',
      '/dev/full',
    )
    expect(stripVTControlCharacters(out)).toMatch(/1 runs, .* nothing is wrong/)
    expect(err.match(/cannot be written: ENOSPC/g)).toHaveLength(1)
    expect(code).toBe(5)
  })

  test('simulates a topology from a file', async () => {
    const path = join(directory, 'topology.ts')
    await writeFile(
      path,
      `import { defineTopology } from '@quorate/host'
       import { kv } from '@quorate/kv'
       import { raft } from '@quorate/raft'
       const nodes = ['a', 'b', 'c']
       export default defineTopology({ cluster: 'c', nodes, groups: { kv: raft({ members: nodes, stateMachine: kv }) } })`,
    )
    const { code, out } = await quorate(path, '--seed', '1', '--runs', '1', '--minutes', '0.2')
    expect(stripVTControlCharacters(out)).toMatch(/1 runs, .* nothing is wrong/)
    expect(code).toBe(0)
    expect((await quorate(path, '--nodes', '5')).err).toMatch(/has 3 nodes: leave --nodes out/)
  })

  describe('says what it has judged', () => {
    /** A group of which no invariant knows anything, and that takes nothing from clients. */
    const watch = (beside: string) => `
      import { defineTopology } from '@quorate/host'
      import { kv } from '@quorate/kv'
      import { raft } from '@quorate/raft'
      import { watch } from '${fileURLToPath(new URL('../../../../examples/new-role/watch/group.ts', import.meta.url))}'
      const nodes = ['a', 'b', 'c']
      const groups = { watch: watch({ members: nodes, silenceMs: 500, roundMs: 50 }) }
      ${beside}`
    const run = async (text: string, ...argv: string[]) => {
      const path = join(directory, 'topology.ts')
      await writeFile(path, text)
      return quorate(path, '--seed', '1', '--runs', '1', '--minutes', '0.1', '--faults', 'none', ...argv)
    }
    const alone = watch(`export default defineTopology({ cluster: 'c', nodes, groups })`)

    test('nothing: a code of its own', async () => {
      const { code, out } = await run(alone)
      expect(stripVTControlCharacters(out)).toMatch(/: nothing was judged\n/)
      expect(out).toMatch(/^NOT judged: watch: no invariant is about protocol watch/m)
      expect(code).toBe(6)
      const { verdict, judged, notJudged } = JSON.parse((await run(alone, '--json')).out)
      expect({ verdict, judged, notJudged }).toEqual({
        verdict: 'nothing was judged',
        judged: {},
        notJudged: [{ group: 'watch', protocol: 'watch' }],
      })
    })

    test('one group of two', async () => {
      const both = `{ ...groups, kv: raft({ members: nodes, stateMachine: kv }) }`
      const { code, out } = await run(watch(`export default defineTopology({ cluster: 'c', nodes, groups: ${both} })`))
      expect(stripVTControlCharacters(out)).toMatch(/: nothing is wrong\n/)
      expect(out).toMatch(/^judged: kv by Election Safety, .*Linearizability, Progress$/m)
      expect(out).toMatch(/^NOT judged: watch:/m)
      expect(out).toMatch(/^NOT judged: the state machines of kv: registers took their places$/m)
      expect(code).toBe(0)
    })

    test('by an invariant that the file exports: it holds, and it does not', async () => {
      const named = (stepped: string) => `${alone}
        export const invariants = [({ definition, broken }: any) =>
          definition.protocol === 'watch' ? { name: 'Mine', source: 'me', stepped() { ${stepped} } } : undefined]`
      const holds = await run(named(''))
      expect(holds.out).toMatch(/^judged: watch by Mine, Disk Before Speech, Written Down First$/m)
      expect(holds.code).toBe(0)
      const before = process.cwd()
      process.chdir(directory)
      const broken = await run(named(`broken('it stepped')`)).finally(() => process.chdir(before))
      expect(broken.out).toMatch(/^# Mine: it stepped/m)
      expect(broken.code).toBe(1)
      process.chdir(directory)
      const throwing = await run(named(`throw new Error('oh')`)).finally(() => process.chdir(before))
      expect(throwing.out).toMatch(/^# Mine: it throws: oh/m)
      const none = await run(`${alone}; export const invariants = [() => 3]`)
      expect(none.err).toMatch(/for group watch is none: expected \{ name, source/)
      expect(none.code).toBe(2)
    })

    test('under the workload that the file exports', async () => {
      const asked = async (workload: string) => {
        const topology = `export default defineTopology({ cluster: 'c', nodes, groups: { kv: raft({ members: nodes, stateMachine: kv }) } })`
        const { code, err } = await run(watch(`${topology}; ${workload}`), '--trace', join(directory, 'trace'))
        return { code, err, trace: await readFile(join(directory, 'trace'), 'utf8').catch(() => '') }
      }
      const { trace } = await asked('export const workload = { clients: 7, perSecond: 50, keys: 1 }')
      const operations = trace.match(/"c\d+","text":"asks \w+ x1\b/g) ?? []
      expect(operations.length).toBeGreaterThan(250)
      expect(new Set(operations.map((line) => line.split('"')[1]))).toEqual(
        new Set(['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7']),
      )
      expect((await asked('export const workload = { perSecnd: 50 }')).err).toMatch(/Did you mean perSecond\?/)
      expect(await asked('export const workload = { clients: 0 }')).toMatchObject({
        code: 2,
        err: expect.stringMatching(/clients is 0, expected a whole number of at least 1/),
      })
    })

    test('with the handlers that the file exports, which stand in for those of its roles', async () => {
      const calling = `const { sentry } = groups.watch.roles
        const roles = { sentry: { ...sentry, handler: () => { throw new Error('the real world') } } }
        export default defineTopology({ cluster: 'c', nodes, groups: { watch: { ...groups.watch, roles } } })`
      const handlers = (text: string) => run(watch(`${calling}; ${text}`))
      const real = await handlers('')
      expect(real).toMatchObject({ code: 2, err: expect.stringMatching(/role sentry of group watch has a handler/) })
      expect((await handlers('export const handlers = { watch: { sentry: 3 } }')).err).toMatch(
        /"handlers" that are none/,
      )
      const strange = 'export const handlers = { watch: { sentry: () => 1, clerk: () => 2 } }'
      expect((await handlers(strange)).err).toMatch(/one for role clerk of group watch, and there is none/)
      expect((await handlers('export const handlers = { watch: { sentry: () => 1 } }')).code).toBe(6)
    })
  })

  describe("runs a group's own state machine, where the file exports a workload for it", () => {
    /** Counters that add, or do something else; clients add and read, and `model` says what they must see. */
    const topology = (apply: string, more = '') => `
      import { defineStateMachine, json } from '@quorate/core'
      import { defineTopology } from '@quorate/host'
      import { raft } from '@quorate/raft'
      const { encode: snapshot, decode: restore } = json<number>()
      const counter = defineStateMachine({
        initial: () => 0,
        apply: (state: number, by: number, { index }) => (${apply}),
        query: (state: number, _: null) => state,
        snapshot,
        restore,
      })
      const nodes = ['a', 'b', 'c']
      export default defineTopology({ cluster: 'c', nodes, groups: { total: raft({ members: nodes, stateMachine: counter }) } })
      const adding = {
        name: 'adding',
        operations: { add: { fields: { value: 'count' } }, read: { fields: {}, isQuery: true } },
        draw: () => (own, ordinal) => (own.isOne(600) ? { f: 'add', value: ordinal } : { f: 'read' }),
        probe: (number) => [{ f: 'add', value: number }, { f: 'read' }],
        perform: async (client, { f, value }) => (f === 'read' ? client.query(null) : (await client.propose(value)).result),
        model: {
          name: 'counter',
          operations: { add: { argument: 'value', result: 'value' }, read: { argument: 'none', result: 'value' } },
          init: () => 0,
          step: (state, { f, argument = 0, result }) => {
            const next = state + argument
            return result === undefined || result === next ? next : undefined
          },
          identify: String,
        },
        ${more}
      }
      export const workload = { groups: { total: adding } }`
    const run = async (text: string, ...argv: string[]) => {
      await writeFile(join(directory, 'topology.ts'), text)
      const before = process.cwd()
      process.chdir(directory)
      return quorate('topology.ts', '--seed', '3', '--runs', '1', '--minutes', '0.1', ...argv).finally(() =>
        process.chdir(before),
      )
    }
    const sound = '{ state: state + by, result: state + by }'

    test('and judges it by the model that the workload brings', async () => {
      const { code, out } = await run(topology(sound), '--trace', 'trace')
      expect(out).toMatch(/^judged: total by Election Safety, .*Exactly Once, .*Linearizability, Progress$/m)
      expect(out).not.toContain('NOT judged')
      expect(code).toBe(0)
      expect(await readFile(join(directory, 'trace'), 'utf8')).toMatch(/"text":"ok add \d+: \d+"/)
    })

    test('and finds what is wrong with it, as a script that says what clients did', async () => {
      // Only what clients add is lost, not what the probes at the end do: then the script must say it.
      const isLost = 'by < 1000 && index % 5 === 0'
      const { code, out } = await run(topology(`{ state: ${isLost} ? state : state + by, result: state + by }`))
      expect(out).toMatch(/^# Linearizability: /m)
      expect(out).toMatch(/^at \d+(\.\d+)? operation client=c\d+ (slot=\d+ )?f=add value=\d+$/m)
      expect(code).toBe(1)
      expect((await quorate('--replay', join(directory, 'topology-3.sim'))).out).toMatch(/^# Linearizability: /m)
    })

    test('a model of the checker is named, and lincheck knows it from the history', async () => {
      const history = join(directory, 'history.jsonl')
      const { code, out } = await run(topology(sound, "model: 'counter'"), '--history', history)
      expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^judged: total by .*Linearizability/m) })
      const judged = await runCaptured(['lincheck', history, '--initial', '0', '--json'])
      expect(JSON.parse(judged.out)).toMatchObject({ model: 'counter', verdict: 'ok' })
    })

    test.each([
      ["model: 'countr'", /workload adding: there is no model of histories "countr": expected one of .*counter/],
      ['probs: 1', /has no option "probs"\. Did you mean probe\?/],
      ['perSecond: 0', /perSecond must be a number above 0, not 0/],
      [
        "operations: { add: { fields: { slot: 'count' } } }",
        /operation add has a field slot, which a script says itself/,
      ],
      ["operations: { add: { fields: { value: 'int' } } }", /a field value of form int: expected one of text, /],
    ])('what is no workload is refused: %s', async (more, error) => {
      const { code, err } = await run(topology(sound, more))
      expect(err).toMatch(error)
      expect(code).toBe(2)
    })

    test('one for a group that there is not is refused', async () => {
      expect((await run(topology(sound).replace('groups: { total: adding }', 'groups: { sum: adding }'))).err).toMatch(
        /there is no group sum/,
      )
    })
  })

  test('says why some transitions cannot be taken, each reason once', async () => {
    const { out } = await quorate('paxos', '--seed', '1', '--runs', '1', '--minutes', '0.1', '--coverage')
    const lines = stripVTControlCharacters(out).trimEnd().split('\n')
    const from = lines.findIndex((line) => /^guards against what never happens here/.test(line))
    const reasons = lines.slice(from + 1).map((line) => /^ {2}(\d+): (.*)$/.exec(line) ?? [])
    expect(reasons.length).toBeGreaterThan(0)
    const all = Object.values((await subjectNamed('paxos')).unreachable ?? {})
    for (const [, count, reason] of reasons) expect(all.filter((each) => each === reason)).toHaveLength(Number(count))
    expect(reasons).toHaveLength(new Set(all).size)
    expect(out).not.toContain('README')
  })

  test.each(['register', 'raft'])('what clients of %s saw is what lincheck judges', async (name) => {
    const history = join(directory, `${name}.jsonl`)
    await quorate(name, '--seed', '1', '--runs', '1', '--minutes', '0.1', '--history', history)
    const { code, out } = await runCaptured(['lincheck', history, '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ model: name === 'raft' ? 'cas-register' : 'register', verdict: 'ok' })
    expect((await quorate(name, '--runs', '2', '--history', history)).err).toMatch(/--history is of one run/)
  })

  test('--help names its own exit codes', async () => {
    const { code, out } = await quorate('--help')
    expect(code).toBe(0)
    expect(out.replace(/\s+/g, ' ')).toContain(
      'Exit codes: 0 nothing is wrong 1 a violation, or a run without progress',
    )
    expect(out).not.toContain('compare-and-set')
  })

  test.each([
    ['9007199254740991', '1', 2],
    ['9007199254740990', '2', 2],
    ['9007199254740990', '1', 0],
  ])('from seed %s, %s runs: %d', async (seed, runs, expected) => {
    const { code, err } = await quorate('paxos', '--seed', seed, '--runs', runs, '--minutes', '0.05', '--json')
    expect(code).toBe(expected)
    expect(err).toMatch(expected === 0 ? /^$/ : /beyond the largest seed, 9007199254740990: .*QUORATE_INVALID_CONFIG/)
  })

  test.each([
    ['true', true],
    ['1', true],
    ['woodpecker', true],
    [undefined, false],
    ['', false],
    ['0', false],
    ['false', false],
    ['FALSE', false],
  ])('CI=%j means a server of continuous integration: %j', (value, expected) => {
    expect(isInCi({ CI: value })).toBe(expected)
  })

  test('Ctrl-C before the first run is over: nothing is said to be right', async () => {
    const running = quorate('raft', '--seed', '1', '--runs', '1', '--minutes', '1000')
    const listeners = process.listenerCount('SIGINT')
    while (process.listenerCount('SIGINT') === listeners) await new Promise((resolve) => setImmediate(resolve))
    process.emit('SIGINT')
    const { code, out } = await running
    expect(stripVTControlCharacters(out)).toBe('nothing was run to its end: nothing is known\n')
    expect(code).toBe(130)
  })

  test('what is no subject, no number or no script is wrong usage', async () => {
    expect((await quorate()).code).toBe(2)
    expect((await quorate('raft', '--mistake', 'list')).code).toBe(0)
    expect((await quorate('raft', '--mistake', 'raft-a-voter-that-forgets-its-vote')).err).toMatch(/leave raft out/)
    expect((await quorate('--mistake', 'raft-a-voter', '--nodes', '5')).err).toMatch(/cannot be used with/)
    expect((await quorate('--mistake', 'nothing-of-the-kind')).err).toMatch(/\[QUORATE_UNKNOWN_MISTAKE\]/)
    expect((await quorate('nothing.ts')).code).toBe(2)
    expect((await quorate('raft', '--runs', '0')).code).toBe(2)
    expect((await quorate('raft', '--faults', 'earthquake')).code).toBe(2)
    expect((await quorate('--replay', join(directory, 'none.sim'))).err).toMatch(/QUORATE_UNREADABLE_FILE/)
    const path = join(directory, 'wrong.sim')
    await writeFile(path, 'simulation raft nodes=3 seed=1 variant=1 bootstrap=true endMs=1000\nat noon crash node=n1\n')
    const { code, err } = await quorate('--replay', path)
    expect(err).toMatch(/line 2 of the script: expected a time in milliseconds.*QUORATE_UNREADABLE_SCRIPT/)
    expect(code).toBe(2)
  })

  test('replays a script by hand, and draws what happens', async () => {
    const path = join(directory, 'mine.sim')
    const lines = [
      'simulation raft nodes=3 seed=1 variant=1 bootstrap=true endMs=9000',
      'at 2000 operation client=c1 f=write key=x value=1',
      'at 3000 crash node=leader afterEffects=0 forMs=100000 unsynced=lost',
      'at 4000 operation client=c1 f=read key=x value=2',
      'at 4500 heal core=[n1,n2,n3]',
    ]
    await writeFile(path, lines.join('\n'))
    const { code, out } = await quorate('--replay', path)
    expect(code).toBe(0)
    expect(out).toMatch(/^# nothing is wrong/)
    expect(out).toMatch(/suffers crash/)
    expect(out).toMatch(/ok read x: 1@\d+/)
    expect(out).toMatch(/< RequestVote term \d+, /)
  })
})
