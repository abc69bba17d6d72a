import { type CheckOptions, type CheckReport, check, type Model } from '@quorate/checker'
import type { Keyed } from '@quorate/core'
import { server } from '@quorate/raft'
import { type coordinator, register as registerGroup } from '@quorate/register'
import { describe, expect, test } from 'vitest'
import { catalogue } from './catalogue.js'
import { multiPaxosModel } from './multiPaxos.js'
import { handsOnLate, longerLog, raftCatchUp } from './raftCatchUp.js'
import { oneHoldsMore, raftDoubt } from './raftDoubt.js'
import { raftElection } from './raftElection.js'
import { withoutPreVote } from './raftFamilies.js'
import { raftLateAnswers } from './raftLateAnswers.js'
import { raftReplication } from './raftReplication.js'
import { raftSuspicion } from './raftSuspicion.js'
import { raftTransfer } from './raftTransfer.js'
import { registerModel } from './register.js'
import { singlePaxos } from './singlePaxos.js'

/**
 * Every run of small scopes over the very roles that hosts run. Numbers are pinned: who changes a role changes them, and is
 * to say why.
 */

const nondup = { kind: 'nondup' } as const
const paxos = {
  name: 'paxos',
  proposers: 2,
  acceptors: 3,
  timeouts: 0,
  crashes: 0,
  writes: 'atomic',
  network: nondup,
} as const
const raft = {
  name: 'raft',
  servers: 3,
  terms: 2,
  timeouts: 2,
  crashes: 0,
  writes: 'atomic',
  family: withoutPreVote,
  network: nondup,
} as const
const doubt = {
  ...raft,
  terms: 3,
  doubts: 1,
  heartbeats: 0,
  commands: 0,
} as const
const multi = {
  name: 'multi',
  proposers: 2,
  acceptors: 3,
  commands: ['a'],
  timeouts: 1,
  crashes: 0,
  writes: 'atomic',
  network: nondup,
} as const

const register = {
  name: 'register',
  replicas: 3,
  clients: 2,
  retries: 0,
  crashes: 0,
  writes: 'atomic',
  network: nondup,
} as const
const writerAndReader = { ...register, writers: [1], readers: [2] } as const

const symmetric: CheckOptions = { symmetry: true }

const explored = (model: Model, options: CheckOptions = symmetric): CheckReport => {
  const report = check(model, options)
  expect(report).toMatchObject({ verdict: 'holds', ending: 'exhausted' })
  return report
}

const known = await catalogue()

const named = (name: string): CheckReport => {
  const model = known.find((one) => one.name === name)
  if (!model) throw new Error(`no model ${name}`)
  const network = model.network ?? 'nondup'
  return check(model.make({ parameters: model.defaults, network, lossy: false, splitWrites: false }), {
    symmetry: model.symmetric,
  })
}

const stepsOf = (report: CheckReport, property: string): readonly string[] | undefined =>
  report.properties.find(({ name }) => name.startsWith(property))?.trace?.steps.map(({ text }) => text)

describe('what forgets is caught', () => {
  test('a voter, in 8 steps', () => {
    const report = named('raft-forgetful')
    expect(report.verdict).toBe('violated')
    expect(stepsOf(report, 'Election Safety')).toMatchInlineSnapshot(`
      [
        "n1: electionTimeout ends",
        "n2: electionTimeout ends",
        "n3 receives RequestVote{term: 1, lastLogIndex: 0, lastLogTerm: 0, transfer: false} from n1",
        "n3: crashes",
        "n3: restarts",
        "n3 receives RequestVote{term: 1, lastLogIndex: 0, lastLogTerm: 0, transfer: false} from n2",
        "n1 receives RequestVoteReply{term: 1, voteGranted: true, doubtful: false} from n3",
        "n2 receives RequestVoteReply{term: 1, voteGranted: true, doubtful: false} from n3",
      ]
    `)
  })

  test('an acceptor, in 16 steps', { timeout: 120_000 }, () => {
    const report = named('paxos-forgetful')
    expect(report.verdict).toBe('violated')
    expect(stepsOf(report, 'only a single value is chosen')).toHaveLength(16)
  })
})

test('a register that counts what a replica acknowledged and its disk has lost is caught, in 25 steps', () => {
  const whole = registerGroup({ replicas: ['r1'] }).roles['coordinator']?.logic({ below: () => 0 }, 'r1')
  const coordinators = (whole as Keyed<typeof coordinator>).provide({
    guards: {
      isPropagated: ({ context: { answers, config } }) =>
        config.quorums.phase2.tally(Object.fromEntries(Object.keys(answers).map((node) => [node, true]))) === 'won',
    },
  })
  const scope = { ...register, clients: 1, doubts: 1, roles: { coordinator: coordinators } }
  const report = check(registerModel(scope), symmetric)
  expect(report.verdict).toBe('violated')
  expect(stepsOf(report, 'linearizable')).toHaveLength(25)
})

