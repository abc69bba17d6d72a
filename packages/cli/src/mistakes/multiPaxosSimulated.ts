import { atLeast, type Entry, flexible } from '@quorate/core'
import { assign } from '@quorate/core/statechart'
import { multiPaxos } from '@quorate/paxos'
import { paxosInvariants } from '@quorate/paxos/testing'
import { registers } from '@quorate/simulator'
import { deaf, hole, leftBehind, tornTail, twoBallots, unheardChoice } from './aims.js'
import { expiredMistake } from './behindSimulated.js'
import { hostMistakes } from './hostSimulated.js'
import { type Any, always, never, nothing } from './mistake.js'
import type { Pitfall } from './pitfalls.js'
import { beginning, type Change, clusterOf, providing, type Simulated, saying } from './simulated.js'

/** Mistakes in Multi-Paxos that the simulator has to find. */

const cluster = clusterOf({
  protocol: 'multi-paxos',
  invariants: paxosInvariants,
  groupOf: (nodes, limits) =>
    multiPaxos({ proposers: nodes, acceptors: nodes, learners: nodes, stateMachine: registers, limits }),
})

/** Two acceptors of five choose, so a learner that asks acceptors needs four. */
const flexibleCluster = clusterOf({
  name: 'multi-paxos-flexible',
  protocol: 'multi-paxos',
  invariants: paxosInvariants,
  groupOf: (nodes, limits) =>
    multiPaxos({
      proposers: nodes.slice(0, 2),
      acceptors: nodes,
      learners: nodes.slice(-1),
      quorums: flexible({ phase1: atLeast(nodes.length - 1, nodes), phase2: atLeast(2, nodes) }),
      stateMachine: registers,
      limits,
    }),
})

const multi = (name: string, pitfall: Pitfall, change: Change, settings: Partial<Simulated> = {}): Simulated => ({
  name: `Multi-Paxos: ${name}`,
  pitfall,
  cluster,
  change,
  ...settings,
})

const acceptor = (by: Any): Change => providing('acceptor', by)
const proposer = (by: Any): Change => providing('proposer', by)
const nodeOf = (address: string): string => address.slice(address.lastIndexOf('/') + 1)

/** What one message of a promise says, as if it were all of it. */
function notedPromise(self: Any, { from, entries, through, chosenThrough }: Any) {
  const found = new Map<number, Entry>(self.found)
  for (const entry of entries as readonly Entry[]) {
    if (entry.term > (found.get(entry.index)?.term ?? 0)) found.set(entry.index, entry)
  }
  return {
    found,
    promises: { ...self.promises, [nodeOf(from)]: 'done' },
    horizon: Math.max(self.horizon, through),
    chosenThrough: Math.max(self.chosenThrough, chosenThrough),
  }
}

/** Its disk lost a write, and it neither asks what that may have been nor says so. */
const trusting: Change = {
  group: (group) => {
    const whole = saying(['Promise', 'Report'], (message) => ({ ...message, doubtful: false })).group?.(group) ?? group
    return acceptor({ guards: { isDoubtful: never } }).group?.(whole) ?? whole
  },
}

export const multiPaxosMistakes: readonly Simulated[] = [
  multi('an acceptor whose promise never reaches the disk', 'forgets', acceptor({ actions: { persist: nothing } })),
  multi(
    'an acceptor whose acceptances never reach the disk',
    'forgets',
    acceptor({ actions: { persistEntries: nothing } }),
  ),
  multi('an acceptor that takes part although its disk lost a write', 'torn', trusting, {
    aim: tornTail('multi-paxos'),
  }),
  multi(
    'an acceptor that keeps to itself what it accepted',
    'ownValue',
    saying(['Promise'], (promise) => ({ ...promise, entries: [], last: promise.through })),
  ),
  multi(
    'an acceptor that forgets what is in no snapshot yet',
    'compaction',
    acceptor({
      guards: { mayForget: ({ context: self }: Any) => self.forgetThrough > self.log.base.index },
      actions: {
        noteProgress: assign(({ context: self, event }: Any) => ({
          chosenThrough: Math.max(self.chosenThrough, event.chosenThrough),
          forgetThrough: Math.min(self.log.last.index - 1, Math.max(self.chosenThrough, event.chosenThrough)),
        })),
      },
    }),
  ),
  multi(
    'a proposer that needs one promise',
    'prepared',
    proposer({
      preparing: { guards: { isPrepared: ({ context }: Any) => Object.values(context.promises).includes('done') } },
    }),
  ),
  multi(
    'a proposer that takes the first piece of a promise for all of it',
    'ownValue',
    proposer({
      preparing: {
        guards: { isPartialPromise: never },
        actions: {
          notePromise: assign(({ context: self, event }: Any) => notedPromise(self, event)),
        },
      },
    }),
    { limits: { bytesMax: 100 } },
  ),
  multi(
    'a proposer that proposes values of its own where others were accepted',
    'ownValue',
    proposer({
      preparing: {
        actions: {
          notePromise: assign(({ context: self, event }: Any) => ({
            promises: { ...self.promises, [nodeOf(event.from)]: 'done' },
            chosenThrough: Math.max(self.chosenThrough, event.chosenThrough),
          })),
        },
      },
    }),
  ),
  multi(
    'a proposer that takes what was accepted in two ballots for chosen',
    'ballots',
    proposer({
      preparing: {
        actions: {
          notePromise: assign(({ context: self, event }: Any) => {
            const after = notedPromise(self, event)
            const acceptedBy = new Map<number, object>(self.acceptedBy)
            for (const { index } of event.entries as readonly Entry[])
              acceptedBy.set(index, { ...acceptedBy.get(index), [nodeOf(event.from)]: true })
            return { ...after, acceptedBy }
          }),
        },
      },
    }),
    { aim: twoBallots('multi-paxos') },
  ),
  multi(
    'a proposer that leaves open slots to the next commands',
    'openSlots',
    saying(['Accept'], (accept) => {
      const hole = accept.entries.findIndex(({ kind }: Entry) => kind === 'noop')
      return hole < 0 ? accept : { ...accept, entries: accept.entries.slice(0, hole) }
    }),
    { aim: hole('multi-paxos') },
  ),
  multi(
    'a proposer that answers reads without asking the acceptors',
    'read',
    proposer({ leading: { guards: { isReadConfirmed: ({ context }: Any) => context.readsAsked.length > 0 } } }),
    { aim: leftBehind('multi-paxos') },
  ),
  multi(
    'a proposer that leads on when no quorum answers',
    'stepDown',
    proposer({ leading: { guards: { isFit: always } } }),
    { aim: deaf('multi-paxos') },
  ),
  multi(
    'a snapshot that is installed and not restored',
    'snapshot',
    providing('learner', { actions: { restore: nothing } }),
    { limits: { snapshotEveryEntries: 4, entriesKept: 1 } },
  ),
  multi(
    "a learner that counts phase 2's quorum where phase 1's is meant",
    'phases',
    beginning('learner', (self) => ({
      ...self,
      config: { ...self.config, quorums: { ...self.config.quorums, phase1: self.config.quorums.phase2 } },
    })),
    { cluster: flexibleCluster, aim: unheardChoice },
  ),
  ...hostMistakes('Multi-Paxos', cluster),
  // Random runs come by a backlog too seldom.
  expiredMistake('Multi-Paxos', cluster),
]
