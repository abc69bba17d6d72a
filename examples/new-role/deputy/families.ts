import { again, become } from '@quorate/core'
import { server } from '@quorate/raft'
import { deputy } from './deputy.js'

/** Votes and stores like everybody else, and leads only when nobody else can. */
export const deputyServer = become({
  id: 'deputyServer',
  initial: 'follower',
  roles: {
    ...server.roles,
    // Whatever led to a candidate leads to the deputy now; who was the candidate campaigns when the deputy is resolved.
    candidate: { actor: deputy, on: { stirred: again('follower'), resolved: 'campaigner' } },
    campaigner: server.roles.candidate,
  },
})

/** Votes and stores, and never leads: its table has no row that could. */
export const witness = become({
  id: 'witness',
  initial: 'follower',
  roles: {
    follower: { ...server.roles.follower, on: { ...server.roles.follower.on, timedOut: 'follower' } },
    doubtful: server.roles.doubtful,
  },
})
