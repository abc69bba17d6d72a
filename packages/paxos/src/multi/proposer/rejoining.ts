import { type Received, send } from '@quorate/core'
import { type Ballot, noBallot } from '../../ballot.js'
import type { Rejoin } from '../../generated/multi_paxos.js'
import { ballotOf, type Proposer } from './state.js'

/** What a proposer answers that does not lead. */
export const reply = (self: Proposer, { from, doubt }: Received<Rejoin>) =>
  send(from, { type: 'RejoinReply', doubt, ballot: issuedBy(self), leads: false, through: 0 })

const issuedBy = (self: Proposer): Ballot => (self.issued === 0 ? noBallot : { ...ballotOf(self), round: self.issued })

/** What the distinguished proposer answers: all that it will have chosen of ballots before its own is in its log, too. */
export const leadersReply = (
  self: Proposer & { readonly log: { readonly last: { readonly index: number } } },
  { from, doubt }: Received<Rejoin>,
) => send(from, { type: 'RejoinReply', doubt, ballot: ballotOf(self), leads: true, through: self.log.last.index })
