import { origin, type RecoveredState } from '@quorate/core'
import { assign, emit } from '@quorate/core/statechart'
import { acceptor, learner, proposer } from '@quorate/paxos'
import { singlePaxos } from '../check/models/singlePaxos.js'
import { type Any, always, type Checked, nothing } from './mistake.js'
import type { Pitfall } from './pitfalls.js'

/** Mistakes in Paxos that the model checker has to find. */

const network = { kind: 'nondup' } as const
const scope = { name: 'paxos', proposers: 2, acceptors: 3, timeouts: 0, crashes: 0, writes: 'atomic', network } as const

const charts = { acceptor, learner, proposer } as const
const nodeOf = ({ from }: Any): string => from.slice(from.lastIndexOf('/') + 1)

const single = (
  name: string,
  pitfall: Pitfall,
  role: keyof typeof charts,
  by: Any,
  changed: Partial<Parameters<typeof singlePaxos>[0]> = {},
): Checked => ({
  name: `Paxos: ${name}`,
  pitfall,
  model: singlePaxos({ ...scope, ...changed, roles: { [role]: charts[role].provide(by) } }),
  sound: () => singlePaxos({ ...scope, ...changed }),
})

const ballot = { round: 1, node: 'p0' }

/** An acceptor has accepted a value in the first round, which has come to nothing; proposers know of that round, and of the next. */
const oneHasAccepted = (role: string, node: string): RecoveredState | undefined => {
  const disk = { snapshot: undefined, base: origin, entries: [], table: [], doubtful: false }
  if (node === 'a1') {
    const accepted = { ballot, value: new TextEncoder().encode('p0') }
    return { ...disk, record: { promised: ballot, accepted, doubtful: false, doubt: 0 } }
  }
  return role === 'proposer' ? { ...disk, record: { round: node === 'p1' ? 1 : 2 } } : undefined
}

/** Learns what stands first, whoever accepted it. */
const learnAny = assign(({ context }: Any) => ({ chosen: [...context.votes.values()][0]?.value, votes: new Map() }))

export const paxosMistakes: readonly Checked[] = [
  single(
    'an acceptor whose promise never reaches the disk',
    'forgets',
    'acceptor',
    { actions: { persist: nothing } },
    { crashes: 1 },
  ),
  single('an acceptor that accepts below its promise', 'promise', 'acceptor', { guards: { honoursPromise: always } }),
  single('an acceptor that promises to everybody', 'promise', 'acceptor', { guards: { exceedsPromised: always } }),
  single('an acceptor that does not remember what it promised', 'forgets', 'acceptor', {
    actions: { promise: nothing },
  }),
  single('an acceptor that does not remember what it accepted', 'forgets', 'acceptor', {
    actions: { accept: assign(({ event }: Any) => ({ promised: event.proposal.ballot })) },
  }),
  single('an acceptor that does not say what it accepted', 'ownValue', 'acceptor', {
    actions: {
      replyPromise: emit(({ event: { from, ballot } }: Any) => ({
        type: 'send',
        to: from,
        message: { type: 'Promise', ballot, doubtful: false },
      })),
    },
  }),
  single('a proposer that proposes its own value', 'ownValue', 'proposer', {
    actions: {
      countPromise: assign(({ context, event }: Any) => ({ promises: { ...context.promises, [nodeOf(event)]: true } })),
    },
  }),
  single('a proposer that needs one promise', 'prepared', 'proposer', {
    guards: { isPrepared: ({ context }: Any) => Object.keys(context.promises).length > 0 },
  }),
  single('a proposer that needs one acceptance', 'twice', 'proposer', {
    guards: { isChosen: ({ context }: Any) => Object.keys(context.votes).length > 0 },
  }),
  single(
    'an acceptor that takes part again above the promise that its disk still holds',
    'torn',
    'acceptor',
    { guards: { isBounded: always } },
    { doubts: 1 },
  ),
  single(
    'an acceptor that asks one proposer what it may have forgotten',
    'torn',
    'acceptor',
    { guards: { isBounded: ({ context }: Any) => Object.keys(context.issued).length > 0 } },
    { doubts: 1 },
  ),
  single(
    'a proposer whose ballot never reaches the disk',
    'ballot',
    'proposer',
    { actions: { persist: nothing } },
    { crashes: 1, crashing: 'proposer', proposers: 1, asks: 2 },
  ),
  single(
    'a proposer that counts promises of an earlier ballot',
    'stale',
    'proposer',
    { guards: { isPromised: always } },
    { crashes: 1, crashing: 'proposer', proposers: 1, asks: 2, network: { kind: 'dup' } },
  ),
  single(
    'a proposer that takes the value that it heard last',
    'highest',
    'proposer',
    {
      actions: {
        countPromise: assign(({ context, event }: Any) => ({
          promises: { ...context.promises, [nodeOf(event)]: true },
          highest: event.accepted ?? context.highest,
        })),
      },
    },
    { begins: oneHasAccepted },
  ),
  single('a learner that needs one acceptance', 'twice', 'learner', {
    guards: { isChosen: ({ context }: Any) => context.votes.size > 0 },
    actions: { learn: learnAny },
  }),
  single('a learner that counts acceptances of different ballots together', 'ballots', 'learner', {
    guards: {
      isChosen: ({ context: { votes } }: Any) =>
        new Set([...votes.values()].flatMap(({ by }: Any) => Object.keys(by))).size > 1,
    },
    actions: { learn: learnAny },
  }),
]
