import { describe, expect, test } from 'vitest'
import type { HistoryEvent } from './event.js'
import { isSame, textOf } from './json.js'
import { checkLinearizability } from './linearizability.js'
import type { HistoryModel } from './model.js'
import { historyModels } from './models.js'
import { inRealTime, isExplainable, naiveObjects } from './naive.test.fixture.js'
import { isOpen, type Operation } from './operation.js'
import { chosen, drawEvents, drawHistory, historyOf, randomFrom, smallDraw } from './random.test.fixture.js'
import { drawn, inTurn } from './script.test.fixture.js'
import { checkSequentialConsistency } from './sequentialConsistency.js'

const names = historyModels.map(({ name }) => name)
const modelNamed = (name: string): HistoryModel => historyModels.find((model) => model.name === name)!
const check = ({ model, operations }: { model: HistoryModel; operations: readonly Operation[] }, stepsMax?: number) =>
  checkLinearizability(operations, model, stepsMax === undefined ? {} : { stepsMax })

describe.each(names)('%s', (name) => {
  test('what it says of a verdict is so', () => {
    for (let seed = 1; seed <= 500; seed++) {
      const { model, operations } = drawHistory(randomFrom(seed), smallDraw(name, seed))
      const { verdict, parts, violation } = checkLinearizability(operations, model)
      if (verdict === 'ok') for (const { order, operations: part } of parts) expectOrder(name, part, order)
      else expectViolation(name, violation!)
    }
  })

  test.each([undefined, 5])('accepts what an object gave that many called at once, values below %s', (values) => {
    for (let seed = 1; seed <= 20; seed++) {
      const keys = ['x', 'y', 'z']
      const draw = { model: name, processes: 5, operations: 200, keys, infos: 0.02, ...(values && { values }) }
      expect({ seed, verdict: check(drawHistory(randomFrom(seed), draw)).verdict }).toEqual({ seed, verdict: 'ok' })
    }
  })
})

/** An order that explains a part: legal, in real time, with all that returned. */
const expectOrder = (name: string, part: readonly Operation[], order: readonly Operation[]): void => {
  const { empty, execute } = naiveObjects[name]!
  let state = empty
  for (const [at, { f, argument = null, process, result, invoked }] of order.entries()) {
    const [next, gave] = execute(state, f, argument, process)
    state = next
    if (result !== undefined && !isSame(result, gave)) expect(order).toBe('legal')
    expect(order.slice(at + 1).every((later) => later.returned > invoked)).toBe(true)
  }
  expect(new Set(order).size).toBe(order.length)
  expect(part.filter((each) => !isOpen(each) && !order.includes(each))).toEqual([])
}

const released = (operation: Operation): Operation => ({ ...operation, returned: Number.POSITIVE_INFINITY })

/** The part up to the operation is illegal, without it legal; the core is illegal, and with any of it let go it is not. */
const expectViolation = (name: string, violation: NonNullable<ReturnType<typeof check>['violation']>): void => {
  const { operations, stuck, order, core } = violation
  const isLegal = (isKept: (operation: Operation) => boolean): boolean =>
    isExplainable(
      name,
      operations.map((each) => (isKept(each) ? each : released(each))),
      inRealTime,
    )
  const inTime = ({ returned }: Operation): boolean => returned <= stuck.returned
  expect(isLegal(inTime)).toBe(false)
  expect(isLegal((each) => inTime(each) && each !== stuck)).toBe(true)
  expectOrder(
    name,
    operations.filter((each) => each.returned < stuck.returned),
    order,
  )
  expect(order).not.toContain(stuck)
  expect(core.at(-1)).toBe(stuck)
  expect(isLegal((each) => core.includes(each))).toBe(false)
  for (const needed of core) expect(isLegal((each) => core.includes(each) && each !== needed)).toBe(true)
}

describe('10,000 operations of 10 clients on one register', () => {
  const draw = { model: 'register', processes: 10, operations: 10_000 }
  const stepsMax = 100_000

  test.each([
    ['values written once', {}],
    ['values written again and again', { values: 5 }],
    ['one in a hundred of unknown outcome', { infos: 0.01 }],
    ['the same, with values written again and again', { infos: 0.01, values: 5 }],
    ['with compare-and-set', { model: 'cas-register', infos: 0.01, values: 5 }],
  ])('%s: linearizable', (_title, more) => {
    const { verdict, steps } = check(drawHistory(randomFrom(1), { ...draw, ...more }), stepsMax)
    expect({ verdict, steps }).toEqual({ verdict: 'ok', steps: expect.any(Number) })
  })

  test('one stale read near the end: illegal, and three operations show it', { timeout: 120_000 }, () => {
    const events = drawEvents(randomFrom(1), draw)
    const at = events.findLastIndex(({ type, f, value }) => type === 'ok' && f === 'read' && value !== null)
    const { violation, verdict } = check(historyOf(changed(events, at, { value: 1 }), 'register'), stepsMax)
    expect(verdict).toBe('illegal')
    expect(violation?.stuck).toMatchObject({ f: 'read', result: 1 })
    expect(violation?.core).toHaveLength(3)
    expect(violation?.order.length).toBeGreaterThan(9_000)
  })
})

