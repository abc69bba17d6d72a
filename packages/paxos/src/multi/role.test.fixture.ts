import {
  type Address,
  addressOf,
  bothPhases,
  type Command,
  type Effect,
  type Entry,
  type LogId,
  majority,
  noBytes,
  nodeOf,
  noopAt,
  origin,
  type Received,
  type Snapshot,
  wholeOf,
} from '@quorate/core'
import { drive } from '@quorate/core/testing'
import { type Ballot, noBallot, termOf } from '../ballot.js'
import type {
  Accept,
  Accepted,
  Batch,
  BatchReply,
  Chosen,
  Heartbeat,
  HeartbeatReply,
  InstallSnapshot,
  Learn,
  MultiPaxosMessage,
  Nack,
  Prepare,
  Promise as PromiseReply,
  ReadIndex,
  ReadIndexReply,
  Rejoin,
  RejoinReply,
  Relayed,
  Report,
} from '../generated/multi_paxos.js'
import { multiPaxosProposer } from '../index.js'
import { type Acceptor, recoverAcceptor } from './acceptor/state.js'
import { type Learner, recoverLearner } from './learner/state.js'
import { type Proposer, recoverProposer } from './proposer/state.js'
import { type MultiPaxosConfig, type MultiPaxosLimits, type RoleName, roleNames } from './shared/config.js'

/** One role with no host: who it is, what it holds, what others say to it, and what it said. */

export type PaxosEffect = Effect<MultiPaxosMessage>

export const at = (role: RoleName, node: string): Address => addressOf('g', role, node)

const wideLimits: MultiPaxosLimits = {
  entriesMax: 100,
  bytesMax: 10_000,
  pollsMax: 4,
  openSlotsMax: 1000,
  openBytesMax: 100_000,
  entriesKept: 2,
  bytesKept: 100_000,
  entriesAheadMax: 131_072,
  bytesAheadMax: 32 * 1024 * 1024,
  openReadsMax: 4096,
  emptySlotsMax: 262_144,
  noteEverySlots: 1024,
  noteEveryBytes: 1_000_000,
  forgetEverySlots: 4096,
  forgetEveryBytes: 1_000_000,
}

const three = ['n1', 'n2', 'n3']

export interface Place {
  readonly id?: string
  readonly nodes?: Partial<MultiPaxosConfig['nodes']>
  readonly quorums?: MultiPaxosConfig['quorums']
  readonly limits?: Partial<MultiPaxosLimits>
}

/** `n1` of three on each of which are proposer, acceptor and learner, unless told otherwise. */
export function configOf({ id = 'n1', nodes, quorums, limits }: Place = {}): MultiPaxosConfig {
  const all = { proposer: three, acceptor: three, learner: three, batcher: [], proxyLeader: [], ...nodes }
  return {
    group: 'g',
    id,
    nodes: all,
    quorums: quorums ?? bothPhases(majority(all.acceptor)),
    snapshotQuorum: majority(all.learner),
    limits: { ...wideLimits, ...limits },
  }
}

/** `ballot(3, 'n2')` is the one that n2 issues in round 3. */
export const ballot = (round: number, node = 'n1'): Ballot => ({ round, node })

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** What is proposed for a slot; without a text a no-op. */
export const entry = (index: number, of: Ballot = ballot(1), text: string | undefined = `v${index}`): Entry =>
  text === '' ? noopAt({ index, term: termOf(of) }) : { ...command(text), index, term: termOf(of) }

/** The slots `first` to `last`, each with a value of its own. */
export const entries = (first: number, last: number, of: Ballot = ballot(1)): readonly Entry[] =>
  Array.from({ length: last - first + 1 }, (_, position) => entry(first + position, of))

export const command = (text: string): Command => ({
  kind: 'command',
  session: 0,
  sequence: 1,
  answeredBelow: 0,
  bytes: new TextEncoder().encode(text),
})

/** `1:v1 2:noop 4:-`, a slot in which nothing was accepted as `-`. */
export const drawn = (slots: Iterable<Entry>): string =>
  [...slots]
    .map(({ index, term, kind, bytes }) => `${index}:${term === 0 ? '-' : kind === 'noop' ? 'noop' : textOf(bytes)}`)
    .join(' ')

