import { describe, expect, test } from 'vitest'
import type { HistoryEvent } from '../event.js'
import { isSame, type Json, textOf } from '../json.js'
import { historyModels } from '../models.js'
import { naiveObjects } from '../naive.test.fixture.js'
import type { Operation } from '../operation.js'
import { chosen, historyOf, randomFrom } from '../random.test.fixture.js'
import { drawn, inTurn } from '../script.test.fixture.js'
import { judgeWeakModels, type WeakModel } from './weakModels.js'

const judge = (history: { operations: readonly Operation[] }, name = 'register') => {
  const model = historyModels.find((each) => each.name === name)!
  return judgeWeakModels(history.operations, model, null)
}

const failing = (history: { operations: readonly Operation[] }, name?: string): WeakModel[] =>
  Object.entries(judge(history, name)).flatMap(([model, { verdict }]) =>
    verdict === 'illegal' ? [model as WeakModel] : [],
  )

describe('examples of Bouajjani, Enea, Guerraoui and Hamza (2017), section 2', () => {
  test('causal memory, but no convergence: each process prefers what the other wrote', () => {
    const history = drawn(
      'register',
      `
      a: [write/x 1] [read/x > 2]
      b: [write/x 2] [read/x > 1]`,
    )
    expect(failing(history)).toEqual(['causalConvergence'])
  })

  test('convergence, but no causal memory', () => {
    const history = inTurn(
      'register',
      'b write/x 2',
      'b read/z >null',
      'a write/z 1',
      'a write/x 1',
      'a write/y 1',
      'b read/y >1',
      'b read/x >2',
    )
    expect(failing(history)).toEqual(['causalMemory'])
  })

  test('causal, but neither memory nor convergence: a process changes its mind twice', () => {
    const history = inTurn('register', 'a write/x 1', 'b write/x 2', 'b read/x >1', 'b read/x >2')
    expect(failing(history).sort()).toEqual(['causalConvergence', 'causalMemory'])
  })

  test('all kinds of causal, and not sequentially consistent: both read before they see', () => {
    const history = inTurn('register', 'a write/x 1', 'b write/y 1', 'a read/y >null', 'b read/x >null')
    expect(failing(history)).toEqual([])
  })

  test('not causal: what was overwritten by who had seen it', () => {
    const history = inTurn(
      'register',
      'a write/x 1',
      'a write/y 1',
      'b read/y >1',
      'b write/x 2',
      'c read/x >2',
      'c read/x >1',
    )
    expect(failing(history)).toContain('causalConsistency')
  })
})

describe('session guarantees', () => {
  test.each<[WeakModel, string[]]>([
    ['readYourWrites', ['a write/x 1', 'a write/x 2', 'a read/x >1']],
    ['readYourWrites', ['a write/x 1', 'a read/x >null']],
    ['monotonicReads', ['a write/x 1', 'a write/x 2', 'b read/x >2', 'b read/x >1']],
    ['monotonicReads', ['a write/x 1', 'b read/x >1', 'b read/x >null']],
    ['monotonicWrites', ['a write/x 1', 'a write/y 1', 'b read/y >1', 'b read/x >null']],
    ['monotonicWrites', ['a write/x 0', 'a write/x 1', 'a write/y 1', 'b read/y >1', 'b read/x >0']],
    ['writesFollowReads', ['a write/x 1', 'b read/x >1', 'b write/y 1', 'c read/y >1', 'c read/x >null']],
  ])('%s is broken by %j, and only this one', (guarantee, calls) => {
    const history = inTurn('register', ...calls)
    const judgements = judge(history)
    const sessions = failing(history).filter((name) => !name.startsWith('causal'))
    expect(sessions).toEqual([guarantee])
    expect(failing(history)).toContain('causalConsistency')
    const finding = judgements[guarantee]
    expect(finding.verdict === 'illegal' && finding.operations.at(-1)).toBe(history.operations.at(-1))
  })

  test('a finding names the write that is missed, who saw it, and the read that misses it', () => {
    const history = inTurn('register', 'a write/x 1', 'b read/x >1', 'b write/y 1', 'c read/y >1', 'c read/x >null')
    const { writesFollowReads } = judge(history)
    expect(writesFollowReads).toMatchObject({ verdict: 'illegal', operations: history.operations })
  })

  test('a compare-and-set has read what it replaces', () => {
    const calls = ['a write/x 0', 'b read/x >0', 'b write/x 1', 'c cas/x 1 2', 'd read/x >2', 'd read/x >0']
    const history = inTurn('cas-register', ...calls)
    expect(failing(history, 'cas-register').filter((name) => !name.startsWith('causal'))).toEqual(['writesFollowReads'])
  })

  test('an open write need not be seen by who began it', () => {
    const history = drawn(
      'register',
      `
      a: [write/x 1] [read/x > 1]
      b:             [write/x 2
      b2:                         [read/x > 1]`,
    )
    expect(failing(history)).toEqual([])
  })
})

