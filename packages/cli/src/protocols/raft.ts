import type { Protocol } from './protocol.js'

export const raft: Protocol = {
  name: 'raft',
  roles: async () => ({ raft: (await import('@quorate/raft')).server }),
  subject: async () => (await import('../sim/subjects/raft.js')).raftSubject,
  workload: { absent: 'it orders a log: clients give commands to a state machine' },
  questions: { absent: 'it orders a log for a state machine: quorate kv is the client of a key-value store' },
  models: async () => (await import('../check/models/raftModels.js')).raftModels,
  checkedMistakes: async () => (await import('../mistakes/raftChecked.js')).raftMistakes,
  simulatedMistakes: async () => (await import('../mistakes/raftSimulated.js')).raftMistakes,
  demo: { example: 'raft-kv', copy: 'raftTopology' },
}
