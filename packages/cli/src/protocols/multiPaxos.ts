import type { Protocol } from './protocol.js'

export const multiPaxos: Protocol = {
  name: 'multi-paxos',
  async roles() {
    const paxos = await import('@quorate/paxos')
    return {
      'multi-paxos/proposer': paxos.multiPaxosProposer,
      'multi-paxos/acceptor': paxos.multiPaxosAcceptor,
      'multi-paxos/learner': paxos.multiPaxosLearner,
      'multi-paxos/batcher': paxos.batcher,
      'multi-paxos/proxy-leader': paxos.proxyLeader,
    }
  },
  subject: async () => (await import('../sim/subjects/multiPaxos.js')).multiPaxosSubject,
  workload: { absent: 'it orders a log: clients give commands to a state machine' },
  questions: { absent: 'it orders a log for a state machine: quorate kv is the client of a key-value store' },
  models: async () => (await import('../check/models/multiPaxosModels.js')).multiPaxosModels,
  checkedMistakes: { absent: 'all mistakes that are known of it are found by the simulator' },
  simulatedMistakes: async () => (await import('../mistakes/multiPaxosSimulated.js')).multiPaxosMistakes,
  demo: { example: 'multi-paxos', copy: 'multiPaxosTopology' },
}
