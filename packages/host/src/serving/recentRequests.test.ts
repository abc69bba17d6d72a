import { addressOf, type Clock } from '@quorate/core'
import { expect, test } from 'vitest'
import { RecentRequests } from './recentRequests.js'

const client = addressOf('g', 'answers', 'c1')
let nowMs = 0
const clock = { nowMs: () => nowMs } as Clock

test('what was refused is known by client and number, for a while', () => {
  const refused = new RecentRequests(clock)
  refused.note(client, 7)
  expect(refused.has(client, 7)).toBe(true)
  expect(refused.has(client, 8)).toBe(false)
  expect(refused.has(addressOf('g', 'answers', 'c2'), 7)).toBe(false)
  nowMs += 29_999
  refused.note(client, 8)
  expect(refused.has(client, 7)).toBe(true)
  nowMs += 1
  refused.note(client, 9)
  expect([7, 8, 9].map((request) => refused.has(client, request))).toEqual([false, true, true])
})

test('who is refused very often makes it forget the oldest', () => {
  const refused = new RecentRequests(clock)
  for (let request = 1; request <= 20_000; request++) refused.note(client, request)
  expect([1, 3616, 3617, 20_000].map((request) => refused.has(client, request))).toEqual([false, false, true, true])
})
