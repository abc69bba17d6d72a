import { checkMachine } from '@quorate/core/testing'
import { describe, test } from 'vitest'
import { batcher, multiPaxosAcceptor, multiPaxosLearner, multiPaxosProposer, proxyLeader } from '../index.js'
import type { ProposerEvent } from './proposer/state.js'

const proposerEvents: Readonly<Record<ProposerEvent['type'], 'message' | 'local'>> = {
  Promise: 'message',
  Accepted: 'message',
  Nack: 'message',
  Relayed: 'message',
  Heartbeat: 'message',
  HeartbeatReply: 'message',
  Batch: 'message',
  ReadIndex: 'message',
  Rejoin: 'message',
  'client.proposed': 'local',
  'client.read': 'local',
  'storage.persisted': 'local',
}

describe('every cell of every role is decided', () => {
  const { standby, preparing, leading } = multiPaxosProposer.roles
  test('standby', () => checkMachine(standby.actor, proposerEvents))
  test('preparing', () => checkMachine(preparing.actor, proposerEvents))
  test('leading', () => checkMachine(leading.actor, proposerEvents))
  test('acceptor', () =>
    checkMachine(multiPaxosAcceptor, {
      Prepare: 'message',
      Accept: 'message',
      Learn: 'message',
      RejoinReply: 'message',
      'storage.persisted': 'local',
    }))
  test('learner', () =>
    checkMachine(multiPaxosLearner, {
      Chosen: 'message',
      Heartbeat: 'message',
      Learn: 'message',
      Report: 'message',
      InstallSnapshot: 'message',
      'snapshot.taken': 'local',
      'storage.persisted': 'local',
    }))
  test('batcher', () =>
    checkMachine(batcher, {
      Heartbeat: 'message',
      BatchReply: 'message',
      ReadIndexReply: 'message',
      'client.proposed': 'local',
      'client.read': 'local',
      'storage.persisted': 'local',
    }))
  test('proxy leader', () =>
    checkMachine(proxyLeader, {
      Accept: 'message',
      Accepted: 'message',
      Nack: 'message',
      Heartbeat: 'message',
      'storage.persisted': 'local',
    }))
})
