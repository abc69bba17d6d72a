import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCaptured } from '../captured.test.fixture.js'

const check = async (...argv: readonly string[]) => {
  const { code, out, err } = await runCaptured(['check', ...argv])
  return { code, out, err, json: argv.includes('--json') ? JSON.parse(out) : undefined }
}

describe('quorate check', () => {
  test('without a model it lists those that it knows', async () => {
    const { code, out } = await check()
    expect(code).toBe(0)
    for (const name of ['paxos', 'multi-paxos', 'raft-election', 'raft-replication', 'reference/abd']) {
      expect(out).toMatch(new RegExp(`^${name} `, 'm'))
    }
    // What is listed can be told.
    const [, parameters = ''] = /^register +(\S+=\d+(?: \S+=\d+)*) /m.exec(out) ?? []
    const told = parameters.split(' ').flatMap((parameter) => ['--param', parameter])
    expect((await check('register', ...told, '--states', '10', '--json')).json.parameters).toMatchObject({
      replicas: 3,
    })
    expect((await check('--json')).json.models).toContainEqual({
      name: 'reference/two-phase-commit',
      description: expect.any(String),
      parameters: { rms: 3 },
    })
  })

  test('0: all was explored and all holds', async () => {
    const { code, json } = await check('reference/two-phase-commit', '--rms', '4', '--json')
    expect(code).toBe(0)
    expect(json).toMatchObject({
      model: 'reference/two-phase-commit',
      distinct: 1568,
      generated: 8258,
      depth: 14,
      verdict: 'holds',
      ending: 'exhausted',
    })
    expect(json.statesPerSecond).toBeGreaterThan(0)
    expect(json.properties.map(({ verdict }: { verdict: string }) => verdict)).toEqual(['holds', 'holds', 'holds'])
  })

  test('writes the run that violates a property as a trace, of any model', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'quorate-'))
    const path = join(directory, 'run.jsonl')
    try {
      expect((await check('--mistake', 'raft-a-voter-that-votes-for-everyone', '--trace', path)).code).toBe(1)
      const { code, out } = await runCaptured(['trace', path])
      expect(code).toBe(0)
      expect(out).toMatch(/^# raft: Election Safety/)
      expect(out.match(/ is leader\.leading$/gm)).toHaveLength(2)
      expect(out).toMatch(/^\S+ n\d hears RequestVote from n\d \(term 1, /m)
      writeFileSync(
        join(directory, 'model.ts'),
        `import { always, sometimes, transitionModel } from '@quorate/checker'
         const steps = (n: number) => (n < 3 ? [{ name: 'count', to: n + 1 }] : [])
         const properties = [always('small', (n: number) => n < 2), sometimes('counted', (n: number) => n > 0)]
         export default transitionModel({ name: 'counting', initial: [0], steps, properties })`,
      )
      expect((await check(join(directory, 'model.ts'), '--trace', path)).code).toBe(1)
      expect((await runCaptured(['trace', path])).out).toBe('# counting: small\n1.000 model count\n2.000 model count\n')
      const refused = await check('raft-election', '--trace', join(directory, 'none', 'run.jsonl'))
      expect(refused.err).toMatch(/cannot be written: ENOENT.*\[QUORATE_UNWRITABLE_FILE\]/)
      expect([refused.code, refused.out]).toEqual([5, ''])
    } finally {
      rmSync(directory, { recursive: true })
    }
  })

  test('numbers set the scope; what a model does not have is refused', async () => {
    const scope = ['--servers', '3', '--terms', '1', '--timeouts', '1', '--crashes', '0']
    const small = await check('raft-election', ...scope, '--json')
    expect(small).toMatchObject({ code: 0, json: { ending: 'exhausted' } })
    const crashing = await check('raft-election', ...scope, '--crashes', '1', '--json')
    expect(crashing.json.distinct).toBeGreaterThan(small.json.distinct)
    const split = await check('raft-election', ...scope, '--crashes', '1', '--split-writes', '--json')
    expect(split.json).toMatchObject({ verdict: 'holds', ending: 'exhausted' })
    expect(split.json.distinct).toBeGreaterThan(crashing.json.distinct)
    expect((await check('reference/abd', '--split-writes')).code).toBe(2)
    // A run without timeouts elects nobody, and success must not be vacuous.
    expect((await check('raft-election', '--timeouts', '0')).code).toBe(1)
    expect((await check('paxos', '--acceptors', '2', '--crashes', '0', '--json')).json.ending).toBe('exhausted')
    expect((await check('raft-election', '--acceptors', '3')).code).toBe(2)
  })

  test.each(['raft-election', 'raft-pre-vote', 'raft-replication', 'reference/single-copy-register'])(
    '%s of one server holds',
    async (name) => {
      expect((await check(name, '--servers', '1', '--json')).json).toMatchObject({
        verdict: 'holds',
        ending: 'exhausted',
      })
    },
  )

  test('a time that is over ends it, however many orders those have that are alike', async () => {
    expect((await check('reference/two-phase-commit', '--rms', '10', '--symmetry', '--seconds', '1')).code).toBe(2)
  })

  test('1: a violation, with the run that shows it', async () => {
    const { code, out } = await check('reference/single-copy-register', '--servers', '2')
    expect(code).toBe(1)
    expect(out).toContain('not always: linearizable, after 4 steps')
    expect(out).toMatch(/^ {2}4\. .* {3}<== breaks linearizable$/m)
    expect(out).toMatch(/\nviolated: linearizable\n$/)
    expect(out).toContain('  3. s1 receives Get{request: 4} from c0')
    const { json } = await check('reference/single-copy-register', '--servers', '2', '--json')
    expect(json.properties[0]).toMatchObject({ name: 'linearizable', verdict: 'violated', steps: 4 })
    expect(json.properties[0].script).toHaveLength(4)
  })

  test.each([
    [['--states', '100'], 'states'],
    [['--depth', '5'], 'depth'],
  ])('2: %j ended the search', async (flags, ending) => {
    const { code, json } = await check('reference/paxos', ...flags, '--json')
    expect(code).toBe(2)
    expect(json).toMatchObject({ verdict: 'unknown', ending })
  })

  test('2: a space without end ends by its time', async () => {
    const { code, json } = await check(
      'reference/abd',
      '--clients',
      '4',
      '--network',
      'dup',
      '--lossy',
      '--seconds',
      '1',
      '--json',
    )
    expect(code).toBe(2)
    expect(json).toMatchObject({ verdict: 'unknown', ending: 'interrupted' })
  })

  test('networks, orders and exact mode', async () => {
    const numbers = async (...flags: readonly string[]) => {
      const { code, json } = await check('reference/abd', ...flags, '--json')
      expect(code).toBe(0)
      return [json.distinct, json.generated, json.terminal]
    }
    const plain = await numbers()
    expect(plain.slice(0, 2)).toEqual([544, 875])
    expect(await numbers('--depth-first')).toEqual(plain)
    expect(await numbers('--exact')).toEqual(plain)
    expect((await numbers('--lossy'))[0]).toBeGreaterThan(544)
    expect((await numbers('--network', 'fifo'))[0]).not.toBe(544)
    expect((await check('reference/paxos', '--network', 'dup', '--json')).json).toMatchObject({
      verdict: 'holds',
      distinct: 42_805,
    })
  })

  test('what was judged is said', async () => {
    expect((await check('raft-election', '--states', '10')).out).toMatch(/^ {2}judged {5}2 always, 2 sometimes$/m)
  })

  test('what was left out, and what fingerprints cost, is said', async () => {
    const textOf = async (...argv: readonly string[]) => (await check(...argv)).out
    const plain = await textOf('reference/abd')
    expect(plain).toMatch(/^ {2}left out {3}nothing$/m)
    // 544 squared, by 2 to the 65th.
    expect(plain).toMatch(/^ {2}collisions 8\.0e-15 pairs are to be expected/m)
    expect(await textOf('reference/abd', '--exact')).toMatch(/^ {2}collisions 0 pairs/m)
    // Servers may always send to one another: there is nothing that could stand apart.
    const raft = ['raft-election', '--terms', '1', '--timeouts', '1', '--crashes', '0']
    expect(await textOf(...raft)).toMatch(/^ {2}left out {3}other names for the same$/m)
    expect((await check(...raft, '--json')).json).toMatchObject({
      reducedStates: 0,
      collisionsExpected: expect.any(Number),
    })
    const paxos = ['paxos', '--proposers', '1', '--no-symmetry']
    expect(await textOf(...paxos)).toMatch(
      /^ {2}left out {3}orders of steps that no property can tell, at \d+ states$/m,
    )
    expect(await textOf(...paxos, '--no-reduction')).toMatch(/^ {2}left out {3}nothing$/m)
    expect((await check(...paxos, '--json')).json.reducedStates).toBeGreaterThan(0)
  })

  test.each([
    [['raft-electoin'], /there is no model "raft-electoin": did you mean raft-election\?/],
    [['tla'], /there is no model "tla": expected one of raft-election, .*, or a file/],
    [['./nothing.ts'], /there is no such file/],
    [['reference/paxos', '--rms', '3'], /model reference\/paxos has no --rms/],
    [['reference/two-phase-commit', '--lossy'], /says itself how messages travel/],
    [['reference/paxos', '--servers', '1'], /model reference\/paxos: .*expected at least 2 servers/],
    [['reference/abd', '--servers', '1'], /model reference\/abd: .*expected at least 2 servers/],
    [['raft-election', '--servers', '8'], /of more than 7 the orders are too many: check it with --no-symmetry/],
    [['reference/paxos', '--symmetry'], /does not say which of its actors are alike/],
    [['reference/paxos', '--network', 'udp'], /Allowed choices are nondup, dup, fifo/],
    [['reference/paxos', '--states', 'many'], /whole number/],
  ])('%j is refused with 2, and no stack', async (argv, text) => {
    const { code, err } = await check(...argv)
    expect(code).toBe(2)
    expect(err).toMatch(text)
    expect(err).not.toContain('    at ')
  })
})