const changed = (events: readonly HistoryEvent[], at: number, change: Partial<HistoryEvent>): HistoryEvent[] =>
  events.map((event, place) => (place === at ? { ...event, ...change } : event))

/** Mistakes in histories that were right: each must be found, and is, if every order is tried too. */
describe('rejects histories that were made wrong', () => {
  type Mutation = (events: readonly HistoryEvent[], random: () => number) => HistoryEvent[] | undefined

  const indexes = (events: readonly HistoryEvent[], is: (event: HistoryEvent) => boolean): number[] =>
    events.flatMap((event, at) => (is(event) ? [at] : []))

  /** Another result than the one it gave. */
  const otherResult: Mutation = (events, random) => {
    const at = chosen(
      random,
      indexes(
        events,
        (event) => event.type === 'ok' && (event.f === 'read' || event.f === 'get' || event.f === 'dequeue'),
      ),
    )
    return at === undefined ? undefined : changed(events, at, { value: 99 })
  }
  /** A write, enqueuing or adding that took place and left nothing. */
  const lostUpdate: Mutation = (events, random) => {
    const updates = indexes(events, ({ type, f }) => type === 'ok' && ['write', 'put', 'enqueue', 'add'].includes(f))
    const end = chosen(random, updates)
    if (end === undefined) return undefined
    const begin = events.findLastIndex((event, at) => at < end && event.process === events[end]!.process)
    return events.filter((_, at) => at !== begin && at !== end)
  }
  /** Two operations that gave each other's results. */
  const swapped: Mutation = (events, random) => {
    const results = indexes(events, ({ type, f }) => type === 'ok' && ['read', 'get', 'dequeue'].includes(f))
    const [one, other] = [chosen(random, results), chosen(random, results)]
    if (one === undefined || other === undefined) return undefined
    return changed(changed(events, one, { value: events[other]!.value! }), other, { value: events[one]!.value! })
  }
  /** Said to be done, and was refused; or the other way round. */
  const turned: Mutation = (events, random) => {
    const at = chosen(
      random,
      indexes(events, ({ type, result }) => type === 'ok' && typeof result === 'boolean'),
    )
    return at === undefined ? undefined : changed(events, at, { result: !events[at]!.result })
  }

  test.each<[string, string, Mutation]>([
    ['register', 'another result', otherResult],
    ['register', 'a lost update', lostUpdate],
    ['register', 'swapped results', swapped],
    ['cas-register', 'another result', otherResult],
    ['cas-register', 'a result turned round', turned],
    ['kv', 'another result', otherResult],
    ['kv', 'a lost update', lostUpdate],
    ['kv', 'swapped results', swapped],
    ['set', 'a lost update', lostUpdate],
    ['set', 'a result turned round', turned],
    ['queue', 'another result', otherResult],
    ['queue', 'a lost update', lostUpdate],
    ['queue', 'swapped results', swapped],
    ['mutex', 'a result turned round', turned],
  ])('%s: %s', (model, _title, mutate) => {
    let caught = 0
    for (let seed = 1; seed <= 200; seed++) {
      const random = randomFrom(seed)
      const draw = { model, processes: 3, operations: 9, ...(seed % 2 === 0 && { values: 3 }) }
      const events = drawEvents(random, draw)
      const mutated = mutate(events, random)
      if (mutated === undefined || textOf(mutated as never) === textOf(events as never)) continue
      expect(check(historyOf(events, model)).verdict).toBe('ok')
      const history = historyOf(mutated, model)
      const { verdict } = check(history)
      expect({ seed, verdict }).toEqual({
        seed,
        verdict: isExplainable(model, history.operations, inRealTime) ? 'ok' : 'illegal',
      })
      if (verdict === 'illegal') caught++
    }
    expect(caught).toBeGreaterThan(20)
  })
})

