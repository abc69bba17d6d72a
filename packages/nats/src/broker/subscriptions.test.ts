import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Interest, isSubject, Subscriptions } from './subscriptions.js'

/** The rule of the NATS documentation, token by token. */
const isHeard = (pattern: readonly string[], subject: readonly string[]): boolean => {
  const [token, ...patternRest] = pattern
  if (token === '>') return subject.length > 0
  if (token === undefined || subject.length === 0) return token === undefined && subject.length === 0
  return (token === '*' || token === subject[0]) && isHeard(patternRest, subject.slice(1))
}

const literalToken = fc.constantFrom('a', 'b', 'c')
const literal = fc.array(literalToken, { minLength: 1, maxLength: 4 }).map((tokens) => tokens.join('.'))
const pattern = fc
  .tuple(
    fc.array(fc.oneof(literalToken, fc.constant('*')), { minLength: 0, maxLength: 3 }),
    fc.constantFrom('a', '*', '>'),
  )
  .map(([tokens, last]) => [...tokens, last].join('.'))
const interest: fc.Arbitrary<Interest> = fc.record({
  subject: fc.oneof(literal, pattern),
  queue: fc.constantFrom('', '', 'q', 'r'),
})

test('finds those whose subject matches, as the rule says, while others come and go', () => {
  fc.assert(
    fc.property(fc.array(interest, { maxLength: 12 }), fc.array(fc.nat(11)), literal, (all, leavers, subject) => {
      const subscriptions = new Subscriptions<Interest>()
      for (const each of all) subscriptions.add(each)
      const left = new Set(leavers.flatMap((index) => all[index] ?? []))
      for (const each of left) subscriptions.remove(each)
      const { plain, queues } = subscriptions.match(subject)
      const heard = all.filter((each) => !left.has(each) && isHeard(each.subject.split('.'), subject.split('.')))
      expect(new Set(plain)).toEqual(new Set(heard.filter(({ queue }) => queue === '')))
      expect(plain).toHaveLength(new Set(plain).size)
      for (const queue of ['q', 'r']) {
        expect(new Set(queues.get(queue))).toEqual(new Set(heard.filter((each) => each.queue === queue)))
      }
    }),
    { numRuns: 500 },
  )
})

test('a match that is being walked does not change', () => {
  const subscriptions = new Subscriptions<Interest>()
  const [a, b] = [
    { subject: 'x', queue: '' },
    { subject: 'x', queue: '' },
  ]
  subscriptions.add(a)
  subscriptions.add(b)
  const { plain } = subscriptions.match('x')
  subscriptions.remove(a)
  expect(plain).toEqual([a, b])
})

test.each(['a', 'a.b', '*', '>', 'a.*.c', 'a.>'])('%s may be subscribed to', (subject) =>
  expect(isSubject(subject)).toBe(true),
)

test.each(['', '.', 'a.', '.a', 'a..b', 'a.>.b', 'a.b*', 'x>'])('%j may not', (subject) =>
  expect(isSubject(subject)).toBe(false),
)
