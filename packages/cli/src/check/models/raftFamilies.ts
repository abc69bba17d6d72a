import { become } from '@quorate/core'
import { candidate, follower, type ServerFamily, server } from '@quorate/raft'
import { assign, createMachine } from 'xstate'

/** Raft's candidate as section 5.2 has it: who times out begins a term at once. The round of pre-votes only spares terms. */
const hastyCandidate = createMachine({ ...candidate.config, initial: 'voting' } as never).provide(
  candidate.implementations as never,
) as unknown as typeof candidate

/** A voter whose vote never reaches the disk: it forgets it when it crashes. */
const forgetfulFollower = follower.provide({ actions: { persist: assign({}) } })

const { roles } = server

/** Raft without pre-votes. */
export const withoutPreVote: ServerFamily = become({
  ...server,
  roles: { ...roles, candidate: { ...roles.candidate, actor: hastyCandidate } },
})

/** Raft without pre-votes, of voters that forget. */
export const forgetfulVoters: ServerFamily = become({
  ...server,
  roles: {
    ...roles,
    candidate: { ...roles.candidate, actor: hastyCandidate },
    follower: { ...roles.follower, actor: forgetfulFollower },
  },
})
