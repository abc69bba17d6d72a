import {
  always,
  groupModel,
  type HistoryDefinition,
  type Model,
  type NetworkSettings,
  ofHistory,
  type RoleState,
  sometimes,
} from '@quorate/checker'
import type { Message, RecoveredState } from '@quorate/core'
import { paxos } from '@quorate/paxos'
import { type RolesInstead, withRoles } from './withRoles.js'

/** Single-decree Paxos: Lamport, "Paxos Made Simple" (2001), section 2. @module */

/** Somebody accepted a proposal, or came to hold a value to be chosen. */
type Note =
  | { readonly type: 'accepted'; readonly proposal: string; readonly by: string }
  | { readonly type: 'chosen'; readonly value: string; readonly by: string }

/** What was accepted and what is held to be chosen, each with by whom. */
interface Decisions {
  readonly accepted: Readonly<Record<string, ReadonlySet<string>>>
  readonly chosen: Readonly<Record<string, ReadonlySet<string>>>
}

const text = new TextDecoder()

interface AnyRole {
  readonly chosen?: Uint8Array
  readonly accepted?: { readonly ballot: { readonly round: number; readonly node: string }; readonly value: Uint8Array }
}

const roleOf = ({ actor }: RoleState): AnyRole => (actor?.snapshot.context ?? {}) as AnyRole

const chosenBy = (state: RoleState): string | undefined => {
  const { chosen } = roleOf(state)
  return chosen && text.decode(chosen)
}

/** A proposal as its ballot and its value, which is the name of a proposer. */
const acceptedBy = (state: RoleState): string | undefined => {
  const { accepted } = roleOf(state)
  return accepted && `${accepted.ballot.round}.${accepted.ballot.node}=${text.decode(accepted.value)}`
}

const gathered = (seen: Readonly<Record<string, ReadonlySet<string>>>, key: string, by: string) => {
  const known = seen[key] ?? new Set()
  return known.has(by) ? seen : { ...seen, [key]: new Set([...known, by]) }
}

const decisions: HistoryDefinition<RoleState, Message, Note, Decisions> = {
  initial: { accepted: {}, chosen: {} },
  gathers: true,
  note({ actor, before, after }) {
    const value = chosenBy(after)
    if (value !== undefined && (!before || chosenBy(before) !== value)) return { type: 'chosen', value, by: actor }
    const proposal = acceptedBy(after)
    // What a disk brings back was accepted before.
    if (proposal === undefined || !before?.actor || acceptedBy(before) === proposal) return undefined
    return { type: 'accepted', proposal, by: actor }
  },
  record(history, note) {
    if (note.type === 'chosen') return { ...history, chosen: gathered(history.chosen, note.value, note.by) }
    return { ...history, accepted: gathered(history.accepted, note.proposal, note.by) }
  },
}

/** "A value is chosen when a single proposal with that value has been accepted by a majority of the acceptors." */
const valuesOf = ({ accepted, chosen }: Decisions, acceptors: number): ReadonlySet<string> =>
  new Set([
    ...Object.keys(chosen),
    ...Object.entries(accepted).flatMap(([proposal, by]) =>
      by.size * 2 > acceptors ? [proposal.slice(proposal.indexOf('=') + 1)] : [],
    ),
  ])

export interface SinglePaxosScope {
  readonly name: string
  readonly proposers: number
  readonly acceptors: number
  /** How often each proposer is asked, for another value each time. @default 1 */
  readonly asks?: number
  /** Phases that time out, and back-offs that end. */
  readonly timeouts: number
  readonly crashes: number
  /** Acceptors that crash and whose disk loses its last write. @default 0 */
  readonly doubts?: number
  /** Which role crashes. @default 'acceptor' */
  readonly crashing?: 'proposer' | 'acceptor'
  readonly writes: 'atomic' | 'split'
  /** What actors find on their disks at first. @default nothing */
  begins?(role: string, node: string): RecoveredState | undefined
  /** Roles in the place of others, e.g. with a mistake. @default those of the package */
  readonly roles?: RolesInstead
  readonly network: NetworkSettings
}

export function singlePaxos(scope: SinglePaxosScope): Model {
  const { doubts = 0 } = scope
  const nodes = (letter: string, count: number) => Array.from({ length: count }, (_, at) => `${letter}${at + 1}`)
  const proposers = nodes('p', scope.proposers)
  const acceptors = nodes('a', scope.acceptors)
  const group = paxos({ proposers, acceptors, learners: ['l1'] })
  const asked = proposers.flatMap((node) =>
    Array.from({ length: scope.asks ?? 1 }, (_, at) => {
      const value = at === 0 ? node : `${node}-${at + 1}`
      return { node, value, name: `a client asks ${node} for ${value}` }
    }),
  )
  return groupModel<Note, Decisions>({
    name: scope.name,
    group: withRoles(group, scope.roles),
    network: scope.network,
    alike: acceptors,
    writes: scope.writes,
    ...(scope.begins && { begins: scope.begins }),
    timers: { proposer: { phaseTimeout: 'timeouts', backOff: 'timeouts' } },
    // A learner asks for what it missed: here it misses nothing.
    loses: ({ type }) => type === 'Learn',
    // The one learner asks when it starts, and is asked by nobody.
    tells: (role) =>
      role === 'learner' ? [] : role === 'proposer' ? ['acceptor', 'proposer', 'learner'] : ['proposer', 'learner'],
    crashes: scope.crashes > 0 ? [scope.crashing ?? 'acceptor'] : [],
    doubts: doubts > 0 ? ['acceptor'] : [],
    requests: asked.map(({ node, name, value }, at) => ({
      name,
      role: 'proposer',
      event: { type: 'client.asked', request: at, body: new TextEncoder().encode(value) } as { type: string },
      isFor: ({ actor }: RoleState) => idOf(actor?.snapshot.context) === node,
    })),
    budgets: {
      timeouts: scope.timeouts,
      crashes: scope.crashes,
      doubts,
      ...Object.fromEntries(asked.map(({ name }) => [name, 1])),
    },
    history: decisions,
    properties: [
      always(
        'only a single value is chosen',
        ofHistory((history: Decisions) => valuesOf(history, scope.acceptors).size <= 1),
      ),
      sometimes(
        'the learner learns a value',
        ofHistory((history: Decisions) => Object.values(history.chosen).some((by) => by.has('learner/l1'))),
      ),
      ...proposers.map((node) =>
        sometimes(
          `the value of ${node} is chosen`,
          ofHistory((history: Decisions) => valuesOf(history, scope.acceptors).has(node)),
        ),
      ),
    ],
  })
}

const idOf = (context: unknown): string | undefined =>
  (context as { readonly config?: { readonly id: string } } | undefined)?.config?.id
