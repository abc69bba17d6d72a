import {
  type Address,
  type Effect,
  type Entry,
  everyNode,
  invariant,
  type LogId,
  majority,
  noBytes,
  nodeOf,
  origin,
  type QuorumSystem,
  type Received,
  type Snapshot,
  wholeOf,
} from '@quorate/core'
import type {
  AppendEntries,
  AppendEntriesReply,
  CatchUp,
  Inquiry,
  InquiryReply,
  InstallSnapshot,
  InstallSnapshotReply,
  PreVote,
  PreVoteReply,
  RaftMessage,
  RequestVote,
  RequestVoteReply,
  TimeoutNow,
} from './generated/raft.js'
import { type RaftLimits, type RaftRecord, recover, type Server } from './server.js'

/** One role with no host: who it is, what it holds, what others say to it, and what it said. */

export type RaftEffect = Effect<RaftMessage, RaftRecord>

export const at = (node: string): Address => `g/server/${node}`

export const wideLimits: RaftLimits = {
  entriesMax: 100,
  bytesMax: 10_000,
  inflightMessagesMax: 16,
  inflightBytesMax: 100_000,
  uncommittedEntriesMax: 1000,
  uncommittedBytesMax: 100_000,
  entriesKept: 2,
  bytesKept: 100_000,
}

export const entry = (index: number, term: number, bytes: Uint8Array = noBytes): Entry => ({
  index,
  term,
  kind: 'command',
  session: 0,
  sequence: 1,
  answeredBelow: 0,
  bytes,
})

/** A log drawn as in the paper: the term of each entry. */
export const entriesOf = (terms: readonly number[], base: LogId = origin): readonly Entry[] =>
  terms.map((term, position) => entry(base.index + 1 + position, term))

export const termsOf = ({ log }: Server): readonly number[] => [...log].map(({ term }) => term)

export interface Situation {
  /** The server's own name. @default 'n1' */
  readonly id?: string
  readonly members?: readonly string[]
  readonly quorum?: QuorumSystem
  readonly limits?: Partial<RaftLimits>
  /** The term of each entry after `base`. @default [] */
  readonly terms?: readonly number[]
  readonly base?: LogId
  readonly snapshot?: Snapshot
  /** @default the term of the last entry, or 1 */
  readonly currentTerm?: number
  readonly votedFor?: string
  /** @default that of the snapshot, or 0 */
  readonly commitIndex?: number
  readonly doubtful?: boolean
}

/** A server as it stands before a test: `n1` of three, unless told otherwise. */
export function serverIn(situation: Situation = {}): Server {
  const { id = 'n1', members = ['n1', 'n2', 'n3'], terms = [], base = origin, snapshot, votedFor } = situation
  const { currentTerm = terms.at(-1) ?? 1, doubtful = false } = situation
  const config = {
    group: 'g',
    id,
    peers: members.filter((member) => member !== id),
    quorum: situation.quorum ?? majority(members),
    limits: { ...wideLimits, ...situation.limits },
  }
  const record = { currentTerm, votedFor, doubtful: false, doubt: 0, spentTerm: 0 }
  const self = recover(config, { record, snapshot, base, entries: entriesOf(terms, base), table: [], doubtful })
  return { ...self, commitIndex: situation.commitIndex ?? self.commitIndex }
}

/** The same, its bytes in one place. */
export const inOnePlace = (snapshot: Snapshot | undefined) => {
  invariant(snapshot !== undefined, 'there is no snapshot')
  return { last: snapshot.last, bytes: wholeOf(snapshot.bytes) }
}

export const snapshotAt = (index: number, term: number, size = 10): Snapshot => ({
  last: { index, term },
  bytes: Uint8Array.from({ length: size }, (_, position) => position),
})

// What others say.

type FieldsOf<M extends RaftMessage> = Partial<Omit<M, 'type'>>
const sayer =
  <M extends RaftMessage>(defaults: M) =>
  (from: string, fields: FieldsOf<M> = {}) =>
    ({ ...defaults, ...fields, from: at(from) }) as Received<M>

