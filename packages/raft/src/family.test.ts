import { checkMachine } from '@quorate/core/testing'
import { describe, test } from 'vitest'
import { candidate, follower, leader, type RaftEvent } from './index.js'

const events: Record<RaftEvent['type'], 'message' | 'local'> = {
  PreVote: 'message',
  PreVoteReply: 'message',
  RequestVote: 'message',
  RequestVoteReply: 'message',
  AppendEntries: 'message',
  AppendEntriesReply: 'message',
  InstallSnapshot: 'message',
  InstallSnapshotReply: 'message',
  'storage.persisted': 'local',
  'client.proposed': 'local',
  'client.read': 'local',
  'snapshot.taken': 'local',
}

describe('every cell of every role is decided', () => {
  test('follower', () => checkMachine(follower, events))
  test('candidate', () => checkMachine(candidate, events))
  test('leader', () => checkMachine(leader, events))
})
