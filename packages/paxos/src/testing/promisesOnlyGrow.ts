import type { InvariantFactory } from '@quorate/core/testing'
import { acceptancesOf, roundOf } from './paxosAcceptors.js'

interface Ballot {
  readonly round: number
}

interface Acceptor {
  readonly context: { readonly promised: Ballot; readonly doubtful?: boolean }
}

/** The ballot that a message promises: an answer to a question about nothing promises nothing. */
const promisedIn = (message: object): Ballot | undefined => {
  const { type, ballot, proposal } = message as {
    type: string
    ballot?: Ballot
    proposal?: { readonly ballot: Ballot }
  }
  if (type === 'Promise') return ballot
  return type === 'Accepted' ? proposal?.ballot : undefined
}

/** An acceptor never accepts less than it has promised, also after a crash: unless it says that its disk may have forgotten. */
export const promisesOnlyGrow: InvariantFactory = ({ group, definition, broken }) => {
  if (!definition.protocol.endsWith('paxos') || !definition.roles['acceptor']) return undefined
  /** By node: the highest round that it told somebody, or that is on its disk. */
  const promised = new Map<string, number>()
  const note = (node: string, round: number): void => {
    if (round > (promised.get(node) ?? 0)) promised.set(node, round)
  }
  return {
    name: 'Promises Only Grow',
    source: 'Lamport, "Paxos Made Simple" (2001), section 2.2, P1a, and section 2.5',
    stepped({ node, role }, before, _event, after) {
      if (role !== 'acceptor') return
      const { context } = after as Acceptor
      const was = (before as Acceptor | undefined)?.context.promised.round ?? promised.get(node) ?? 0
      if (!context.doubtful && context.promised.round < was) {
        broken(`${node} had promised round ${was}, and now stands at ${context.promised.round}`)
      }
    },
    spoke({ node, role }, message) {
      const ballot = role === 'acceptor' ? promisedIn(message) : undefined
      if (ballot) note(node, ballot.round)
    },
    durable(node, writes) {
      for (const { ballot } of acceptancesOf(group, node, writes)) note(node, roundOf(ballot))
    },
  }
}
