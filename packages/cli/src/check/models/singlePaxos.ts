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
import type { GroupDefinition, Message, RoleDefinition } from '@quorate/core'
import { acceptor, paxos } from '@quorate/paxos'
import { assign } from 'xstate'

/** Single-decree Paxos: Lamport, "Paxos Made Simple" (2001), section 2. @module */

/** What somebody holds to be chosen. */
interface Chosen {
  readonly by: string
  readonly value: string
}

/** Who holds which values to be chosen. */
type Decisions = Readonly<Record<string, readonly string[]>>

const text = new TextDecoder()

const chosenOf = ({ snapshot }: RoleState): string | undefined => {
  const { chosen } = (snapshot?.context ?? {}) as { readonly chosen?: Uint8Array }
  return chosen && text.decode(chosen)
}

const decisions: HistoryDefinition<RoleState, Message, Chosen, Decisions> = {
  initial: {},
  gathers: true,
  note({ actor, before, after }) {
    const value = chosenOf(after)
    return value === undefined || (before && chosenOf(before) === value) ? undefined : { by: actor, value }
  },
  record(history, { by, value }) {
    const known = history[by] ?? []
    return known.includes(value) ? history : { ...history, [by]: [...known, value].sort() }
  },
}

const valuesOf = (history: Decisions): ReadonlySet<string> => new Set(Object.values(history).flat())

/** An acceptor that answers before its promise is on the disk, and so forgets it when it crashes. */
const forgetfulAcceptor = acceptor.provide({ actions: { persist: assign({}) } })

export interface SinglePaxosScope {
  readonly name: string
  readonly proposers: number
  readonly acceptors: number
  /** Phases that time out, and back-offs that end. */
  readonly timeouts: number
  /** Of acceptors. */
  readonly crashes: number
  readonly writes: 'atomic' | 'split'
  readonly forgetful: boolean
  readonly network: NetworkSettings
}

export function singlePaxos(scope: SinglePaxosScope): Model {
  const nodes = (letter: string, count: number) => Array.from({ length: count }, (_, at) => `${letter}${at + 1}`)
  const proposers = nodes('p', scope.proposers)
  const acceptors = nodes('a', scope.acceptors)
  const group = paxos({ proposers, acceptors, learners: ['l1'] })
  return groupModel<Chosen, Decisions>({
    name: scope.name,
    group: scope.forgetful ? withAcceptor(group) : group,
    network: scope.network,
    alike: acceptors,
    writes: scope.writes,
    timers: { proposer: { phaseTimeout: 'timeouts', backOff: 'timeouts' } },
    // A learner asks for what it missed: here it misses nothing.
    loses: ({ type }) => type === 'Learn',
    // The one learner asks when it starts, and is asked by nobody.
    tells: (role) =>
      role === 'learner' ? [] : role === 'proposer' ? ['acceptor', 'learner'] : ['proposer', 'learner'],
    crashes: scope.crashes > 0 ? ['acceptor'] : [],
    requests: proposers.map((node) => ({
      name: `asked by a client of ${node}`,
      role: 'proposer',
      event: { type: 'client.asked', request: 1, bytes: new TextEncoder().encode(node) } as { type: string },
      isFor: ({ snapshot }: RoleState) => idOf(snapshot?.context) === node,
    })),
    budgets: {
      timeouts: scope.timeouts,
      crashes: scope.crashes,
      ...Object.fromEntries(proposers.map((node) => [`asked by a client of ${node}`, 1])),
    },
    history: decisions,
    properties: [
      always(
        'only a single value is chosen',
        ofHistory((history: Decisions) => valuesOf(history).size <= 1),
      ),
      sometimes(
        'the learner learns a value',
        ofHistory((history: Decisions) => history['learner/l1'] !== undefined),
      ),
      ...proposers.map((node) =>
        sometimes(
          `the value of ${node} is chosen`,
          ofHistory((history: Decisions) => valuesOf(history).has(node)),
        ),
      ),
    ],
  })
}

const idOf = (context: unknown): string | undefined =>
  (context as { readonly config?: { readonly id: string } } | undefined)?.config?.id

function withAcceptor<Group extends GroupDefinition>(group: Group): Group {
  const role = group.roles['acceptor'] as RoleDefinition
  return { ...group, roles: { ...group.roles, acceptor: { ...role, logic: () => forgetfulAcceptor } } }
}
