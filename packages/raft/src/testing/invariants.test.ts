import { defineStateMachine, type Entry, Log } from '@quorate/core'
import { foundBy, type Invariant, type InvariantFactory } from '@quorate/core/testing'
import { expect, test } from 'vitest'
import { raft } from '../raft.js'
import { electionSafety } from './electionSafety.js'
import { raftInvariants } from './index.js'
import { leaderAppendOnly } from './leaderAppendOnly.js'
import { leaderCompleteness } from './leaderCompleteness.js'
import { leaderStickiness } from './leaderStickiness.js'
import { logMatching } from './logMatching.js'

/** Each invariant is shown what is sound, which it must let pass, and what is not, which it must find. */

const stateMachine = defineStateMachine({
  initial: () => 0,
  apply: (state: number) => ({ state, result: state }),
  snapshot: () => new Uint8Array(),
  restore: () => 0,
})
const definition = raft({ members: ['n1', 'n2', 'n3'], stateMachine })

/** Those that have found something. */
const finders = new Set<InvariantFactory>()

/** What an invariant says of what it is shown. */
function judge(make: InvariantFactory, show: (invariant: Required<Invariant>) => void) {
  const found = foundBy(make, { definition }, show)
  if (found.length > 0) finders.add(make)
  return found
}

const place = (node: string, role = 'server') => ({ node, group: 'g', role })
const entry = (index: number, term: number, text = `${index}/${term}`): Entry => ({
  index,
  term,
  kind: 'command',
  session: 1,
  sequence: index,
  answeredBelow: 0,
  bytes: new TextEncoder().encode(text),
})
const logOf = (...terms: number[]) => Log.of(terms.map((term, at) => entry(at + 1, term)))
const server = (role: string, currentTerm: number, log = logOf(), commitIndex = 0) => ({
  role,
  value: {},
  context: { currentTerm, votedFor: undefined, log, commitIndex },
})

const lead = (nodes: readonly string[]) => (invariant: Required<Invariant>) => {
  for (const node of nodes) invariant.stepped(place(node), server('candidate', 2), undefined, server('leader', 2))
}
test('Election Safety', () => {
  expect(judge(electionSafety, lead(['n1', 'n1']))).toEqual([])
  expect(judge(electionSafety, lead(['n1', 'n2']))).toEqual(['both n1 and n2 lead term 2'])
})

const become = (after: Log) => (invariant: Required<Invariant>) =>
  invariant.stepped(place('n1'), server('leader', 2, logOf(1, 2)), { type: 'x' }, server('leader', 2, after))
test('Leader Append-Only', () => {
  expect(judge(leaderAppendOnly, become(logOf(1, 2, 2)))).toEqual([])
  expect(judge(leaderAppendOnly, become(logOf(1)))).toHaveLength(1)
  expect(judge(leaderAppendOnly, become(logOf(1, 3)))).toHaveLength(1)
})

const logs = (a: Log, b: Log) => (invariant: Required<Invariant>) => {
  invariant.stepped(place('n1'), undefined, undefined, server('follower', 3, a))
  invariant.stepped(place('n2'), undefined, undefined, server('follower', 3, b))
}
test('Log Matching', () => {
  expect(judge(logMatching, logs(logOf(1, 2), logOf(1, 1)))).toEqual([])
  expect(judge(logMatching, logs(logOf(1, 3), logOf(2, 3)))).toHaveLength(1)
  const other = Log.of([entry(1, 1), entry(2, 2, 'another')])
  expect(judge(logMatching, logs(logOf(1, 2), other))).toHaveLength(1)
})

const elect = (second: Log, isLate: boolean) => (invariant: Required<Invariant>) => {
  const first = logOf(1, 2)
  const commit = () =>
    invariant.stepped(place('n1'), server('leader', 2, first, 0), undefined, server('leader', 2, first, 2))
  const next = () => invariant.stepped(place('n2'), server('candidate', 3), undefined, server('leader', 3, second))
  invariant.stepped(place('n1'), server('candidate', 2), undefined, server('leader', 2, first))
  for (const step of isLate ? [next, commit] : [commit, next]) step()
}
test.each([false, true])('Leader Completeness, whichever is known first', (isLate) => {
  expect(judge(leaderCompleteness, elect(logOf(1, 2, 3), isLate))).toEqual([])
  expect(judge(leaderCompleteness, elect(logOf(1, 3), isLate))).toHaveLength(1)
  expect(judge(leaderCompleteness, elect(logOf(1), isLate))).toHaveLength(1)
})

const led = { ...server('follower', 2), value: { follower: { following: 'led' } } }
const following = (state: string) => (invariant: Required<Invariant>) => {
  invariant.stepped(place('n2'), undefined, { type: 'AppendEntries' }, led)
  const now = { ...led, value: { follower: { following: state } } }
  invariant.stepped(place('n2'), led, { type: 'x' }, now)
  return now
}
const answer = (state: string, voteGranted: boolean) => (invariant: Required<Invariant>) => {
  following(state)(invariant)
  const message = { type: 'PreVoteReply', term: 2, voteGranted, askedTerm: 3, doubtful: false }
  invariant.emitted(place('n2'), { type: 'send', to: 'g/server/n3', message })
}
const vote = (state: string, transfer: boolean) => (invariant: Required<Invariant>) => {
  const now = following(state)(invariant)
  invariant.stepped(place('n2'), now, { type: 'RequestVote', transfer } as never, server('follower', 3))
}
test('Leader Stickiness', () => {
  for (const sound of [answer('led', false), answer('free', true), vote('free', false), vote('led', true)])
    expect(judge(leaderStickiness, sound)).toEqual([])
  for (const wrong of [answer('led', true), vote('led', false)])
    expect(judge(leaderStickiness, wrong)).toEqual([
      'n2 follows a leader that it does not suspect, and votes for another',
    ])
})

test('each was shown something wrong above, and has found it', () => {
  expect(raftInvariants.filter((make) => !finders.has(make))).toEqual([])
})