describe('scopes are explored whole', () => {
  test.each([
    ['Paxos', singlePaxos(paxos), [80_064, 27]],
    ['Paxos, an acceptor crashes', singlePaxos({ ...paxos, proposers: 1, crashes: 1 }), [218, 16]],
    ['Paxos, a ballot times out', singlePaxos({ ...paxos, proposers: 1, timeouts: 1 }), [642, 18]],
    ['Paxos, writes begin and end', singlePaxos({ ...paxos, proposers: 1, crashes: 1, writes: 'split' }), [3642, 29]],
    ['Paxos, a disk in doubt', singlePaxos({ ...paxos, proposers: 1, timeouts: 1, doubts: 1 }), [7927, 24]],
    ['Raft, elections', raftElection({ ...raft, crashes: 1 }), [43_010, 24]],
    ['Raft, writes begin and end', raftElection({ ...raft, timeouts: 1, crashes: 1, writes: 'split' }), [2262, 22]],
    ['Raft, pre-votes', raftElection({ ...raft, timeouts: 1, family: server }), [155, 12]],
    ['Raft, 2 commands', raftReplication({ ...raft, terms: 1, timeouts: 1 }), [10_648, 25]],
    ['Raft, a disk in doubt', raftDoubt(doubt), [234_324, 27]],
    ['Multi-Paxos, 1 slot', multiPaxosModel(multi), [2847, 21]],
    ['Register, a writer and a reader', registerModel(writerAndReader), [21_643, 23]],
    ['Register, a client writes and reads', registerModel({ ...register, clients: 1, crashes: 1 }), [9463, 25]],
    ['Register, of 2 replicas, 2 clients write and read', registerModel({ ...register, replicas: 2 }), [5357, 37]],
    [
      'Register, writes begin and end, a retry',
      registerModel({ ...register, replicas: 2, clients: 1, retries: 1, crashes: 1, writes: 'split' }),
      [1684, 28],
    ],
    ['Register, a disk in doubt', registerModel({ ...register, clients: 1, doubts: 1 }), [122_568, 30]],
    ['Multi-Paxos, a disk in doubt', multiPaxosModel({ ...multi, proposers: 1, doubts: 1 }), [44_250, 27]],
  ] as const)('%s', { timeout: 120_000 }, (_name, model, numbers) => {
    const { distinct, depth } = explored(model)
    expect([distinct, depth]).toEqual(numbers)
  })

  test('Raft, candidates that are given what they lack', { timeout: 120_000 }, () => {
    const scope = { ...raft, network: { kind: 'fifo' }, family: server } as const
    const late = explored(raftCatchUp({ ...scope, beginning: handsOnLate, timeouts: 3 }), {})
    expect([late.distinct, late.depth]).toEqual([116_615, 44])
    const longer = explored(raftCatchUp({ ...scope, beginning: longerLog, timeouts: 2 }), {})
    expect([longer.distinct, longer.depth]).toEqual([18_844, 28])
  })

  test('Raft, suspicions', { timeout: 120_000 }, () => {
    const scope = { ...raft, timeouts: 1, suspicions: 2, network: { kind: 'fifo' }, family: server } as const
    const { distinct, depth } = explored(raftSuspicion(scope), {})
    expect([distinct, depth]).toEqual([93_918, 43])
  })

  test('Raft, a transfer', { timeout: 120_000 }, () => {
    const scope = { ...raft, timeouts: 1, transfers: 1, network: { kind: 'fifo' }, family: server } as const
    const { distinct, depth } = explored(raftTransfer(scope), {})
    expect([distinct, depth]).toEqual([100_113, 35])
  })

  test('Raft, a disk in doubt, and late answers', { timeout: 120_000 }, () => {
    const { distinct, depth } = explored(raftLateAnswers(raft), {})
    expect([distinct, depth]).toEqual([58_694, 30])
  })

  test('Raft, all disks in doubt', () => {
    const scope = { ...doubt, doubts: 0, timeouts: 1, terms: 5, remains: oneHoldsMore }
    const { distinct, depth } = explored(raftDoubt(scope), {})
    expect([distinct, depth]).toEqual([5451, 26])
  })

  // These take minutes together.
  const rest = [
    'paxos',
    'paxos-doubt',
    'raft-pre-vote',
    'raft-suspicion',
    'raft-transfer',
    'raft-replication',
    'raft-catch-up',
    'raft-doubt',
    'raft-late-answers',
    'raft-all-in-doubt',
    'multi-paxos',
    'multi-paxos-duel',
    'register-doubt',
  ]
  if (process.env['QUORATE_LONG']) {
    test('register: 3 replicas, 2 clients that each write and read', { timeout: 600_000 }, () => {
      const { verdict, ending, distinct, depth } = named('register')
      expect({ verdict, ending, distinct, depth }).toEqual({
        verdict: 'holds',
        ending: 'exhausted',
        distinct: 2_572_020,
        depth: 53,
      })
    })
    test.each(rest)('%s', { timeout: 600_000 }, (name) => {
      expect(named(name)).toMatchObject({ verdict: 'holds', ending: 'exhausted' })
    })
  }
})

describe('what is left out changes nothing', () => {
  test.each([
    ['Paxos', singlePaxos({ ...paxos, acceptors: 2, crashes: 1 })],
    ['Paxos, one proposer', singlePaxos({ ...paxos, proposers: 1, timeouts: 1 })],
    ['Raft', raftElection({ ...raft, timeouts: 1, crashes: 1 })],
    ['Multi-Paxos', multiPaxosModel({ ...multi, acceptors: 2 })],
    ['Register', registerModel({ ...register, clients: 1 })],
  ])('%s: reduced and unreduced have the same verdicts and terminal states', (_name, model) => {
    const full = explored(model, { reduction: false })
    const reduced = explored(model, { reduction: true })
    expect(reduced.terminal).toBe(full.terminal)
    expect(reduced.distinct).toBeLessThanOrEqual(full.distinct)
    expect(explored(model, { reduction: false, exact: true })).toMatchObject({ collisions: 0, distinct: full.distinct })
  })
})
