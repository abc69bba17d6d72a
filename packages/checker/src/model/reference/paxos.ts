import type { Model } from '../check.js'
import {
  type RegisterMessage,
  type RegisterReaction,
  type RegisterServer,
  type RegisterSettings,
  refuseOneAlone,
  registerModel,
  serverName,
} from './register.js'

/**
 * A register that is written once, by single-decree Paxos (Lamport, "Paxos Made Simple", 2001): each server is proposer,
 * acceptor and learner, and answers itself without a message.
 * @module
 */

interface Ballot {
  readonly round: number
  readonly server: number
}

/** What is to be chosen: a client's request. */
interface Proposal {
  readonly request: number
  readonly client: string
  readonly value: string
}

interface Accepted {
  readonly ballot: Ballot
  readonly proposal: Proposal
}

type PaxosMessage =
  | { readonly type: 'Prepare'; readonly ballot: Ballot }
  | { readonly type: 'Prepared'; readonly ballot: Ballot; readonly accepted: Accepted | undefined }
  | { readonly type: 'Accept'; readonly ballot: Ballot; readonly proposal: Proposal }
  | { readonly type: 'Accepted'; readonly ballot: Ballot }
  | { readonly type: 'Decided'; readonly ballot: Ballot; readonly proposal: Proposal }

interface Server {
  readonly ballot: Ballot
  readonly proposal: Proposal | undefined
  /** Server -> what it had accepted; `none` before anything. */
  readonly promises: Readonly<Record<number, Accepted | 'none'>>
  readonly votes: Readonly<Record<number, true>>
  readonly accepted: Accepted | undefined
  readonly isDecided: boolean
}

type Reaction = RegisterReaction<Server, PaxosMessage>

/** Who a server is, and with whom. */
interface Place {
  readonly number: number
  readonly servers: number
}

const isGreater = (a: Ballot, b: Ballot): boolean => a.round > b.round || (a.round === b.round && a.server > b.server)
const isSame = (a: Ballot, b: Ballot): boolean => a.round === b.round && a.server === b.server
const majorityOf = ({ servers }: Place): number => Math.floor(servers / 2) + 1
const countOf = (by: Readonly<Record<number, unknown>>): number => Object.keys(by).length

const toOthers = ({ number, servers }: Place, message: PaxosMessage) =>
  Array.from({ length: servers }, (_, server) => server)
    .filter((server) => server !== number)
    .map((server) => ({ to: serverName(server), message }))

/** "The value of the highest-numbered proposal among the responses", or what the client wants. */
function proposalOf({ promises, proposal }: Server): Proposal | undefined {
  let highest: Accepted | undefined
  for (const accepted of Object.values(promises)) {
    if (accepted !== 'none' && (!highest || isGreater(accepted.ballot, highest.ballot))) highest = accepted
  }
  return highest?.proposal ?? proposal
}

function put(self: Server, place: Place, proposal: Proposal): Reaction | undefined {
  if (self.proposal) return undefined
  const ballot = { round: self.ballot.round + 1, server: place.number }
  return {
    state: { ...self, ballot, proposal, promises: { [place.number]: self.accepted ?? 'none' }, votes: {} },
    sends: toOthers(place, { type: 'Prepare', ballot }),
  }
}

function prepared(self: Server, place: Place, sender: number, accepted: Accepted | undefined): Reaction {
  const state = { ...self, promises: { ...self.promises, [sender]: accepted ?? ('none' as const) } }
  const proposal = proposalOf(state)
  if (countOf(state.promises) !== majorityOf(place) || !proposal) return { state }
  const { ballot } = self
  return {
    state: { ...state, proposal, accepted: { ballot, proposal }, votes: { ...self.votes, [place.number]: true } },
    sends: toOthers(place, { type: 'Accept', ballot, proposal }),
  }
}

function accepted(self: Server, place: Place, sender: number): Reaction {
  const state: Server = { ...self, votes: { ...self.votes, [sender]: true } }
  const { ballot, proposal } = self
  if (countOf(state.votes) !== majorityOf(place) || !proposal) return { state }
  return {
    state: { ...state, isDecided: true },
    sends: [
      ...toOthers(place, { type: 'Decided', ballot, proposal }),
      { to: proposal.client, message: { type: 'PutOk', request: proposal.request } },
    ],
  }
}

function react(
  self: Server,
  place: Place,
  message: PaxosMessage | RegisterMessage,
  from: string,
): Reaction | undefined {
  if (self.isDecided) {
    // Who does not know a decision does not answer: it may have been made elsewhere.
    if (message.type !== 'Get' || !self.accepted) return undefined
    const { value } = self.accepted.proposal
    return { state: self, sends: [{ to: from, message: { type: 'GetOk', request: message.request, value } }] }
  }
  const sender = Number(from.slice(1))
  switch (message.type) {
    case 'Put':
      return put(self, place, { request: message.request, client: from, value: message.value })
    case 'Prepare': {
      const { ballot } = message
      if (!isGreater(ballot, self.ballot)) return undefined
      const promise = { type: 'Prepared', ballot, accepted: self.accepted } as const
      return { state: { ...self, ballot }, sends: [{ to: from, message: promise }] }
    }
    case 'Prepared':
      return isSame(message.ballot, self.ballot) ? prepared(self, place, sender, message.accepted) : undefined
    case 'Accept': {
      const { ballot, proposal } = message
      if (isGreater(self.ballot, ballot)) return undefined
      const state = { ...self, ballot, accepted: { ballot, proposal } }
      return { state, sends: [{ to: from, message: { type: 'Accepted', ballot } }] }
    }
    case 'Accepted':
      return isSame(message.ballot, self.ballot) ? accepted(self, place, sender) : undefined
    case 'Decided': {
      const { ballot, proposal } = message
      return { state: { ...self, ballot, accepted: { ballot, proposal }, isDecided: true } }
    }
    default:
      return undefined
  }
}

const initial: Server = {
  ballot: { round: 0, server: 0 },
  proposal: undefined,
  promises: {},
  votes: {},
  accepted: undefined,
  isDecided: false,
}

/** A write-once register by Paxos. */
export const referencePaxos = (settings: RegisterSettings): Model => {
  refuseOneAlone('reference/paxos', settings)
  return registerModel<Server, PaxosMessage>(
    'reference/paxos',
    settings,
    (number): RegisterServer<Server, PaxosMessage> => ({
      name: serverName(number),
      start: () => ({ state: initial }),
      receive: (self, message, from) => react(self, { number, servers: settings.servers }, message, from),
    }),
  )
}
