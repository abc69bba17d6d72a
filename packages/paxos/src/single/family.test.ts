import { checkMachine } from '@quorate/core/testing'
import { describe, test } from 'vitest'
import { acceptor, learner, proposer } from '../index.js'

describe('every cell of every role is decided', () => {
  test('proposer', () =>
    checkMachine(proposer, {
      Promise: 'message',
      Accepted: 'message',
      Nack: 'message',
      Chosen: 'message',
      'client.asked': 'local',
      'storage.persisted': 'local',
    }))
  test('acceptor', () =>
    checkMachine(acceptor, { Prepare: 'message', Accept: 'message', Learn: 'message', 'storage.persisted': 'local' }))
  test('learner', () =>
    checkMachine(learner, { Accepted: 'message', Chosen: 'message', Learn: 'message', 'storage.persisted': 'local' }))
})