describe('what is open', () => {
  test('may take place long after its process has gone on', () => {
    const history = drawn(
      'register',
      `
      a: [write 1
      a2:           [read >null] [read >null]
      b:                                      [read >1]`,
    )
    expect(check(history).verdict).toBe('ok')
  })

  test('takes place once at most', () => {
    const history = drawn(
      'register',
      `
      a: [write 1
      b:          [write 2] [read >1] [write 2] [read >1]`,
    )
    expect(check(history).violation?.stuck.invokedLine).toBe(8)
  })

  test('not before it was invoked', () => {
    expect(check(drawn('register', 'a: [read >1]\nb:             [write 1')).verdict).toBe('illegal')
  })

  test('does not make the search long: 500 open writes, seen by nobody, and then some that are', () => {
    const writes = Array.from(
      { length: 500 },
      (_, at) => ({ process: 100 + at, type: 'invoke', f: 'write', value: at }) as const,
    )
    const reads = [0, 7, 499].flatMap((value) => [
      { process: 1, type: 'invoke', f: 'read' } as const,
      { process: 1, type: 'ok', f: 'read', value } as const,
    ])
    expect(check(historyOf([...writes, ...reads], 'register'), 100)).toMatchObject({ verdict: 'ok' })
    expect(check(historyOf([...writes, ...reads, ...reads], 'register'), 100)).toMatchObject({ verdict: 'illegal' })
  })
})

test('an open dequeue may have taken what nobody is known to have taken', () => {
  const history = drawn(
    'queue',
    `
    a: [enqueue "a"                          ]
    b:   [enqueue "c"] [enqueue "b"]
    c:    [dequeue
    d:                                          [dequeue >"b"] [dequeue >"a"]`,
  )
  expect(check(history).verdict).toBe('ok')
})

describe('parts take turns', () => {
  /** Nobody can say quickly in which order so many were added, if nothing is known of what was taken. */
  const hard = Array.from({ length: 14 }, (_, at): HistoryEvent[] => [
    { process: at, type: 'invoke', f: 'enqueue', key: 'hard', value: at % 7 },
  ]).flat()
  const hardEnds = hard.map((event) => ({ ...event, type: 'ok' }) as const)
  const hardTakes = Array.from({ length: 14 }, (_, at): HistoryEvent[] => [
    { process: 0, type: 'invoke', f: 'dequeue', key: 'hard' },
    { process: 0, type: 'ok', f: 'dequeue', key: 'hard', value: at === 13 ? 9 : at % 7 },
  ]).flat()
  const wrong: HistoryEvent[] = [
    { process: 90, type: 'invoke', f: 'dequeue', key: 'wrong' },
    { process: 90, type: 'ok', f: 'dequeue', key: 'wrong', value: 1 },
  ]

  test('a hard one does not hide an illegal one', () => {
    const { verdict, violation, steps } = check(
      historyOf([...hard, ...hardEnds, ...hardTakes, ...wrong], 'queue'),
      50_000,
    )
    expect({ verdict, key: violation?.key }).toEqual({ verdict: 'illegal', key: 'wrong' })
    expect(steps).toBeLessThan(2_000)
  })

  test('alone it uses the steps up, and it is named', () => {
    const { verdict, parts, steps, violation } = check(historyOf([...hard, ...hardEnds, ...hardTakes], 'queue'), 50_000)
    expect({ verdict, steps, violation }).toEqual({ verdict: 'unknown', steps: 50_000, violation: undefined })
    expect(parts.map(({ key, verdict: decided }) => [key, decided])).toEqual([['hard', 'unknown']])
  })
})

describe('published examples', () => {
  test('Herlihy and Wing (1990), a queue: concurrent enqueues may take effect in either order', () => {
    const history = drawn(
      'queue',
      `
      a: [enqueue "x"           ]         [dequeue >"y"] [enqueue "z"]
      b:  [enqueue "y"] [dequeue >"x"]`,
    )
    expect(check(history).verdict).toBe('ok')
  })

  test('Herlihy and Wing (1990), a queue: what was enqueued first may not be overtaken', () => {
    const history = drawn(
      'queue',
      `
      a: [enqueue "x"]                [dequeue >"y"]
      b:                [enqueue "y"]`,
    )
    const { violation } = check(history)
    expect(violation?.stuck).toMatchObject({ f: 'dequeue', result: 'y' })
    expect(violation?.core.map(({ f }) => f)).toEqual(['enqueue', 'dequeue'])
  })

  test('Herlihy and Wing (1990), a queue: an enqueue without an end may have taken effect', () => {
    expect(check(drawn('queue', 'a: [enqueue "x"\nb:      [dequeue >"x"]')).verdict).toBe('ok')
  })

  test('Herlihy and Wing (1990), a queue: nothing is dequeued twice', () => {
    const history = drawn(
      'queue',
      `
      a: [enqueue "x"   ]  [dequeue >"y"]
      b:    [enqueue "y"]   [dequeue >"y"]`,
    )
    expect(check(history).verdict).toBe('illegal')
  })

  test.each([
    ['both see the new value', '2', '2', 'ok'],
    ['the old one, then the new one', '1', '2', 'ok'],
    ['the new one, then the old one', '2', '1', 'illegal'],
  ])(
    'Lamport (1986), reads beside a write, a regular register and an atomic one: %s',
    (_title, first, second, verdict) => {
      const picture = `
      a: [write 1] [write 2                      ]
      b:              [read >${first}] [read >${second}]`
      expect(check(drawn('register', picture)).verdict).toBe(verdict)
    },
  )
})

