import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runCaptured } from '../captured.test.fixture.js'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'quorate-lincheck-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

type Event = Readonly<Record<string, unknown>>

const text = (events: readonly Event[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join('')

const called = (process: unknown, f: string, value: unknown, more: Event = {}): Event[] => [
  { process, type: 'invoke', f, value, ...more },
  { process, type: 'ok', f, value, ...more },
]

const good = [
  ...called(1, 'write', 5),
  ...called(2, 'cas', [5, 6]),
  ...called(1, 'cas', [5, 7], { result: false }),
  ...called(2, 'read', 6),
]
const stale = [...called(1, 'write', 5), ...called(1, 'write', 6), ...called('b', 'read', 5)]

const check = (events: readonly Event[], ...argv: string[]) => runCaptured(['lincheck', '-', ...argv], text(events))

describe('verdicts are exit codes', () => {
  test('0: linearizable', async () => {
    const { code, out, err } = await check(good)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^linearizable: 4 operations on a cas-register \(1 part, \d+ steps\)\n$/)
  })

  test.each([
    ['no event', []],
    [
      'only what did not take place',
      [
        { process: 1, type: 'invoke', f: 'write', value: 1 },
        { process: 1, type: 'fail', f: 'write', value: 1 },
      ],
    ],
  ])('6: nothing was judged: %s', async (_title, events) => {
    const { code, out } = await check(events)
    expect(out).toMatch(/^nothing was judged: 0 operations/)
    expect(code).toBe(6)
    expect(JSON.parse((await check(events, '--json')).out)).toMatchObject({ verdict: 'nothing judged' })
  })

  test('1: not linearizable, with the operation, the order before it and the smallest part', async () => {
    const { code, out } = await check(stale)
    expect(code).toBe(1)
    expect(out).toContain('NOT linearizable: 3 operations on a register')
    expect(out).toContain('Cannot be placed:\n  process b: read → 5 (lines 5 and 6)\n')
    expect(out).toMatch(/1 {2}process 1 {2}write 5 {4}lines 1 and 2\n +2 {2}process 1 {2}write 6 {4}lines 3 and 4\n/)
    expect(out).toContain('Then it holds 6.')
    expect(out).toContain('The smallest illegal part, 3 operations:')
  })

  test('2: unknown, when the steps are used up', async () => {
    const { code, out } = await check(good, '--steps', '1')
    expect(code).toBe(2)
    expect(out).toMatch(/^unknown whether linearizable.*\nNot decided: the whole history\./)
  })

  test.each([
    ['no JSON', '{"process":1', /^error: line 1: expected JSON.*\[QUORATE_MALFORMED_EVENT\]\n$/],
    [
      'an operation that the model does not have',
      text(called(1, 'push', 5)),
      /line 1: .*\[QUORATE_UNKNOWN_OPERATION\]/,
    ],
    [
      'two open operations of one process',
      text(
        [{ process: 1, type: 'invoke', f: 'read' }, {}, { process: 1, type: 'invoke', f: 'read' }].filter(
          (each) => 'f' in each,
        ),
      ),
      /line 2: process 1 invokes.*line 1.*\[QUORATE_OVERLAPPING_OPERATIONS\]/,
    ],
    ['an end without a beginning', text(called(1, 'read', 5).slice(1)), /line 1: .*\[QUORATE_UNMATCHED_COMPLETION\]/],
    [
      'a value that JavaScript cannot hold',
      text(called(1, 'write', 5)).replaceAll('5', '9007199254740993'),
      /^error: line 1: .*9007199254740993.*\[QUORATE_MALFORMED_EVENT\]/,
    ],
    [
      'bytes that are no UTF-8',
      Buffer.concat([Buffer.from(text(called(1, 'write', 'x'))), Buffer.from([0x22, 0xff, 0x22])]),
      /^error: line 3: expected UTF-8.*\[QUORATE_MALFORMED_EVENT\]/,
    ],
    [
      'an end with another value than the beginning',
      text([{ process: 1, type: 'invoke', f: 'write', value: 1 }, ...called(1, 'write', 2).slice(1)]),
      /^error: line 2: .*\[QUORATE_UNMATCHED_COMPLETION\]/,
    ],
  ])('3: %s', async (_title, input, message) => {
    const { code, out, err } = await runCaptured(['lincheck', '-'], input)
    expect({ code, out }).toEqual({ code: 3, out: '' })
    expect(err).toMatch(message)
  })

  test('3: a file that is not there', async () => {
    const { code, err } = await runCaptured(['lincheck', join(directory, 'none.jsonl')])
    expect(code).toBe(3)
    expect(err).toMatch(/none\.jsonl cannot be read: ENOENT.*\[QUORATE_UNREADABLE_HISTORY\]/)
  })

  test.each([
    [['--model', 'stack'], /there is no model "stack": expected one of register, cas-register, kv, set, queue, mutex/],
    [['--initial', 'x'], /Expected JSON/],
    [['--initial', '[9007199254740993]'], /numbers that JavaScript can hold, found 9007199254740993/],
    [['--steps', '0'], /whole number of at least 1/],
  ])('a command line that is wrong: %j', async (argv, message) => {
    const { code, err } = await check(good, ...argv)
    expect(code).toBe(2)
    expect(err).toMatch(message)
  })
})

test('--help names the exit codes, and has examples', async () => {
  const { code, out } = await runCaptured(['lincheck', '--help'])
  expect(code).toBe(0)
  expect(out).toContain('Examples:')
  expect(out.replace(/\s+/g, ' ')).toContain('Exit codes: 0 linearizable 1 not linearizable')
})

test('--model and --initial', async () => {
  expect((await check(called(1, 'read', 0))).code).toBe(1)
  expect((await check(called(1, 'read', 0), '--initial', '0')).code).toBe(0)
  expect((await check(called(1, 'cas', [null, 1]), '--model', 'kv')).out).toContain('operation on a kv')
  expect((await check(called(1, 'cas', [null, 1]), '--model', 'register')).err).toMatch(
    /line 1: no such operation: "cas"/,
  )
})

test.each([
  ['queue', '7', /initial value of a queue is a list.*found 7 \[QUORATE_INVALID_CONFIGURATION\]/],
  ['set', '{"a":5}', /initial value of a set is a list/],
  ['mutex', '[1]', /initial value of a mutex is the process/],
])('a %s cannot begin with %s: wrong usage', async (model, initial, message) => {
  const { code, out, err } = await check([], '--model', model, '--initial', initial)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toMatch(message)
})

test('a counter, and a set that is read as a whole', async () => {
  const added = [...called(1, 'add', 2), ...called(2, 'add', 5)]
  expect((await check([...added, ...called(1, 'read', [5, 2])])).out).toMatch(
    /^linearizable: 3 operations on a set-full/,
  )
  expect((await check([...added, ...called(1, 'read', [5])])).code).toBe(1)
  expect((await check([...added, ...called(1, 'read', 7)], '--model', 'counter')).out).toMatch(
    /^linearizable: 3 operations on a counter/,
  )
  expect((await check([...added, ...called(1, 'read', 6)], '--model', 'counter')).code).toBe(1)
  expect((await check(called(1, 'read', 3), '--model', 'counter', '--initial', '3')).code).toBe(0)
})

test.each([
  [
    [...called(1, 'add', 2), ...called(1, 'read', 2)],
    [],
    /line 4: read of a set-full: expected a list .*--model counter\); found 2/,
  ],
  [called(1, 'add', 'x'), ['--model', 'counter'], /line 2: add of a counter: expected a whole number; found "x"/],
  [called(1, 'read', 0.5), ['--model', 'counter'], /line 2: read of a counter: expected a whole number; found 0.5/],
])('what a model cannot have is refused with 3: %j', async (events, argv, message) => {
  const { code, err } = await check(events, ...argv)
  expect(err).toMatch(message)
  expect(code).toBe(3)
})

