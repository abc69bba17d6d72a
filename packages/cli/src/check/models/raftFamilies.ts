import { become } from '@quorate/core'
import { assign, createMachine } from '@quorate/core/statechart'
import { candidate, server } from '@quorate/raft'

/** Raft's candidate as section 5.2 has it: who times out begins a term at once. The round of pre-votes only spares terms. */
const hastyCandidate = createMachine({ ...candidate.config, initial: 'voting' } as never).provide(
  candidate.implementations as never,
) as unknown as typeof candidate

const { roles } = server

/** Raft without pre-votes. */
export const withoutPreVote = become({
  ...server,
  roles: { ...roles, candidate: { ...roles.candidate, actor: hastyCandidate } },
})

/** The same with voters whose votes never reach the disk: they forget them when they crash. */
export const forgetfulVoters = withoutPreVote.provide({ follower: { actions: { persist: assign({}) } } })
