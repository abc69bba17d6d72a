import { describe, expect, test } from 'vitest'
import { judgeWeakModels } from './causal/weakModels.js'
import { judgeConvergence } from './convergence.js'
import { checkLinearizability } from './linearizability.js'
import { consistencyModels, placeHistory } from './placement.js'
import { drawHistory, randomFrom } from './random.test.fixture.js'
import { drawn, inTurn } from './script.test.fixture.js'
import { checkSequentialConsistency } from './sequentialConsistency.js'

const place = ({ operations, model }: ReturnType<typeof inTurn>) => placeHistory(operations, model)

describe('each rung', () => {
  test.each([
    [['a write/x 1', 'b read/x >1'], ['linearizability'], undefined],
    [['a write/x 1', 'b read/x >null'], ['sequentialConsistency', 'convergence'], 'linearizability'],
    [['a write/x 1', 'a read/x >1', 'b read/x >null'], ['sequentialConsistency'], 'convergence'],
    [
      ['a write/x 1', 'a read/y >null', 'b write/y 1', 'b read/x >null'],
      ['causalConvergence', 'causalMemory', 'convergence'],
      'sequentialConsistency',
    ],
    [['a write/x 1', 'b write/x 2', 'a read/x >2', 'b read/x >1'], ['causalMemory'], 'causalConvergence'],
    [
      ['a write/x 1', 'b write/x 2', 'b read/x >1', 'b read/x >2'],
      ['causalConsistency', 'convergence'],
      'causalConvergence',
    ],
    [
      ['a write/x 1', 'a write/x 2', 'a read/x >1'],
      ['monotonicReads', 'monotonicWrites', 'writesFollowReads', 'convergence'],
      'readYourWrites',
    ],
  ])('%j: %j hold, the first that fails is %s', (calls, strongest, firstFailing) => {
    expect(place(inTurn('register', ...calls))).toMatchObject({ strongest, firstFailing })
  })

  test('a finding names the operations', () => {
    const history = inTurn('register', 'a write/x 1', 'a write/x 2', 'b read/x >2', 'b read/x >1')
    const { judgements, firstFailing } = place(history)
    expect(firstFailing).toBe('monotonicReads')
    expect(judgements.monotonicReads).toMatchObject({ verdict: 'illegal', operations: history.operations })
    expect(judgements.sequentialConsistency).toMatchObject({ verdict: 'illegal' })
  })

  test('of other models only what can be judged is judged', () => {
    const { judgements } = place(inTurn('queue', 'a enqueue 1', 'b dequeue >null', 'a dequeue >null'))
    expect(judgements.causalConsistency.verdict).toBe('unknown')
    expect(judgements.sequentialConsistency.verdict).toBe('illegal')
    expect(judgements.linearizability.verdict).toBe('illegal')
  })
})

describe('convergence', () => {
  test.each([
    [['a write 1', 'b write 2', 'a read >2', 'b read >2'], 'ok'],
    [['a write 1', 'b write 2', 'a read >1', 'b read >2'], 'illegal'],
    [['a write 1', 'b write 2', 'a read >1', 'b read >2', 'a read >2'], 'ok'],
    [['a write 1', 'a read >1', 'b read >null', 'b write 2', 'a read >2'], 'ok'],
  ])('%j: %s', (calls, verdict) => {
    const { operations, model } = inTurn('register', ...calls)
    expect(judgeConvergence(operations, model).verdict).toBe(verdict)
  })

  test('an open update may come in between', () => {
    const { operations, model } = drawn(
      'register',
      'a: [write 1] [read >1]         \nb: [write 2\nc:                    [read >2]',
    )
    expect(judgeConvergence(operations, model).verdict).toBe('unknown')
  })

  test('elements of a set are asked about one by one', () => {
    const wrong = inTurn('set', 'a add 1', 'a contains 1 >true', 'b contains 1 >false', 'b contains 2 >false')
    expect(judgeConvergence(wrong.operations, wrong.model)).toMatchObject({ verdict: 'illegal' })
  })
})

test('each rung implies those below, judged one by one', { timeout: 120_000 }, () => {
  const seen = new Map<string, number>()
  for (let seed = 1; seed <= (process.env['QUORATE_LONG'] ? 20_000 : 1_000); seed++) {
    const { operations, model } = drawHistory(randomFrom(seed), {
      model: 'cas-register',
      processes: 3,
      operations: 6,
      ...(seed % 3 === 0 && { values: 2 }),
      infos: 0.1,
      truth: 0.7,
      keys: ['x', 'y'],
    })
    const weak = judgeWeakModels(operations, model, null)
    const linearizability = checkLinearizability(operations, model)
    const verdicts = {
      ...Object.fromEntries(Object.entries(weak).map(([name, { verdict }]) => [name, verdict])),
      convergence: judgeConvergence(operations, model).verdict,
      sequentialConsistency: checkSequentialConsistency(operations, model).verdict,
      linearizability: linearizability.verdict,
    }
    const { judgements } = placeHistory(operations, model, {}, linearizability)
    for (const name of consistencyModels) {
      const { verdict } = judgements[name]
      seen.set(`${name} ${verdict}`, (seen.get(`${name} ${verdict}`) ?? 0) + 1)
      // What is implied may be known where it could not be judged by itself, and otherwise is the same.
      const own = verdicts[name as keyof typeof verdicts]
      if (own !== verdict && own !== 'unknown') expect({ seed, name, own, operations }).toBe(verdict)
    }
  }
  for (const name of consistencyModels)
    expect({ name, ok: seen.get(`${name} ok`) }).not.toEqual({ name, ok: undefined })
  for (const name of consistencyModels) {
    if (name.startsWith('monotonicW') || name.startsWith('writesF')) continue
    expect({ name, illegal: seen.get(`${name} illegal`) }).not.toEqual({ name, illegal: undefined })
  }
})