test('a value from nowhere is not causal', () => {
  const history = inTurn('register', 'a write/x 1', 'b read/x >7')
  expect(judge(history).causalConsistency).toMatchObject({ verdict: 'illegal', operations: [history.operations[1]] })
})

test('a circle of reads is not causal', () => {
  const history = inTurn('register', 'a read/x >1', 'b read/y >1', 'a write/y 1', 'b write/x 1')
  const { causalConsistency } = judge(history)
  expect(causalConsistency).toMatchObject({ verdict: 'illegal' })
  expect(causalConsistency.verdict === 'illegal' && causalConsistency.operations).toHaveLength(4)
})

test('where a value was written twice, one way in which it can have been read is enough', () => {
  const history = inTurn('register', 'a write/x 1', 'a write/x 2', 'b write/x 1', 'a read/x >1')
  expect(failing(history)).toEqual([])
  const alone = inTurn('register', 'a write/x 1', 'a write/x 1', 'a write/x 2', 'a read/x >1')
  expect(failing(alone)).toContain('readYourWrites')
})

test('where values were written too often, it says that it does not know', () => {
  const calls = Array.from(
    { length: 60 },
    (_, at) => `${at % 2 ? 'a' : 'b'} ${at < 30 ? `write/x ${at % 2}` : `read/x >${at % 2}`}`,
  )
  const { causalMemory } = judge(inTurn('register', ...calls, 'a write/y 1', 'a read/y >null'))
  expect(causalMemory).toMatchObject({ verdict: 'unknown', why: expect.stringContaining('more than once') })
})

test.each([
  ['queue', 'a enqueue 1', 'enqueue (line 1) is neither a read nor a write'],
  ['kv', 'a append/x 1', 'append (line 1) is neither a read nor a write'],
])('%s: what neither reads nor writes is not judged', (name, call, why) => {
  expect(judge(inTurn(name, call), name).causalConsistency).toMatchObject({
    verdict: 'unknown',
    why: expect.stringContaining(why),
  })
})

/**
 * The definitions themselves, by trying everything: some partial order that holds the order of each process, so that for each
 * operation what comes before it can be put in an order that explains it (causal consistency), it and all of its process before
 * it (causal memory), or that is the same for all (causal convergence).
 */
