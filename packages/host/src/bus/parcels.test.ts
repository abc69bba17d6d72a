import type { Address } from '@quorate/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Parcels } from './parcels.js'

const addresses = ['a/r/n1', 'b/r/n1', 'c/r/n1'] as const satisfies Address[]
const destinations = ['quorate/members/n2', 'quorate/members/n3', 'quorate/members-x/all'] as const satisfies Address[]
const room = 200

describe('what is said in one turn', () => {
  it('shares a parcel where it goes to the same address, whoever says it', () => {
    const parcels = new Parcels()
    parcels.put('a/r/n1', 'quorate/members/n2', Uint8Array.of(1), room)
    parcels.put('b/r/n1', 'quorate/members/n3', Uint8Array.of(2), room)
    parcels.put('c/r/n1', 'quorate/members/n2', Uint8Array.of(3), room)
    expect(parcels.take().map(({ to, envelopes }) => [to, ...envelopes.map((each) => each[0])])).toEqual([
      ['quorate/members/n2', 1, 3],
      ['quorate/members/n3', 2],
    ])
    expect(parcels.take()).toEqual([])
  })

  it('does not overtake what the same sender said before to an address that a receiver hears too', () => {
    const parcels = new Parcels()
    parcels.put('a/r/n1', 'quorate/members/n2', Uint8Array.of(1), room)
    parcels.put('a/r/n1', 'quorate/members-x/all', Uint8Array.of(2), room)
    parcels.put('a/r/n1', 'quorate/members/n2', Uint8Array.of(3), room)
    parcels.put('b/r/n1', 'quorate/members/n2', Uint8Array.of(4), room)
    expect(parcels.take().map(({ to, envelopes }) => [to, ...envelopes.map((each) => each[0])])).toEqual([
      ['quorate/members/n2', 1],
      ['quorate/members-x/all', 2],
      ['quorate/members/n2', 3, 4],
    ])
  })

  it('leaves whole, in the order of each sender, in parcels that are not too large', () => {
    const said = fc.record({
      from: fc.constantFrom(...addresses),
      to: fc.constantFrom(...destinations),
      size: fc.integer({ min: 1, max: 250 }),
    })
    fc.assert(
      fc.property(fc.array(said, { maxLength: 60 }), (all) => {
        const parcels = new Parcels()
        const envelopes: Uint8Array[] = all.map(({ size }) => new Uint8Array(size))
        for (const [at, { from, to }] of all.entries()) parcels.put(from, to, envelopes[at] as Uint8Array, room)
        const taken = parcels.take()
        const left = taken.flatMap(({ to, envelopes: packed }) =>
          packed.map((each) => ({ to, at: envelopes.indexOf(each) })),
        )
        expect(left.map(({ at }) => at).sort((a, b) => a - b)).toEqual(all.map((_, at) => at))
        for (const { to, at } of left) expect(to).toBe(all[at]?.to)
        for (const sender of addresses) {
          const order = left.map(({ at }) => at).filter((at) => all[at]?.from === sender)
          expect(order).toEqual([...order].sort((a, b) => a - b))
        }
        for (const { envelopes: packed } of taken) {
          if (packed.length > 1) expect(packed.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(room)
        }
      }),
    )
  })
})
