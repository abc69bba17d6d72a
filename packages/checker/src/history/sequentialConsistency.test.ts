import { describe, expect, test } from 'vitest'
import { checkLinearizability } from './linearizability.js'
import { historyModels } from './models.js'
import { inProcess, isExplainable } from './naive.test.fixture.js'
import { isOpen } from './operation.js'
import { drawHistory, randomFrom } from './random.test.fixture.js'
import { drawn, inTurn } from './script.test.fixture.js'
import { checkSequentialConsistency } from './sequentialConsistency.js'

describe.each(historyModels.map(({ name }) => name))('%s', (name) => {
  test('agrees with a checker that tries every order', { timeout: 120_000 }, () => {
    const verdicts = { ok: 0, illegal: 0, unknown: 0 }
    for (let seed = 1; seed <= (process.env['QUORATE_LONG'] ? 20_000 : 1_500); seed++) {
      const { model, operations } = drawHistory(randomFrom(seed), {
        model: name,
        processes: 2 + (seed % 3),
        operations: 3 + (seed % 4),
        ...(seed % 7 > 0 && { values: 2 }),
        infos: 0.2,
        truth: 0.5,
        ...(seed % 2 === 0 && { keys: ['x', 'y'] }),
      })
      const { verdict, order, finding } = checkSequentialConsistency(operations, model)
      verdicts[verdict]++
      const isOk = isExplainable(name, operations, inProcess)
      if ((verdict === 'ok') !== isOk) expect({ seed, verdict, operations }).toBe(isOk)
      if (isOk) expect(operations.filter((each) => !isOpen(each) && !order.includes(each))).toEqual([])
      else expect(finding?.operations.length).toBeGreaterThan(0)
      if (checkLinearizability(operations, model).verdict === 'ok') expect({ seed, isOk }).toEqual({ seed, isOk: true })
    }
    expect(verdicts.unknown).toBe(0)
    expect(Math.min(verdicts.ok, verdicts.illegal)).toBeGreaterThan(50)
  })
})

const check = ({ operations, model }: ReturnType<typeof inTurn>) => checkSequentialConsistency(operations, model)

test('a stale read is sequentially consistent: nobody can tell that it was late', () => {
  const history = inTurn('register', 'a write 1', 'b read >null', 'b read >1')
  expect(check(history)).toMatchObject({ verdict: 'ok' })
  expect(checkLinearizability(history.operations, history.model).verdict).toBe('illegal')
})

test('keys cannot be looked at one by one: each alone is, both together are not (Lamport 1979)', () => {
  const both = ['a write/x 1', 'a read/y >null', 'b write/y 1', 'b read/x >null']
  expect(check(inTurn('register', ...both)).verdict).toBe('illegal')
  for (const key of ['/x', '/y']) {
    expect(check(inTurn('register', ...both.filter((call) => call.includes(key)))).verdict).toBe('ok')
  }
})

test('what is stuck is where each process could not go on', () => {
  const { verdict, finding } = check(inTurn('queue', 'a enqueue 1', 'a dequeue >2', 'b dequeue >1', 'b dequeue >1'))
  expect(verdict).toBe('illegal')
  expect(finding?.operations.map(({ process, invokedLine }) => [process, invokedLine])).toEqual([
    ['a', 3],
    ['b', 7],
  ])
})

test('where each value was written once, what contradicts itself is found without a search', () => {
  const { finding, steps } = check(inTurn('register', 'a write/x 1', 'a read/y >null', 'b write/y 1', 'b read/x >null'))
  expect(finding?.operations.length).toBeGreaterThan(1)
  expect(steps).toBe(0)
})

test('10,000 operations, with stale reads that are sequentially consistent: a short search', () => {
  const { operations, model } = drawHistory(randomFrom(1), {
    model: 'register',
    processes: 10,
    operations: 10_000,
    keys: ['x', 'y'],
  })
  // As if the clock of one process were late: it sees everything, a thousand events later.
  const late = operations.map((each) =>
    each.process === 3 ? { ...each, invoked: each.invoked + 1_000.5, returned: each.returned + 1_000.5 } : each,
  )
  const history = late.sort((left, right) => left.invoked - right.invoked).map((each, index) => ({ ...each, index }))
  expect(checkLinearizability(history, model).verdict).toBe('illegal')
  expect(checkSequentialConsistency(history, model, { stepsMax: 100_000 }).verdict).toBe('ok')
})

test('an open operation may take place after what its process did next', () => {
  const history = drawn('register', 'a: [write 1 ~] [read >null] [read >1]')
  expect(history.operations).toHaveLength(3)
  expect(check(history).verdict).toBe('ok')
})

test('the steps may be used up', () => {
  const { operations, model } = drawHistory(randomFrom(1), {
    model: 'register',
    processes: 8,
    operations: 400,
    values: 3,
  })
  expect(checkSequentialConsistency(operations, model, { stepsMax: 50 })).toMatchObject({
    verdict: 'unknown',
    steps: 50,
  })
})
