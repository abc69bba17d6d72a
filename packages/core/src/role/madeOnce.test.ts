import { expect, it } from 'vitest'
import { madeOnce } from './madeOnce.js'

it('is made once of the same objects and the same text', () => {
  const keep = madeOnce<{ readonly text: string }>()
  const [one, other] = [{}, {}]
  const of = (objects: readonly object[], text: string) => keep(objects, text, () => ({ text }))
  const first = of([one, other], 'a')
  expect(first).toEqual({ text: 'a' })
  expect(of([one, other], 'a')).toBe(first)
  for (const else_ of [of([one, other], 'b'), of([other, one], 'a'), of([one], 'a'), of([one, {}], 'a'), of([], 'a')])
    expect(else_).not.toBe(first)
})