describe('a model of the user', () => {
  const stack = (changed = ''): string =>
    `import type { HistoryModel, Json } from '@quorate/checker'
     const stack: HistoryModel<readonly Json[]> = {
       name: 'stack',
       operations: { push: { argument: 'value', result: 'none' }, pop: { argument: 'none', result: 'value' } },
       init: () => [],
       step: (items, { f, argument = null, result }) => {
         if (f === 'push') return [...items, argument]
         return result === undefined || result === (items.at(-1) ?? null) ? items.slice(0, -1) : undefined
       },
       identify: JSON.stringify,
       ${changed}
     }
     export default stack`

  const checkWith = (events: readonly Event[], source: string) => {
    const path = join(directory, 'stack.ts')
    writeFileSync(path, source)
    return check(events, '--model', path)
  }
  const pushed = [...called(1, 'push', 1), ...called(1, 'push', 2)]

  test('is a file', async () => {
    expect((await checkWith([...pushed, ...called(2, 'pop', 2)], stack())).out).toMatch(
      /^linearizable: 3 operations on a stack/,
    )
    const { code, out } = await checkWith([...pushed, ...called(2, 'pop', 1)], stack())
    expect(code).toBe(1)
    expect(out).toContain('Then it holds [1,2].')
  })

  test('may be frozen, and have its parts from a class', async () => {
    const source = `${stack().replace('export default stack', '')}
      class Picky { expectedOf() { return 'something else' } }
      export default Object.freeze(Object.assign(new Picky(), stack))`
    expect((await checkWith(pushed, source)).err).toContain('something else')
  })

  test.each([
    ['export default 7', /stack.ts: exports no model of histories: expected an object/],
    [stack('name: 3 as never,'), /expected its name, a text/],
    [stack('step: undefined as never,'), /expected step to be a function/],
    [stack('partOf: 3 as never,'), /expected partOf to be a function/],
    [
      stack(`operations: { push: { argument: 'any' as never, result: 'none' } },`),
      /the argument of push to be one of none, value, pair/,
    ],
    [stack('step: () => { throw new Error("not today") },'), /step of push throws: not today/],
    [stack('identify: () => 7 as never,'), /identify gives number: expected a text/],
    ['throw new Error("broken")', /cannot be loaded: broken/],
  ])('that cannot be used is refused with 2', async (source, message) => {
    const { code, err } = await checkWith(pushed, source)
    expect(err).toMatch(message)
    expect(err).toContain('QUORATE_UNUSABLE_MODEL')
    expect(code).toBe(2)
  })

  test('that nobody knows', async () => {
    const { code, err } = await check(pushed, '--model', 'stak')
    expect(err).toMatch(/there is no model "stak": expected one of register, .*set-full, counter, or a file/)
    expect(code).toBe(2)
  })
})

