import { expect, test } from 'vitest'
import { checkLinearizability, linearizabilityInSlices } from './linearizability.js'
import { consistencyModels, placeHistory, placementInSlices } from './placement.js'
import { drawHistory, randomFrom, smallDraw } from './random.test.fixture.js'
import type { Slices } from './search/slices.js'

/** Does work that is told to stop after so many slices; how many there were. */
const stoppedAfter = <T>(slices: number, controller: AbortController, work: Slices<T>) => {
  for (let count = 0; ; count++) {
    if (count === slices) controller.abort()
    const { done, value } = work.next()
    if (done) return { value, count }
  }
}

test.each(['cas-register', 'kv', 'queue', 'set', 'mutex'])('%s: what is said when it is told to stop is so', (name) => {
  let unknown = 0
  let longer = 0
  for (let seed = 1; seed <= 60; seed++) {
    const { model, operations } = drawHistory(randomFrom(seed), smallDraw(name, seed))
    const whole = checkLinearizability(operations, model)
    const placed = placeHistory(operations, model, {}, whole)
    for (let slices = 0, isOver = false; !isOver; slices++) {
      const controller = new AbortController()
      const options = { signal: controller.signal }
      const checked = stoppedAfter(slices, controller, linearizabilityInSlices(operations, model, options))
      const { verdict, violation } = checked.value
      if (verdict === 'unknown') unknown++
      else expect({ seed, slices, verdict }).toEqual({ seed, slices, verdict: whole.verdict })
      if (violation !== undefined) {
        const core = new Set(violation.core)
        expect(core.has(violation.stuck)).toBe(true)
        if (core.size > (whole.violation?.core.length ?? 0)) longer++
        const floating = violation.operations.map((each) =>
          core.has(each) ? each : { ...each, returned: Number.POSITIVE_INFINITY },
        )
        expect({ seed, slices, verdict: checkLinearizability(floating, model).verdict }).toEqual({
          seed,
          slices,
          verdict: 'illegal',
        })
      }
      const rest = placementInSlices(operations, model, options, checked.value)
      const placement = stoppedAfter(slices - checked.count, controller, rest)
      isOver = slices > checked.count + placement.count
      for (const rung of consistencyModels) {
        const judged = placement.value.judgements[rung].verdict
        if (judged !== 'unknown' && placed.judgements[rung].verdict !== 'unknown') {
          expect({ seed, slices, rung, judged }).toEqual({
            seed,
            slices,
            rung,
            judged: placed.judgements[rung].verdict,
          })
        }
      }
    }
  }
  expect(unknown).toBeGreaterThan(0)
  if (name === 'cas-register') expect(longer).toBeGreaterThan(0)
})
