import type { Message } from '@quorate/core'
import type { InvariantFactory } from './invariant.js'

interface Ballot {
  readonly round: number
  readonly node: string
}

interface Acceptor {
  readonly context: { readonly promised: Ballot; readonly doubtful?: boolean }
}

const isLess = (a: Ballot, b: Ballot): boolean => a.round < b.round

const ballotIn = (message: Message): Ballot | undefined => {
  const { ballot, proposal } = message as { readonly ballot?: Ballot; readonly proposal?: { readonly ballot: Ballot } }
  return ballot ?? proposal?.ballot
}

/** An acceptor never accepts less than it has promised, also after a crash: unless it says that its disk may have forgotten. */
export const promisesOnlyGrow: InvariantFactory = ({ definition, broken }) => {
  if (!definition.protocol.endsWith('paxos') || !definition.roles['acceptor']) return undefined
  const promised = new Map<string, Ballot>()
  return {
    name: 'Promises Only Grow',
    source: 'Lamport, "Paxos Made Simple" (2001), section 2.2, P1a, and section 2.5',
    stepped({ node, role }, before, _event, after) {
      if (role !== 'acceptor') return
      const { context } = after as Acceptor
      const was = (before as Acceptor | undefined)?.context.promised ?? promised.get(node)
      if (was && !context.doubtful && isLess(context.promised, was)) {
        broken(`${node} had promised round ${was.round}, and now stands at ${context.promised.round}`)
      }
    },
    spoke({ node, role }, message) {
      if (role !== 'acceptor' || (message.type !== 'Promise' && message.type !== 'Accepted')) return
      const ballot = ballotIn(message)
      const known = promised.get(node)
      if (ballot && (!known || isLess(known, ballot))) promised.set(node, ballot)
    },
  }
}