describe('a model of the user', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'quorate-check-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const written = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }

  test('from a file, in TypeScript, wherever it lies', async () => {
    const path = written(
      'light.ts',
      `import { actorModel, ofSomeActor, sometimes, always, ofEveryActor } from '@quorate/checker'
       const light = { name: 'light', start: () => ({ state: 'red' as string }), receive: () => undefined,
         own: () => [{ name: 'turns' }], act: (state: string) => ({ state: state === 'red' ? 'green' : 'red' }) }
       export default actorModel({ name: 'light', actors: [light], network: { kind: 'nondup' }, properties: [
         sometimes('green', ofSomeActor((state: string) => state === 'green')),
         always('never blue', ofEveryActor((state: string) => state !== 'blue')) ] })`,
    )
    const { code, json } = await check(path, '--json')
    expect(code).toBe(0)
    expect(json).toMatchObject({ model: 'light', distinct: 2, generated: 3, depth: 2 })
  })

  describe('that is told something', () => {
    const ring = (
      made = `q.transitionModel({ name: 'ring', initial: [0], steps: (at) => [{ name: 'on', to: (at + 1) % N }],
      properties: [q.sometimes('it is round', (at) => at === N - 1)] })`,
    ): string =>
      `import * as q from '@quorate/checker'
       export default q.parameterized({
         parameters: { N: { default: 3, min: 2, max: 9, description: 'places' }, way: { default: 'on', among: ['on', 'back'] }, odd: { default: false } },
         make: ({ N }) => ${made} })`

    test('by --param; the verdict says what', async () => {
      const path = written('ring.ts', ring())
      expect((await check(path)).out).toMatch(/^ {2}parameters N=3 way=on odd=false\n {2}distinct {3}3$/m)
      const { json } = await check(path, '--param', 'N=7', '--param', 'odd=true', '--json')
      expect(json).toMatchObject({ model: 'ring', distinct: 7, parameters: { N: 7, way: 'on', odd: true } })
    })

    test('by one of the catalogue too, and by its flags', async () => {
      const scope = ['--param', 'timeouts=1', '--crashes', '0', '--json']
      const { json } = await check('raft-election', '--param', 'terms=1', ...scope)
      expect(json).toMatchObject({
        verdict: 'holds',
        parameters: {
          servers: 3,
          terms: 1,
          timeouts: 1,
          crashes: 0,
          network: 'nondup',
          lossy: false,
          'split-writes': false,
        },
      })
      expect((await check('reference/two-phase-commit', '--param', 'rms=2', '--json')).json.parameters).toEqual({
        rms: 2,
      })
    })

    test('list says what there is', async () => {
      const path = written('ring.ts', ring())
      expect((await check(path, '--param', 'list')).out).toBe(
        `PARAMETER  EXPECTED      DEFAULT  WHAT IT IS
N          2 to 9        3        places
way        on | back     on
odd        true | false  false
`,
      )
      expect((await check(path, '--param', 'list', '--json')).json).toMatchObject({ parameters: { N: { max: 9 } } })
      expect((await check('reference/abd', '--param', 'list')).out).toMatch(
        /^clients +a whole number of at least 1 +2$/m,
      )
      expect((await check(written('plain.ts', light('properties: []')), '--param', 'list')).out).toMatch(
        /plain.ts has no parameters/,
      )
    })

    test.each([
      [
        ['--param', 'M=7'],
        /there is no parameter M: expected one of N \(2 to 9\), way \(on \| back\), odd.*QUORATE_INVALID_PARAMETER/,
      ],
      [['--param', 'N=10'], /parameter N: expected 2 to 9, and it is 10/],
      [['--param', 'N=x'], /parameter N: expected 2 to 9, and it is "x"/],
      [['--param', 'odd=1'], /parameter odd: expected true \| false/],
      [['--param', 'N'], /--param N: expected NAME=VALUE, or list to see the names/],
      [['--param', 'N=4', '--param', 'N=5'], /--param N is given twice/],
      [['--servers', '4'], /has no --servers/],
    ])('%j is refused with 2', async (argv, text) => {
      const { code, out, err } = await check(written('ring.ts', ring()), ...argv)
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(err).toMatch(text)
    })

    test.each([
      [
        ['raft-election', '--terms', '1', '--param', 'terms=2'],
        /terms is given twice: leave --terms or --param terms out/,
      ],
      [['raft-election', '--param', 'servers=0'], /parameter servers: expected a whole number of at least 1/],
      [['--param', 'N=3'], /--param wants a model/],
      [['--param', 'N=3', '--mistake', 'list'], /cannot be used with/],
    ])('%j is wrong usage', async (argv, text) => {
      const { code, err } = await check(...argv)
      expect(code).toBe(2)
      expect(err).toMatch(text)
    })

    test.each([
      ['throws.ts', ring('{ throw new Error("odd") }'), /throws.ts: makes no model of what it is told: odd/],
      ['makes.ts', ring('7'), /makes.ts: makes no model of what it is told: expected `make` to return/],
      [
        'refuses.ts',
        ring('q.parameterized({ parameters: { N: { default: 0, min: 1 } }, make: () => 7 })'),
        /parameter N: expected .* its default is 0/,
      ],
    ])('%s is refused with 2', async (name, text, message) => {
      const { code, err } = await check(written(name, text))
      expect(code).toBe(2)
      expect(err).toMatch(message)
    })
  })

  const light = (more: string): string =>
    `import * as q from '@quorate/checker'
     export default q.transitionModel({ name: 'light', initial: ['red', 'dark'],
       steps: (light) => light === 'red' ? [{ name: 'turns', to: 'green' }, { name: 'breaks', to: 'dark' }]
         : light === 'green' ? [{ name: 'turns', to: 'red' }] : [], ${more} })`

  test('what must come: with the fairness that was assumed, and the run that waits for ever', async () => {
    const path = written(
      'waiting.ts',
      light(`fairness: [q.weakFairness('turning', (step) => step === 'turns'), q.strongFairness('a typo', (step) => step === 'brekas')],
        properties: [q.sometimes('green', (light) => light === 'green'),
          q.leadsTo('red leads to dark', (light) => light === 'red', (light) => light === 'dark'),
          q.leadsTo('blue leads to dark', (light) => light === 'blue', (light) => light === 'dark')]`),
    )
    const { code, out } = await check(path)
    expect(code).toBe(1)
    expect(out).toMatch(/^ {2}judged {5}2 leads to, 1 sometimes$/m)
    expect(out).toMatch(/^ {2}assumed {4}weak fairness: turning; strong fairness: a typo \(no step is of it\)$/m)
    expect(out).toMatch(/^leads to +blue leads to dark +holds, but says nothing: it is never awaited$/m)
    expect(out).toContain(`not leads to: red leads to dark, after 2 steps
at first:
       red
-- from here on, for ever:
  1. turns
       green
  2. turns
       red
and again from step 1:
       red
violated: a run may wait for this for ever: red leads to dark
`)
    const { json } = await check(path, '--json')
    expect(json.fairness).toEqual([
      { strength: 'weak', name: 'turning', actions: 1 },
      { strength: 'strong', name: 'a typo', actions: 0 },
    ])
    expect(json.properties[1]).toMatchObject({
      verdict: 'violated',
      initial: ['red'],
      script: ['turns', 'turns'],
      loopsTo: 0,
    })
    expect(json.properties[2]).toMatchObject({ verdict: 'holds', isVacuous: true })
  })

  test('where nothing is fair', async () => {
    const { out } = await check(
      written(
        'stopping.ts',
        light(
          `fairness: [], properties: [q.sometimes('green', (light) => light === 'green'), q.eventually('dark', (light) => light === 'dark')]`,
        ),
      ),
    )
    expect(out).toMatch(/^ {2}assumed {4}nothing: a run may stop anywhere$/m)
    expect(out).toContain(
      'at first:\n       red\nand so it stays for ever:\n       red\nviolated: a run may go on for ever',
    )
  })

  test('what is beyond its constraint is left out, and that is said', async () => {
    const path = written(
      'lit.ts',
      light(
        `constraint: (light) => light !== 'dark', properties: [q.sometimes('green', (light) => light === 'green')]`,
      ),
    )
    expect((await check(path)).out).toMatch(/^ {2}left out {3}what comes after states beyond the constraint \(1\)$/m)
    expect((await check(path, '--json')).json).toMatchObject({ distinct: 2, outside: 1, generated: 5 })
  })

  test('a step, or an end, that must not be', async () => {
    const path = written(
      'breaking.ts',
      light(`properties: [q.sometimes('green', (light) => light === 'green'), q.deadlockFree('it never ends', (light) => light === 'dark'),
        q.everyStep('green turns red: and only then', (before, step, after) => after !== 'red')]`),
    )
    const { code, out } = await check(path)
    expect(code).toBe(1)
    expect(out).toMatch(/^ {2}judged {5}1 every step, 1 deadlock free, 1 sometimes$/m)
    expect(out).toMatch(/^ {2}2\. turns {3}<== breaks green turns red$/m)
    expect(out).toMatch(/\nviolated: green turns red: and only then\n$/)
    const ending = await check(
      written(
        'ending.ts',
        light(`properties: [q.sometimes('green', (light) => light === 'green'), q.deadlockFree('it never ends')]`),
      ),
    )
    expect(ending.out).toContain(
      'not deadlock free: it never ends, after 0 steps\nat first:\n       dark\nin the end:\n       dark\n',
    )
    expect(ending.out).toMatch(/\nviolated: a run ends where it must not: it never ends\n$/)
  })

  const tiny = (more = ''): string =>
    `import { actorModel, sometimes, ofSomeActor } from '@quorate/checker'
     export default actorModel({ name: 'tiny', actors: [{ name: 'a', start: () => ({ state: {}, sends: [{ to: 'a', message: 'x' }] }),
       receive: () => { ${more} } }], network: { kind: 'nondup' }, properties: [sometimes('it is', ofSomeActor(() => true))] })`

  test('the extension may be left out, and every package may be imported', async () => {
    const path = written('my-model.ts', `import '@quorate/kv'\n${tiny()}`)
    expect(await check(path.replace('.ts', ''))).toMatchObject({ code: 0, err: '' })
  })

  test.each([
    ['nothing.ts', 'export default 7', /nothing.ts: exports no model/],
    ['fake.ts', 'export default { name: "x", compile: 3 }', /fake.ts: exports no model.*QUORATE_UNUSABLE_MODEL/],
    ['promised.ts', 'export default (async () => ({ name: "x" }))()', /promised.ts: exports no model/],
    ['unnamed.ts', 'export const model = 1', /unnamed.ts: exports no model/],
    ['broken.ts', 'throw new Error("not today")', /cannot be loaded: not today/],
    [
      'thrower.ts',
      tiny('throw new Error("not today")'),
      /a, when it receives x from a, throws: not today.*QUORATE_INVALID_MODEL/s,
    ],
    ['dated.ts', tiny('return { state: new Date(0) }'), /holds an instance of Date.*QUORATE_INVALID_MODEL/s],
    [
      'unmade.ts',
      'import { actorModel } from "@quorate/checker"; export default actorModel({ name: "unmade" })',
      /QUORATE_INVALID_MODEL/,
    ],
  ])('%s is refused with 2, and no stack', async (name, text, message) => {
    const { code, err } = await check(written(name, text))
    expect(code).toBe(2)
    expect(err).toMatch(message)
    expect(err).not.toContain('    at ')
  })
})

