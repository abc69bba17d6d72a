import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Outcome, Outcomes } from './outcomes.js'

const outcome = (bytes: number): Outcome => ({ status: 'ok', index: bytes, bytes: new Uint8Array(bytes) })

/** What a plain map says of the same steps: how many bytes each outcome counts beside its own is not its business. */
const inOrder = (outcomes: Iterable<[number, Outcome]>) => [...outcomes].sort(([a], [b]) => a - b)
const counted = (outcomes: Iterable<[number, Outcome]>) =>
  [...outcomes].reduce((sum, [, { bytes }]) => sum + bytes.length + 64, 0)

const sequence = fc.nat(300)
const step = fc.oneof(
  fc.record({ set: sequence, bytes: fc.nat(9) }),
  fc.record({ delete: sequence }),
  fc.record({ below: sequence }),
  fc.constant('copy' as const),
  fc.constant('clear' as const),
)

test('outcomes are what a map would be, and a copy that changes leaves its original as it was', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      let outcomes = Outcomes.of()
      let plain = new Map<number, Outcome>()
      const originals: { outcomes: Outcomes; plain: Map<number, Outcome> }[] = []
      for (const each of steps) {
        if (each === 'copy') {
          originals.push({ outcomes, plain })
          outcomes = outcomes.copy()
          plain = new Map(plain)
        } else if (each === 'clear') {
          outcomes.clear()
          plain.clear()
        } else if ('set' in each) {
          outcomes.set(each.set, outcome(each.bytes))
          plain.set(each.set, outcome(each.bytes))
        } else if ('delete' in each) {
          outcomes.delete(each.delete)
          plain.delete(each.delete)
        } else {
          outcomes.forgetBelow(Math.min(each.below, ...plain.keys()), each.below)
          for (const known of [...plain.keys()]) if (known < each.below) plain.delete(known)
        }
      }
      for (const both of [...originals, { outcomes, plain }]) {
        expect([...both.outcomes]).toEqual(inOrder(both.plain))
        expect(both.outcomes.size).toBe(both.plain.size)
        expect(both.outcomes.bytes).toBe(counted(both.plain))
        for (const known of both.plain.keys()) expect(both.outcomes.get(known)).toEqual(both.plain.get(known))
        expect(both.outcomes.get(301)).toBeUndefined()
      }
    }),
  )
})
