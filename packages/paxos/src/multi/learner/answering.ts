import { chunkAt, invariant, type LogId, type NodeId, nodeOf, type Received, type Snapshot, send } from '@quorate/core'
import type { Chosen, Heartbeat, InstallSnapshot, Learn } from '../../generated/multi_paxos.js'
import type { Answering, Learner } from './state.js'

/** What a learner tells others that are behind: what was chosen, or its snapshot; and what it keeps for them. @module */

/** So many messages answer one question at most: with a single one a slow link would carry one in each round trip. */
const messagesPerAnswer = 16

/** So many heartbeats of silence a snapshot is kept for who began with it: twice the longest wait between two questions. */
const patience = 64

export const holds = ({ log, chosenThrough }: Learner, { first }: Learn): boolean =>
  first > log.base.index && first <= chosenThrough

export const holdsSnapshot = ({ log, snapshot }: Learner, { first }: Learn): boolean =>
  first <= log.base.index && snapshot !== undefined && first <= snapshot.last.index

export const withQuestion = (_self: Learner, { from, ...question }: Received<Learn>) => ({
  answering: { to: from, question, left: messagesPerAnswer },
})

export const isAnswering = ({ answering }: Learner): boolean => answering !== undefined

/** The next message of an answer, and what is still to be said after it: what would be asked next, if that is of the same kind. */
function nextAnswer(self: Learner) {
  const { answering } = self
  invariant(answering !== undefined, 'nobody is being answered')
  const { to, question, left } = answering
  const message = messageFor(self, answering)
  const isComplete =
    message.type === 'Chosen'
      ? question.first + message.entries.length > self.chosenThrough
      : message.offset + message.data.length >= message.size
  const isLast = isComplete || left === 1
  const rest: Answering | undefined = isLast ? undefined : { to, question: after(question, message), left: left - 1 }
  return { to, message, rest }
}

export function answerEffect(self: Learner) {
  const { to, message, rest } = nextAnswer(self)
  return send(to, rest ? { ...message, more: true } : message)
}

export const withoutAnswered = (self: Learner) => ({ answering: nextAnswer(self).rest })

const messageFor = (self: Learner, { to, question }: Answering): Chosen | InstallSnapshot =>
  holds(self, question) ? chosenFrom(self, question) : pieceFor(self, nodeOf(to), question)

const after = (question: Learn, message: Chosen | InstallSnapshot): Learn =>
  message.type === 'Chosen'
    ? { ...question, first: question.first + message.entries.length }
    : {
        ...question,
        snapshotIndex: message.lastIndex,
        snapshotTerm: message.lastTerm,
        offset: message.offset + message.data.length,
      }

const chosenFrom = ({ log, config }: Learner, { first }: Learn): Chosen => ({
  type: 'Chosen',
  entries: log.batch(first, config.limits),
  answeredBy: '',
})

function pieceFor(self: Learner, node: NodeId, question: Learn): InstallSnapshot {
  const snapshot = snapshotFor(self, node, question)
  const { index, term } = snapshot.last
  const isSame = question.snapshotIndex === index && question.snapshotTerm === term
  const offset = isSame ? Math.min(question.offset, snapshot.bytes.length) : 0
  const { data, size } = chunkAt(snapshot, offset, self.config.limits.bytesMax)
  return { type: 'InstallSnapshot', lastIndex: index, lastTerm: term, offset, data, size }
}

// A large snapshot takes longer, in pieces, than it is the latest: who has begun with one is sent the rest of it, or it would
// begin anew for ever. So Raft's leader does for its followers.

/** The one that this learner was sent before, as long as it is of use there: a late question of before is no other wish. */
function snapshotFor({ snapshot, loans }: Learner, node: NodeId, { first }: Learn): Snapshot {
  const lent = loans[node]?.snapshot
  if (lent && first <= lent.last.index) return lent
  invariant(snapshot !== undefined, 'there is no snapshot')
  return snapshot
}

export const withLoan = (self: Learner, message: Received<Learn>) => ({
  loans: {
    ...self.loans,
    [nodeOf(message.from)]: { snapshot: snapshotFor(self, nodeOf(message.from), message), patience },
  },
})

/** Each heartbeat without a question makes a loan end sooner. */
export function withHeartbeat(self: Learner, { chosenThrough }: Heartbeat) {
  const loans = Object.entries(self.loans)
  return {
    announced: Math.max(self.announced, chosenThrough),
    heard: true,
    ...(loans.length > 0 && {
      loans: Object.fromEntries(
        loans.flatMap(([node, loan]) => (loan.patience > 1 ? [[node, { ...loan, patience: loan.patience - 1 }]] : [])),
      ),
    }),
  }
}

// Snapshots of its own state machine.

type Taken = { readonly snapshot: Snapshot }

export const isNewerSnapshot = ({ snapshot, chosenThrough }: Learner, { snapshot: { last } }: Taken): boolean =>
  last.index > (snapshot?.last.index ?? 0) && last.index <= chosenThrough

export const withSnapshot = (self: Learner, { snapshot }: Taken) => ({
  snapshot,
  log: self.log.compactThrough(keptAfter(self, snapshot.last.index)),
})

/** Behind a snapshot that is lent all is kept, within bounds: or who has installed it would have to begin with another one. */
function keptAfter({ log, config, loans }: Learner, last: number): LogId {
  const { entriesAheadMax, bytesAheadMax } = config.limits
  const usual = log.keeping(last, config.limits)
  const lent = Math.min(...Object.values(loans).map(({ snapshot }) => snapshot.last.index))
  if (lent >= usual.index) return usual
  const atMost = log.keeping(last, { entriesKept: entriesAheadMax, bytesKept: bytesAheadMax })
  const index = Math.max(atMost.index, lent)
  const term = log.termAt(index)
  invariant(term !== undefined, `slot ${index} is neither in the log nor its base`)
  return index < usual.index ? { index, term } : usual
}