test('what cannot be placed says what it answered, also where that is yes', async () => {
  const { out } = await check(called(1, 'contains', 5, { result: true }))
  expect(out).toContain('Cannot be placed:\n  process 1: contains 5 → true (lines 1 and 2)\n')
  expect(out).toContain('Then it holds not in the set.')
})

test('--json: one line', async () => {
  const { out } = await check(
    [...stale, { process: 7, type: 'invoke', f: 'write', value: 8 }],
    '--json',
    '--consistency',
  )
  expect(out.split('\n')).toHaveLength(2)
  expect(JSON.parse(out)).toMatchObject({
    verdict: 'illegal',
    model: 'register',
    operations: 4,
    failed: 0,
    parts: 1,
    undecided: [],
    violation: {
      key: null,
      stuck: { process: 'b', f: 'read', result: 5, lines: [5, 6], isOpen: false },
      states: ['6'],
      order: [{ value: 5 }, { value: 6 }],
      core: [{ value: 5 }, { value: 6 }, { result: 5 }],
    },
    consistency: {
      strongest: ['sequentialConsistency', 'convergence'],
      firstFailing: 'linearizability',
      models: {
        causalMemory: { verdict: 'ok' },
        linearizability: { verdict: 'illegal', operations: [{ value: 5 }, { value: 6 }, { result: 5 }] },
      },
    },
  })
})

test('--consistency says what holds, and what fails first and by what', async () => {
  const { out } = await check([...stale, ...called('b', 'read', 6), ...called('b', 'read', 5)], '--consistency')
  expect(out).toMatch(/linearizability +FAILS/)
  expect(out).toMatch(/read your writes +holds/)
  expect(out).toContain('The first that fails, from below: monotonic reads, by\n')
})

test('a file, in pieces', async () => {
  const file = join(directory, 'history.jsonl')
  const events = Array.from({ length: 5_000 }, (_, at) =>
    called(at % 7, 'put', `ü${at}`, { key: `k${at % 50}` }),
  ).flat()
  writeFileSync(file, text(events))
  const { code, out } = await runCaptured(['lincheck', file])
  expect(out).toContain('linearizable: 5000 operations on a kv (50 parts')
  expect(code).toBe(0)
})

