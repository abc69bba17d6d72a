import { describe, expect, test } from 'vitest'
import { checkLinearizability } from './linearizability.js'
import { historyModels } from './models.js'
import { inRealTime, isExplainable } from './naive.test.fixture.js'
import { drawHistory, randomFrom } from './random.test.fixture.js'

const histories = process.env['QUORATE_LONG'] ? 100_000 : 10_000

describe.each(historyModels.map(({ name }) => name))('%s', (name) => {
  test(`agrees with a checker that tries every order, on ${histories} small histories`, () => {
    const verdicts = { ok: 0, illegal: 0, unknown: 0 }
    for (let seed = 1; seed <= histories; seed++) {
      const random = randomFrom(seed)
      const draw = {
        model: name,
        processes: 2 + (seed % 3),
        operations: 3 + (seed % 4),
        values: 2,
        infos: 0.25,
        truth: 0.6,
      }
      const { model, operations } = drawHistory(random, seed % 5 === 0 ? { ...draw, keys: ['x', 'y'] } : draw)
      const { verdict } = checkLinearizability(operations, model)
      verdicts[verdict]++
      const isOk = isExplainable(name, operations, inRealTime)
      if ((verdict === 'ok') !== isOk) expect({ seed, verdict, operations }).toBe(isOk)
    }
    expect(verdicts.unknown).toBe(0)
    expect(verdicts.ok).toBeGreaterThan(histories / 5)
    expect(verdicts.illegal).toBeGreaterThan(histories / 20)
  })
})
