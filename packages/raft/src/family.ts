import { again, become, type Effect, type Roles } from '@quorate/core'
import type { ActorLogic, AnyActorLogic } from '@quorate/core/statechart'
import { candidate } from './candidate.js'
import { doubtful } from './doubtful.js'
import { follower } from './follower.js'
import type { RaftMessage } from './generated/raft.js'
import { leader } from './leader.js'
import type { RaftEvent, RaftRecord, Server } from './server.js'

/** Figure 4 of the Raft paper: which role a server takes when another ends. */
export const server = become({
  id: 'raft',
  initial: 'follower',
  roles: {
    follower: { actor: follower, on: { timedOut: 'candidate', outdated: again('follower'), unsettled: 'doubtful' } },
    doubtful: { actor: doubtful, on: { settled: 'follower' } },
    candidate: { actor: candidate, on: { won: 'leader', lost: again('follower'), timedOut: 'candidate' } },
    leader: { actor: leader, on: { deposed: again('follower') } },
  },
})

/**
 * Roles that take turns at the address of a server: {@link server}, or a table made from it, with a row of your own added
 * or in the place of another. A safe one says and writes nothing that these three would not.
 */
export interface ServerFamily
  // biome-ignore lint/suspicious/noExplicitAny: snapshots differ from table to table, and XState's systems are typed so.
  extends ActorLogic<any, RaftEvent, Server, any, Effect<RaftMessage, RaftRecord>> {
  readonly roles: Roles
  provide(by: Readonly<Record<string, { readonly delays: object }>>): AnyActorLogic
}