// Who is there before a test.

/** What a disk holds that was never written. */
export const nothing = { record: undefined, snapshot: undefined, base: origin, entries: [], table: [], doubtful: false }

export interface AcceptorSituation extends Place {
  readonly promised?: Ballot
  /** After `base`. */
  readonly accepted?: readonly Entry[]
  readonly base?: LogId
  readonly doubtful?: boolean
}

export function acceptorIn({ promised, accepted, base, doubtful, ...place }: AcceptorSituation = {}): Acceptor {
  const record = promised && { promised, doubtful: false, doubt: 0, doubtedThrough: 0, chosenThrough: 0 }
  return recoverAcceptor(configOf(place), {
    record,
    snapshot: undefined,
    base: base ?? origin,
    entries: accepted ?? [],
    table: [],
    doubtful: doubtful ?? false,
  })
}

/** The same, its bytes in one place. */
export const inOnePlace = ({ last, bytes }: Snapshot): Snapshot => ({ last, bytes: wholeOf(bytes) })

export const snapshotAt = (index: number, size = 10): Snapshot => ({
  last: { index, term: termOf(ballot(1)) },
  bytes: Uint8Array.from({ length: size }, (_, position) => position),
})

export const learnerIn = ({ snapshot, ...place }: Place & { snapshot?: Snapshot } = {}): Learner =>
  recoverLearner(configOf(place), {
    record: undefined,
    snapshot,
    base: snapshot?.last ?? origin,
    entries: [],
    table: [],
    doubtful: false,
  })

export const proposerIn = ({
  round,
  doubtful = false,
  ...place
}: Place & { round?: number; doubtful?: boolean } = {}): Proposer =>
  recoverProposer(configOf(place), {
    record: round === undefined ? undefined : { round },
    snapshot: undefined,
    base: origin,
    entries: [],
    table: [],
    doubtful,
  })

/** A proposer whose Prepare is on its way: of round 1, unless it had used others. */
export function preparingIn(place: Place = {}, round = 0) {
  const role = drive(multiPaxosProposer, proposerIn({ ...place, round }))
  role.fire('electionTimeout')
  return role
}

/** A proposer that leads in round 1: a quorum of acceptors has promised, of which one had accepted something, if told so. */
export function leadingIn(place: Place = {}, accepted: readonly Entry[] = []) {
  const role = preparingIn(place)
  const { acceptor } = role.context.config.nodes
  const last = accepted.at(-1)?.index ?? 0
  const [first, ...others] = acceptor
  role.receive(said.promise(first ?? '', { through: last, last, entries: accepted }))
  for (const node of others) if (role.snapshot.role !== 'leading') role.receive(said.promise(node))
  return role
}

// What others say.

type FieldsOf<M extends MultiPaxosMessage> = Partial<Omit<M, 'type'>>
const sayer =
  <M extends MultiPaxosMessage>(role: RoleName, defaults: M) =>
  (from: string, fields: FieldsOf<M> = {}) =>
    ({ ...defaults, ...fields, from: at(role, from) }) as Received<M>

const { proposer, acceptor, learner, batcher, proxyLeader } = roleNames