describe('agrees with the definitions, tried in all ways', () => {
  const size = 5
  /** All partial orders, as lists of what comes before each element. */
  const partialOrders = (() => {
    const pairs = Array.from({ length: size }, (_, left) =>
      Array.from({ length: size - left - 1 }, (__, more) => [left, left + 1 + more] as const),
    ).flat()
    const found: (readonly number[])[] = []
    for (let code = 0; code < 3 ** pairs.length; code++) {
      const before = Array.from({ length: size }, () => 0)
      let rest = code
      for (const [left, right] of pairs) {
        const way = rest % 3
        rest = (rest - way) / 3
        if (way === 1) before[right]! |= 1 << left
        if (way === 2) before[left]! |= 1 << right
      }
      const isTransitive = before.every((mask) =>
        before.every((other, at) => !(mask & (1 << at)) || (other & ~mask) === 0),
      )
      if (isTransitive) found.push(before)
    }
    return found
  })()

  const permutations = (rest: readonly number[]): number[][] =>
    rest.length === 0
      ? [[]]
      : rest.flatMap((first) => permutations(rest.filter((each) => each !== first)).map((more) => [first, ...more]))

  const explains = (operations: readonly Operation[], order: readonly number[], told: number): boolean => {
    const states: Record<string, Json> = {}
    return order.every((at) => {
      const { f, key, argument, result, process } = operations[at]!
      const [state, gave] = naiveObjects['register']!.execute(states[textOf(key)] ?? null, f, argument ?? null, process)
      states[textOf(key)] = state
      return !(told & (1 << at)) || result === undefined || isSame(result, gave)
    })
  }

  const respects = (order: readonly number[], before: readonly number[]): boolean => {
    let seen = 0
    return order.every((at) => {
      const isLate = (before[at]! & ~seen) === 0
      seen |= 1 << at
      return isLate
    })
  }

  const bits = (mask: number): number[] => Array.from({ length: size }, (_, at) => at).filter((at) => mask & (1 << at))

  const definitions = (operations: readonly Operation[]) => {
    const all = Array.from({ length: size }, (_, at) => at)
    const inProcess = operations.map(({ process }, at) =>
      all
        .filter((other) => other < at && operations[other]!.process === process)
        .reduce((mask, other) => mask | (1 << other), 0),
    )
    const fitting = partialOrders.filter((before) => before.every((mask, at) => (inProcess[at]! & ~mask) === 0))
    const within = (before: readonly number[], at: number, told: number): boolean =>
      permutations(bits(before[at]! | (1 << at))).some(
        (order) =>
          respects(
            order,
            before.map((mask) => mask & (before[at]! | (1 << at))),
          ) && explains(operations, order, told),
      )
    const total = permutations(all)
    return {
      causalConsistency: fitting.some((before) => all.every((at) => within(before, at, 1 << at))),
      causalMemory: fitting.some((before) => all.every((at) => within(before, at, inProcess[at]! | (1 << at)))),
      causalConvergence: fitting.some((before) =>
        total.some(
          (order) =>
            respects(order, before) &&
            all.every((at) =>
              explains(
                operations,
                order.filter((each) => (before[at]! | (1 << at)) & (1 << each)),
                1 << at,
              ),
            ),
        ),
      ),
    }
  }

  const drawHistory = (random: () => number) => {
    let written = 0
    const events = Array.from({ length: size }, (): HistoryEvent[] => {
      const process = Math.floor(random() * 3)
      const key = chosen(random, ['x', 'x', 'y'])
      if (random() < 0.5) {
        const event = { process, f: 'write', key, value: ++written }
        return [
          { ...event, type: 'invoke' },
          { ...event, type: 'ok' },
        ]
      }
      const value = chosen<Json>(random, [null, 1, 2, 3].slice(0, 2 + written))
      return [
        { process, f: 'read', key, type: 'invoke' },
        { process, f: 'read', key, type: 'ok', value },
      ]
    }).flat()
    return historyOf(events, 'register')
  }

  test('on random histories', { timeout: 120_000 }, () => {
    const seen: Record<string, number> = {}
    for (let seed = 1; seed <= (process.env['QUORATE_LONG'] ? 3_000 : 150); seed++) {
      const { operations } = drawHistory(randomFrom(seed))
      const expected = definitions(operations)
      const { causalConsistency, causalMemory, causalConvergence } = judge({ operations })
      const found = { causalConsistency, causalMemory, causalConvergence }
      for (const [name, holds] of Object.entries(expected)) {
        const { verdict } = found[name as keyof typeof found]
        expect({ seed, name, operations, verdict }).toMatchObject({ verdict: holds ? 'ok' : 'illegal' })
        seen[`${name} ${holds}`] = (seen[`${name} ${holds}`] ?? 0) + 1
      }
    }
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(10)
    expect(Object.keys(seen)).toHaveLength(6)
  })
})
