import type { RaftEvent } from './server.js'

/** Every event of a Raft server, and where it comes from. */
export const raftEvents: Readonly<Record<RaftEvent['type'], 'message' | 'local'>> = {
  PreVote: 'message',
  PreVoteReply: 'message',
  RequestVote: 'message',
  RequestVoteReply: 'message',
  AppendEntries: 'message',
  AppendEntriesReply: 'message',
  InstallSnapshot: 'message',
  InstallSnapshotReply: 'message',
  Inquiry: 'message',
  InquiryReply: 'message',
  CatchUp: 'message',
  TimeoutNow: 'message',
  'storage.persisted': 'local',
  'client.proposed': 'local',
  'client.read': 'local',
  'snapshot.taken': 'local',
  'leader.transfer': 'local',
  'peer.lost': 'local',
  'peer.found': 'local',
}
