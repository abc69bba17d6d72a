import { expect, test } from 'vitest'
import { BrokenInvariantError } from '../errors/errors.js'
import { eventOf, ignore, rulesFor } from './rules.js'

type Event = { type: 'Prepare'; ballot: number } | { type: 'Accept'; ballot: number; value: string }
const on = rulesFor<{ promised: number }, Event>()
const exceedsPromised = on('Prepare', (self, { ballot }) => ballot > self.promised)

test('a rule sees the context and its event', () => {
  expect(exceedsPromised({ context: { promised: 1 }, event: { type: 'Prepare', ballot: 2 } })).toBe(true)
  expect(exceedsPromised({ context: { promised: 2 }, event: { type: 'Prepare', ballot: 2 } })).toBe(false)
})

test('a rule under another event throws, and says where it belongs', () => {
  const misplaced = () => exceedsPromised({ context: { promised: 1 }, event: { type: 'Accept', ballot: 2, value: '' } })
  expect(misplaced).toThrow(BrokenInvariantError)
  expect(misplaced).toThrow('a rule about Prepare was asked about Accept: move it under "Prepare"')
})

test('the event of a rule can be asked for', () => {
  expect(eventOf(exceedsPromised)).toBe('Prepare')
  expect(eventOf(() => true)).toBeUndefined()
})

test('an ignored event keeps its reason', () => {
  expect(ignore('asked for none')).toEqual({ description: 'asked for none' })
})
