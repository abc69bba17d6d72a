import { again, become } from '@quorate/core'
import { candidate } from './candidate.js'
import { follower } from './follower.js'
import { leader } from './leader.js'

/** Figure 4 of the Raft paper: which role a server takes when another ends. */
export const server = become({
  id: 'raft',
  initial: 'follower',
  roles: {
    follower: { actor: follower, on: { timedOut: 'candidate', outdated: again('follower') } },
    candidate: { actor: candidate, on: { won: 'leader', lost: again('follower'), timedOut: 'candidate' } },
    leader: { actor: leader, on: { deposed: again('follower') } },
  },
})