describe('models', () => {
  test.each<[string, unknown, string[], 'ok' | 'illegal']>([
    ['register', 0, ['a read >0'], 'ok'],
    ['register', 0, ['a read >null'], 'illegal'],
    ['kv', '', ['a get/x >""', 'a append/x u', 'a append/x v', 'a get/x >"uv"'], 'ok'],
    ['kv', null, ['a append/x 1', 'a append/x 2', 'a get/x >[1,2]'], 'ok'],
    ['kv', null, ['a put/x 1', 'a append/x 2', 'a get/x >1'], 'illegal'],
    ['kv', { x: 1 }, ['a get/x >1', 'a get/y >null', 'a delete/x >true', 'a get/x >null'], 'ok'],
    ['kv', null, ['a put/x 1', 'a delete/x >false'], 'illegal'],
    ['set', [1], ['a contains 1 >true', 'a contains 2 >false', 'a add 1 >false', 'a remove 1 >true'], 'ok'],
    ['set', null, ['a add 1', 'a contains 1 >false'], 'illegal'],
    ['queue', [1, 2], ['a dequeue >1', 'b dequeue >2', 'c dequeue >null'], 'ok'],
    ['queue', [1, 2], ['a dequeue >2'], 'illegal'],
    ['mutex', null, ['a acquire', 'a release', 'b acquire'], 'ok'],
    ['mutex', null, ['a acquire', 'b acquire'], 'illegal'],
    ['mutex', null, ['a acquire', 'b acquire >false', 'b release >false', 'a acquire >false'], 'ok'],
    ['mutex', null, ['a acquire', 'b release'], 'illegal'],
    ['mutex', 'b', ['b release', 'a acquire'], 'ok'],
  ])('%s from %j: %j is %s', (name, initial, calls, verdict) => {
    const { operations } = inTurn(name, ...calls)
    expect(checkLinearizability(operations, modelNamed(name), { initial: initial as never }).verdict).toBe(verdict)
  })

  test.each<[string, unknown, RegExp]>([
    ['set', { a: 5 }, /initial value of a set is a list of what is in the set, or null; found {"a":5}/],
    ['queue', 7, /initial value of a queue is a list/],
    ['mutex', true, /initial value of a mutex is the process/],
  ])('%s cannot begin with %j', (name, initial, error) => {
    expect(() => checkLinearizability([], modelNamed(name), { initial: initial as never })).toThrow(error)
    expect(() => checkSequentialConsistency([], modelNamed(name), { initial: initial as never })).toThrow(error)
  })

  test('of your own: a counter', () => {
    const counter: HistoryModel<number> = {
      name: 'counter',
      operations: { increment: { argument: 'value', result: 'value' }, read: { argument: 'none', result: 'value' } },
      init: (initial) => Number(initial ?? 0),
      step: (count, { f, argument, result }) => {
        const next = f === 'read' ? count : count + Number(argument)
        return result === undefined || result === next ? next : undefined
      },
      identify: String,
    }
    const own = [counter as HistoryModel]
    const event = { process: 1, f: 'increment', value: 2 }
    const events = [
      { ...event, type: 'invoke' },
      { ...event, type: 'ok', result: 2 },
      { ...event, process: 2, type: 'invoke' },
      { process: 1, f: 'read', type: 'invoke' },
      { process: 1, f: 'read', type: 'ok', value: 4 },
    ] as const
    expect(check(historyOf(events, 'counter', own)).verdict).toBe('ok')
    const wrong = events.map((each) => ('value' in each && each.value === 4 ? { ...each, value: 3 } : each))
    expect(check(historyOf(wrong, 'counter', own)).violation?.states).toEqual(expect.arrayContaining(['2', '4']))
  })
})
