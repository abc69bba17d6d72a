import type { Asking } from '../ask/asking.js'
import type { Protocol } from './protocol.js'

export const paxos: Protocol = {
  name: 'paxos',
  async roles() {
    const { proposer, acceptor, learner } = await import('@quorate/paxos')
    return { 'paxos/proposer': proposer, 'paxos/acceptor': acceptor, 'paxos/learner': learner }
  },
  subject: async () => (await import('../sim/subjects/paxos.js')).paxosSubject,
  workload: async () => (await import('../sim/subjects/paxos.js')).paxosWorkload,
  questions: {
    forms: [{ name: 'propose', arguments: ['value'], text: 'propose a value, and print the one that is chosen' }],
    load: async () => (await import('../ask/paxos.js')).paxosAsking as Asking,
  },
  models: async () => (await import('../check/models/paxosModels.js')).paxosModels,
  checkedMistakes: async () => (await import('../mistakes/paxosChecked.js')).paxosMistakes,
  simulatedMistakes: async () => (await import('../mistakes/paxosSimulated.js')).paxosMistakes,
  demo: { absent: 'it chooses one value, once: it cannot order the lines of a file' },
}
