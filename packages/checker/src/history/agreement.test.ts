import { describe, expect, test } from 'vitest'
import { checkLinearizability } from './linearizability.js'
import { historyModels } from './models.js'
import { inRealTime, isExplainable } from './naive.test.fixture.js'
import { drawHistory, randomFrom, smallDraw } from './random.test.fixture.js'

const isLong = Boolean(process.env['QUORATE_LONG'])

describe.each(historyModels.map(({ name }) => name))('%s', (name) => {
  const histories = isLong ? 100_000 : 10_000

  test(`agrees with a checker that tries every order, on ${histories} small histories`, {
    timeout: 120_000 * (isLong ? 10 : 1),
  }, () => {
    const verdicts = { ok: 0, illegal: 0, unknown: 0 }
    for (let seed = 1; seed <= histories; seed++) {
      const { model, operations } = drawHistory(randomFrom(seed), smallDraw(name, seed))
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
