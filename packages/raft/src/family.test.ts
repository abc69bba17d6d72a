import { checkMachine } from '@quorate/core/testing'
import { describe, test } from 'vitest'
import { candidate, doubtful, follower, leader } from './index.js'
import { raftEvents } from './raftEvents.test.fixture.js'

describe('every cell of every role is decided', () => {
  test('follower', () => checkMachine(follower, raftEvents))
  test('candidate', () => checkMachine(candidate, raftEvents))
  test('leader', () => checkMachine(leader, raftEvents))
  test('doubtful', () => checkMachine(doubtful, raftEvents))
})
