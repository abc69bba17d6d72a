import { type NodeId, nodeOf, type Received, send } from '@quorate/core'
import { isAlone, mayGoWithout } from '../../answered.js'
import { type Ballot, beyond, higherOf, isGreater } from '../../ballot.js'
import type { Accept, Rejoin, RejoinReply } from '../../generated/multi_paxos.js'
import { type Configured, roleAt } from '../shared/config.js'
import type { Acceptor } from './state.js'

/**
 * What an acceptor may do whose disk lost its last write. It may have forgotten a promise, acceptances, or both, and all of
 * them may have been told. It says nothing until every proposer has answered how high it has gone since the acceptor asked.
 *
 * Promises. It can have promised only ballots that were issued before it asked, so none above the highest that is named
 * now. That is its promise from here on: it breaks none that it forgot. (A proposer that is down may have had a promise, and
 * go on with it when it is heard again: so all must answer. One that has restarted answers with the round on its disk.)
 *
 * Acceptances. From here on it forgets nothing, so it accepts as any other. Whatever is chosen with its help is known to
 * whoever asks a phase-1 quorum of acceptors that forgot nothing; so its answers to Prepare and Learn say that they may leave
 * something out, and count only where such a quorum answers without it, or where every acceptor answers. In that case all
 * that any disk still holds is known: a value is lost only if all that accepted it lost it with their last write.
 *
 * The end of the doubt. The distinguished proposer of a ballot b, no lower than the promise, answers that it has proposed
 * nothing behind slot s. What was chosen in ballots below b, or still can be, it has found in phase 1, in no slot behind s;
 * in b itself nothing was sent behind s before it answered, and hence nothing that this acceptor forgot. So when every slot
 * up to s is known to be chosen, nothing is left that a Promise of this acceptor could leave out: it speaks of the slots
 * behind those that are known to be chosen. Of those up to s it may lack values, and says so in each Report of them.
 *
 * None of it depends on which sets are quorums, but that each of phase 1 meets each of phase 2. An acceptor that is a phase-2
 * quorum by itself (a group of one) may be the only one that had a value: it goes on only where the operator accepts the loss.
 * @module
 */

/** Which slots must be known to be chosen, since the distinguished proposer of a ballot says so. */
export interface Restoration {
  readonly ballot: Ballot
  readonly through: number
}

export interface Doubt {
  /** How often the disk was in doubt: answers to what was asked in an earlier doubt are too old. */
  readonly doubt: number
  /** Of proposers that have answered, the highest ballot that each has issued. */
  readonly issued: Readonly<Record<NodeId, Ballot>>
  readonly restoration: Restoration | undefined
  /** How often all proposers were asked. */
  readonly asks: number
  /** It went on without some of them, as the operator accepts. */
  readonly mayHaveLost: boolean
}

export const noDoubt: Omit<Doubt, 'doubt'> = { issued: {}, restoration: undefined, asks: 0, mayHaveLost: false }

const mayGoOn = ({ config }: Configured): boolean => config.lossAccepted === true || !isAlone(config.quorums, config.id)

export const isOfThisDoubt = (self: Acceptor, { doubt }: RejoinReply): boolean => doubt === self.doubt

/** The latest of the proposers that lead. */
const laterOf = (known: Restoration | undefined, { leads, ballot, through }: RejoinReply): Restoration | undefined =>
  leads && (known === undefined || isGreater(ballot, known.ballot)) ? { ballot, through } : known

export const withAnswer = (self: Acceptor, message: Received<RejoinReply>) => ({
  issued: { ...self.issued, [nodeOf(message.from)]: message.ballot },
  restoration: laterOf(self.restoration, message),
})

export const isBounded = (self: Acceptor): boolean =>
  mayGoOn(self) && self.config.nodes.proposer.every((node) => self.issued[node] !== undefined)

const highestOf = ({ issued, promised }: Acceptor): Ballot => Object.values(issued).reduce(higherOf, promised)

export const isToGoWithout = ({ config, asks }: Acceptor): boolean => mayGoWithout(config, asks)

/** Proposers are gone for good, and so is whatever only this disk held: the operator accepts it. */
export const withoutOthers = (self: Acceptor) => ({
  ...noDoubt,
  promised: beyond(highestOf(self)),
  doubtful: false,
  mayHaveLost: true,
})

/** No ballot that it may have promised is higher. */
export function bounded(self: Acceptor) {
  const promised = highestOf(self)
  const { restoration } = self
  return { promised, restoration: restoration && isGreater(promised, restoration.ballot) ? undefined : restoration }
}

export const isFromLeader = (self: Acceptor, message: RejoinReply): boolean =>
  self.doubtful && isOfThisDoubt(self, message) && message.leads && !isGreater(self.promised, message.ballot)

export const withLeader = (self: Acceptor, message: RejoinReply) => ({
  restoration: laterOf(self.restoration, message),
})

/** The distinguished proposer is heard, and was not asked yet, or has not answered. */
export const isToAsk = (self: Acceptor, { ballot }: Accept): boolean =>
  self.doubtful && (self.restoration === undefined || isGreater(ballot, self.restoration.ballot))

export const rejoin = ({ doubt }: Acceptor): Rejoin => ({ type: 'Rejoin', doubt })

export const askLeader = (self: Acceptor, { ballot }: Accept) =>
  send(roleAt(self, 'proposer', ballot.node), rejoin(self))

export const isRestored = ({ doubtful, restoration, chosenThrough }: Acceptor): boolean =>
  doubtful && restoration !== undefined && chosenThrough >= restoration.through

export const restored = ({ restoration }: Acceptor) => ({
  doubtful: false,
  doubtedThrough: restoration?.through ?? 0,
  ...noDoubt,
})
