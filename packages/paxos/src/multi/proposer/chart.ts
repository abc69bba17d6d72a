import { again, become } from '@quorate/core'
import { leading } from './leading.js'
import { preparing } from './preparing.js'
import { standby } from './standby.js'

/** A proposer of Multi-Paxos: which role it takes when another ends. */
export const multiPaxosProposer = become({
  id: 'multiPaxosProposer',
  initial: 'standby',
  roles: {
    standby: { actor: standby, on: { timedOut: 'preparing' } },
    preparing: { actor: preparing, on: { prepared: 'leading', refused: 'standby' } },
    leading: { actor: leading, on: { deposed: again('standby') } },
  },
})
