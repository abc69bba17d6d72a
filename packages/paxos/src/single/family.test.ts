import { checkMachine } from '@quorate/core/testing'
import { describe, test } from 'vitest'
import { acceptor, learner, proposer } from '../index.js'
import { paxosEvents } from './events.test.fixture.js'

describe('every cell of every role is decided', () => {
  test('proposer', () => checkMachine(proposer, paxosEvents.proposer))
  test('acceptor', () => checkMachine(acceptor, paxosEvents.acceptor))
  test('learner', () => checkMachine(learner, paxosEvents.learner))
})