export const said = {
  prepare: sayer<Prepare>(proposer, { type: 'Prepare', ballot: ballot(1), first: 1 }),
  promise: sayer<PromiseReply>(acceptor, {
    type: 'Promise',
    ballot: ballot(1),
    first: 1,
    through: 0,
    last: 0,
    chosenThrough: 0,
    entries: [],
    doubtful: false,
  }),
  accept: sayer<Accept>(proposer, {
    type: 'Accept',
    ballot: ballot(1),
    number: 1,
    entries: [],
    chosenThrough: 0,
    forgetThrough: 0,
    answeredBy: '',
  }),
  accepted: sayer<Accepted>(acceptor, { type: 'Accepted', ballot: ballot(1), number: 1 }),
  nack: sayer<Nack>(acceptor, { type: 'Nack', ballot: ballot(1), promised: noBallot }),
  heartbeat: sayer<Heartbeat>(proposer, { type: 'Heartbeat', ballot: ballot(1), chosenThrough: 0 }),
  heartbeatReply: (role: RoleName, from: string, fields: FieldsOf<HeartbeatReply> = {}) =>
    sayer<HeartbeatReply>(role, { type: 'HeartbeatReply', ballot: ballot(1), snapshotThrough: 0 })(from, fields),
  chosen: sayer<Chosen>(proposer, { type: 'Chosen', entries: [], answeredBy: 'n1' }),
  /** Of a learner that was asked. */
  taught: sayer<Chosen>(learner, { type: 'Chosen', entries: [], answeredBy: '' }),
  learn: sayer<Learn>(learner, { type: 'Learn', first: 1, through: 1, snapshotIndex: 0, snapshotTerm: 0, offset: 0 }),
  report: sayer<Report>(acceptor, {
    type: 'Report',
    first: 1,
    through: 0,
    entries: [],
    doubtful: false,
  }),
  installSnapshot: sayer<InstallSnapshot>(learner, {
    type: 'InstallSnapshot',
    lastIndex: 0,
    lastTerm: 0,
    offset: 0,
    data: noBytes,
    size: 0,
  }),
  relayed: sayer<Relayed>(proxyLeader, { type: 'Relayed', ballot: ballot(1), number: 1 }),
  batch: sayer<Batch>(batcher, { type: 'Batch', number: 1, commands: [] }),
  batchReply: sayer<BatchReply>(proposer, { type: 'BatchReply', number: 1, taken: true }),
  rejoin: sayer<Rejoin>(acceptor, { type: 'Rejoin', doubt: 1 }),
  rejoinReply: sayer<RejoinReply>(proposer, {
    type: 'RejoinReply',
    doubt: 1,
    ballot: noBallot,
    leads: false,
    through: 0,
  }),
  readIndex: sayer<ReadIndex>(batcher, { type: 'ReadIndex', request: 1 }),
  readIndexReply: sayer<ReadIndexReply>(proposer, { type: 'ReadIndexReply', request: 1, readable: true, index: 0 }),
}

/** One piece of a snapshot, from the learner on `from`. */
export const pieceOf = ({ last, bytes }: Snapshot, offset: number, length: number, from = 'n2') =>
  said.installSnapshot(from, {
    lastIndex: last.index,
    lastTerm: last.term,
    offset,
    data: bytes.subarray(offset, offset + length),
    size: bytes.length,
  })

export const proposed = (...texts: readonly string[]) =>
  ({ type: 'client.proposed', request: 1, commands: texts.map(command) }) as const

export const read = (request: number) => ({ type: 'client.read', request }) as const

// What it said.

type To<M extends MultiPaxosMessage> = M extends MultiPaxosMessage ? M & { readonly to: string } : never

/** The messages among the effects; one to every node is said to `all`. */
export const sent = (effects: readonly PaxosEffect[]): readonly To<MultiPaxosMessage>[] =>
  effects.flatMap((effect) => (effect.type === 'send' ? [{ ...effect.message, to: nodeOf(effect.to) }] : []))

/** The messages of one type among the effects. */
export const sentOf = <Type extends MultiPaxosMessage['type']>(effects: readonly PaxosEffect[], type: Type) =>
  sent(effects).filter((message): message is Extract<To<MultiPaxosMessage>, { type: Type }> => message.type === type)

/** The Accepts that carry values; those without are questions. */
export const acceptsOf = (effects: readonly PaxosEffect[]) =>
  sentOf(effects, 'Accept').filter((accept) => accept.entries.length > 0)

/** What was said, in short: `Promise->n2`, and of other effects their types. */
export const kindsOf = (effects: readonly PaxosEffect[]): readonly string[] =>
  effects.map((effect) => (effect.type === 'send' ? `${effect.message.type}->${nodeOf(effect.to)}` : effect.type))

/** The effects of one type. */
export const effectsOf = <Type extends PaxosEffect['type']>(effects: readonly PaxosEffect[], type: Type) =>
  effects.filter((effect): effect is Extract<PaxosEffect, { readonly type: Type }> => effect.type === type)

/** What the state machine was handed, slot by slot. */
export const committed = (effects: readonly PaxosEffect[]): string =>
  drawn(effectsOf(effects, 'commit').flatMap((effect) => effect.entries))
