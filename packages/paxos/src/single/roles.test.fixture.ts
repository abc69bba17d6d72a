import {
  type Address,
  addressOf,
  bothPhases,
  type Effect,
  majority,
  membersOf,
  type NodeId,
  origin,
} from '@quorate/core'
import { drive, type Stage, type StageActor } from '@quorate/core/testing'
import type { Ballot } from '../ballot.js'
import type { AcceptorRecord, PaxosMessage, Proposal } from '../generated/paxos.js'
import { acceptor, recoverAcceptor } from './acceptor.js'
import { acceptorRole, learnerRole, type PaxosConfig, proposerRole } from './config.js'
import { type Learner, learner, newLearner } from './learner.js'
import { type PaxosOptions, paxos } from './paxos.js'
import { type Proposer, type ProposerRecord, proposer, recoverProposer } from './proposer.js'

export const three = ['a1', 'a2', 'a3']
export const five = [...three, 'a4', 'a5']

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

const configOf = (id: NodeId, more: Partial<PaxosConfig> = {}): PaxosConfig => ({
  group: 'g',
  id,
  proposers: ['p1', 'p2'],
  acceptors: more.quorums ? membersOf(more.quorums) : three,
  quorums: bothPhases(majority(three)),
  ...more,
})

const recoveredOf = <Record>(record: Record | undefined, doubtful = false) => ({
  record,
  snapshot: undefined,
  base: origin,
  entries: [],
  table: [],
  doubtful,
})

/** The roles as they begin, or as they begin again with what is on the disk. Others than the real ones may be driven. */
export const acceptorWith = (record?: AcceptorRecord, role = acceptor, doubtful = false) =>
  drive(role, recoverAcceptor(configOf('a1'), recoveredOf(record, doubtful)))
export const proposerWith = (
  record?: ProposerRecord,
  role = proposer,
  more: Partial<PaxosConfig> = {},
  doubtful = false,
) => drive(role, recoverProposer(configOf('p1', more), recoveredOf(record, doubtful)))
export const learnerWith = (more: Partial<PaxosConfig> = {}, role = learner) =>
  drive(role, newLearner(configOf('l1', more)))

export const ballot = (round: number, node = 'p1'): Ballot => ({ round, node })
export const proposal = (round: number, text: string, node = 'p1'): Proposal => ({
  ballot: ballot(round, node),
  value: bytesOf(text),
})

const proposerAt = (node: NodeId): Address => addressOf('g', proposerRole, node)
const acceptorAt = (node: NodeId): Address => addressOf('g', acceptorRole, node)
const learnerAt = (node: NodeId): Address => addressOf('g', learnerRole, node)

export const prepare = (round: number, node = 'p1') =>
  ({ type: 'Prepare', from: proposerAt(node), ballot: ballot(round, node) }) as const
export const accept = (round: number, text: string, node = 'p1') =>
  ({ type: 'Accept', from: proposerAt(node), proposal: proposal(round, text, node) }) as const
export const promise = (from: NodeId, round: number, accepted?: Proposal) =>
  ({
    type: 'Promise',
    from: acceptorAt(from),
    ballot: ballot(round),
    ...(accepted && { accepted }),
    doubtful: false,
  }) as const
export const accepted = (from: NodeId, round: number, text: string, node = 'p1') =>
  ({ type: 'Accepted', from: acceptorAt(from), proposal: proposal(round, text, node) }) as const
export const nack = (from: NodeId, round: number, promised: Ballot) =>
  ({ type: 'Nack', from: acceptorAt(from), ballot: ballot(round), promised }) as const
export const chosen = (text: string) => ({ type: 'Chosen', from: proposerAt('p9'), value: bytesOf(text) }) as const
export const learn = (node = 'l9') => ({ type: 'Learn', from: learnerAt(node) }) as const
export const asked = (text: string, request = 1) => ({ type: 'client.asked', request, body: bytesOf(text) }) as const

export type PaxosEffect = Effect<PaxosMessage, unknown>

/** What is said, and to whom, with its values as texts. */
export const sent = (effects: readonly PaxosEffect[]) =>
  effects.flatMap((effect) => (effect.type === 'send' ? [{ to: effect.to, ...readable(effect.message) }] : []))
export const kindsOf = (effects: readonly PaxosEffect[]) => effects.map(({ type }) => type)

/** A message whose values are texts. */
const readable = (message: PaxosMessage) => {
  const said = message as Partial<{ proposal: Proposal; accepted: Proposal; value: Uint8Array }> & { type: string }
  return {
    ...said,
    ...(said.value && { value: textOf(said.value) }),
    ...(said.proposal && { proposal: shown(said.proposal) }),
    ...(said.accepted && { accepted: shown(said.accepted) }),
  }
}

/** `3@p1 blue` is the proposal of ballot 3 of p1 with the value blue. */
export const shown = ({ ballot: { round, node }, value }: Proposal): string => `${round}@${node} ${textOf(value)}`

/** A group on a stage: two proposers, three acceptors, two learners, unless told otherwise. */
export const groupOf = (options: Partial<PaxosOptions> = {}) =>
  paxos({ proposers: ['p1', 'p2'], acceptors: three, learners: ['l1', 'l2'], ...options })

/** The same group with other statecharts in the place of some of its roles. */
export function withRoles(
  group: ReturnType<typeof groupOf>,
  logics: { proposer?: typeof proposer; acceptor?: typeof acceptor; learner?: typeof learner },
): ReturnType<typeof groupOf> {
  const roles = Object.entries(group.roles).map(([role, definition]) => {
    const logic = logics[role as keyof typeof logics]
    return [role, logic ? { ...definition, logic: () => logic } : definition]
  })
  return { ...group, roles: Object.fromEntries(roles) }
}

export const contextOf = (actor: StageActor) => actor.driven?.context as Proposer | Learner | undefined

/** What each actor of a role says was chosen; undefined of one that does not know. */
export const chosenAt = (stage: Stage, role: string): readonly (string | undefined)[] =>
  stage.actorsOf(role).map((actor) => {
    const value = contextOf(actor)?.chosen
    return value && textOf(value)
  })

export const answersOf = (actor: StageActor): readonly string[] =>
  actor.answered.map(({ body }) => textOf(body as Uint8Array))

export const ask = (stage: Stage, node: NodeId, text: string, request = 1): void =>
  stage.actor(proposerRole, node).tell(asked(text, request))