export const appendEntries = sayer<AppendEntries>({
  type: 'AppendEntries',
  term: 1,
  prevLogIndex: 0,
  prevLogTerm: 0,
  entries: [],
  leaderCommit: 0,
  round: 0,
})
export const appendEntriesReply = sayer<AppendEntriesReply>({
  type: 'AppendEntriesReply',
  term: 1,
  success: true,
  matchIndex: 0,
  conflictTerm: 0,
  conflictIndex: 0,
  round: 0,
  prevLogIndex: 0,
  doubt: 0,
})
export const requestVote = sayer<RequestVote>({
  type: 'RequestVote',
  term: 1,
  lastLogIndex: 0,
  lastLogTerm: 0,
  transfer: false,
})
export const requestVoteReply = sayer<RequestVoteReply>({
  type: 'RequestVoteReply',
  term: 1,
  voteGranted: true,
  doubtful: false,
})
export const preVote = sayer<PreVote>({
  type: 'PreVote',
  term: 1,
  lastLogIndex: 0,
  lastLogTerm: 0,
  commitIndex: 0,
  suspects: false,
})
export const catchUp = sayer<CatchUp>({
  type: 'CatchUp',
  term: 1,
  prevLogIndex: 0,
  prevLogTerm: 0,
  entries: [],
  lastLogIndex: 0,
  lastLogTerm: 0,
})
export const preVoteReply = sayer<PreVoteReply>({
  type: 'PreVoteReply',
  term: 1,
  voteGranted: true,
  askedTerm: 2,
  doubtful: false,
})
export const installSnapshot = sayer<InstallSnapshot>({
  type: 'InstallSnapshot',
  term: 1,
  lastIncludedIndex: 0,
  lastIncludedTerm: 0,
  offset: 0,
  data: noBytes,
  size: 0,
  handedOn: false,
})
export const installSnapshotReply = sayer<InstallSnapshotReply>({
  type: 'InstallSnapshotReply',
  term: 1,
  lastIncludedIndex: 0,
  lastIncludedTerm: 0,
  offset: 0,
  installed: false,
  doubt: 0,
})
export const timeoutNow = sayer<TimeoutNow>({ type: 'TimeoutNow', term: 1 })
export const inquiry = sayer<Inquiry>({ type: 'Inquiry', doubt: 1 })
export const inquiryReply = sayer<InquiryReply>({
  type: 'InquiryReply',
  doubt: 1,
  term: 1,
  spentTerm: 1,
  commitIndex: 0,
})

/** One chunk of a snapshot, from `n2`. */
export const chunkOf = ({ last, bytes }: Snapshot, offset: number, length: number, term = last.term) =>
  installSnapshot('n2', {
    term,
    lastIncludedIndex: last.index,
    lastIncludedTerm: last.term,
    offset,
    data: bytes.subarray(offset, offset + length),
    size: bytes.length,
  })

export const proposed = (...texts: readonly string[]) =>
  ({
    type: 'client.proposed',
    request: 1,
    commands: texts.map((text, position) => ({
      kind: 'command' as const,
      session: 0,
      sequence: position + 1,
      answeredBelow: 0,
      bytes: new TextEncoder().encode(text),
    })),
  }) as const

export const persisted = (index: number, term: number) =>
  ({ type: 'storage.persisted', last: { index, term } }) as const

// What it said.

type To<M extends RaftMessage> = M extends RaftMessage ? M & { readonly to: string } : never

/** A message of one type. */
export type Said<Type extends RaftMessage['type']> = Extract<RaftMessage, { readonly type: Type }>

/** The messages among the effects; one to every node is said to `all`. */
export const sent = (effects: readonly RaftEffect[]): readonly To<RaftMessage>[] =>
  effects.flatMap((effect) => (effect.type === 'send' ? [{ ...effect.message, to: nodeOf(effect.to) }] : []))

/** The messages of one type among the effects. */
export const sentOf = <Type extends RaftMessage['type']>(effects: readonly RaftEffect[], type: Type) =>
  sent(effects).filter((message): message is Extract<To<RaftMessage>, { readonly type: Type }> => message.type === type)

export const kindsOf = (effects: readonly RaftEffect[]): readonly string[] => effects.map(({ type }) => type)

/** The only effect of its type. */
export function effectOf<Type extends RaftEffect['type']>(effects: readonly RaftEffect[], type: Type) {
  const found = effects.filter((effect): effect is Extract<RaftEffect, { readonly type: Type }> => effect.type === type)
  const [first] = found
  if (!first || found.length > 1) throw new RangeError(`${found.length} effects of type ${type} in ${kindsOf(effects)}`)
  return first
}

export const everyone = everyNode