describe('--mistake', { timeout: 120_000 }, () => {
  test('is found, and said in a sentence', async () => {
    const { code, out } = await check('--mistake', 'raft-a-voter-that-votes-for-everyone')
    expect(code).toBe(1)
    expect(out).toMatch(/<== breaks Election Safety$/m)
    expect(out).toMatch(/\nviolated: Election Safety: at most one leader can be elected in a given term\n$/)
  })

  test('list names all, as JSON too', async () => {
    const { code, out } = await check('--mistake', 'list')
    expect(code).toBe(0)
    const { json } = await check('--mistake', 'list', '--json')
    expect(json.mistakes.length).toBeGreaterThan(20)
    for (const { name } of json.mistakes) expect(out).toContain(name)
  })

  test.each([
    [['--mistake', 'raft-a-voter-that-votes-for-everyon-'], /Did you mean raft-a-voter-that-votes-for-everyone\?/],
    [['raft-election', '--mistake', 'votes-for-everyone'], /leave raft-election out/],
    [['--mistake', 'votes-for-everyone', '--servers', '5'], /cannot be used with option '--servers/],
  ])('%j is wrong usage', async (argv, message) => {
    const { code, err } = await check(...argv)
    expect(err).toMatch(message)
    expect(code).toBe(2)
  })
})