describe('Ctrl-C', () => {
  /** Long lists that many appended to at once: more orders than can be tried. */
  const hard = [
    ...Array.from({ length: 14 }, (_, process) => ({ process, type: 'invoke', f: 'append', key: 'x', value: process })),
    ...Array.from({ length: 14 }, (_, process) => ({ process, type: 'ok', f: 'append', key: 'x', value: process })),
    ...called(1, 'get', 7, { key: 'x' }).map((event) => ({ ...event, value: [] })),
  ]

  const interrupted = async (...argv: string[]) => {
    const listeners = process.listenerCount('SIGINT')
    const running = check([...called(1, 'put', 5, { key: 'easy' }), ...hard], ...argv)
    while (process.listenerCount('SIGINT') === listeners) await new Promise((resolve) => setImmediate(resolve))
    process.emit('SIGINT')
    return running
  }

  test('ends the search: the verdict is unknown, what is known is printed, the code is 130', async () => {
    const { code, out, err } = await interrupted('--steps', '1000000000')
    expect(out).toMatch(/^unknown whether linearizable: 16 operations on a kv \(2 parts, \d+ steps\)\n/)
    expect(out).toContain('1 part decided. Not decided: key "x". Nothing illegal was found; it was interrupted.\n')
    expect(err).toMatch(/^error: interrupted \[QUORATE_INTERRUPTED\]\n$/)
    expect(code).toBe(130)
    expect(process.listenerCount('SIGINT')).toBe(0)
  })

  test('in JSON too, and on the ladder', async () => {
    const { code, out } = await interrupted('--steps', '1000000000', '--json', '--consistency')
    expect(JSON.parse(out)).toMatchObject({ verdict: 'unknown', undecided: ['x'], interrupted: true })
    expect(JSON.parse(out).consistency.models.linearizability.why).toBe('it was told to stop')
    expect(code).toBe(130)
  })
})

describe('--html', () => {
  const drawn = async (events: readonly Event[], ...argv: string[]): Promise<string> => {
    const file = join(directory, 'history.html')
    const { out, err } = await check(events, '--html', file, ...argv)
    expect(err).toBe('')
    expect(out).toContain(`wrote ${file}\n`)
    return readFileSync(file, 'utf8')
  }

  test('draws each operation in its lane, numbers the order, and marks what cannot be placed', async () => {
    const page = await drawn(stale, '--consistency')
    expect(page.match(/<g class="bar/g)).toHaveLength(3)
    expect(page.match(/<g class="bar stuck">/g)).toHaveLength(1)
    expect(page.match(/<g class="bar core">/g)).toHaveLength(2)
    expect(page.match(/<text class="number"[^>]*>\d+</g)?.map((number) => number.slice(-2, -1))).toEqual(['1', '2'])
    expect(page).toContain('after which it holds 6. No such order has a place for read → 5')
    expect(page).toContain('<td class="illegal">fails</td>')
    expect(page).toContain('process b')
  })

  test('needs nothing else, and is readable on light and dark ground', async () => {
    const page = await drawn(good)
    expect(page).not.toMatch(/(src|href)=|@import|url\(|https?:/)
    expect(page).toContain('prefers-color-scheme: dark')
    expect(page.match(/<g class="bar">/g)).toHaveLength(4)
  })

  test('shows no markup that comes from a history', async () => {
    const evil = '</text><script>alert("x")</script>\'&'
    const events = [...called(evil, 'put', evil, { key: evil }), ...called(1, 'get', 'other', { key: evil })]
    const page = await drawn(events, '--consistency')
    expect(page).not.toContain('<script>alert')
    expect(page).toContain('&#60;script&#62;')
    expect(page.match(/<script>/g)).toHaveLength(1)
  })

  test('draws the last of many, and says so', async () => {
    const many = Array.from({ length: 300 }, (_, at) => called(at % 5, 'write', at)).flat()
    const page = await drawn([...many, ...called(9, 'read', 7)])
    expect(page).toContain('earlier operations not drawn.')
    expect(page.match(/<g class="bar/g)!.length).toBeLessThan(70)
  })

  test('an empty history is a page too', async () => {
    expect(await drawn([])).toContain('0 operations')
  })

  test.each([
    ['linearizable', good],
    ['NOT linearizable', stale],
  ])('a picture that cannot be written hides no verdict, and is none: %s', async (verdict, events) => {
    const { out, err, code } = await check(events, '--html', join(directory, 'none', 'history.html'))
    expect(out.startsWith(`${verdict}: `)).toBe(true)
    expect(out).not.toContain('wrote')
    expect(err).toMatch(/^error: .*history\.html cannot be written: ENOENT.*\[QUORATE_UNWRITABLE_FILE\]\n$/)
    expect(code).toBe(5)
  })
})
