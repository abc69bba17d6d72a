import {
  type AppliedState,
  applyEntries,
  become,
  decodeAppliedState,
  defineStateMachine,
  type Entry,
  emptyOutbox,
  encodeAppliedState,
  enqueue,
  initialAppliedState,
  isDurable,
  json,
  majority,
  type Outbox,
  Outcomes,
  type QuorumSystem,
  take,
  written,
} from '@quorate/core'
import { type AnyStatechart, assign, createMachine, emit } from '@quorate/core/statechart'
import { checkMachine, drive } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { Cluster, type Packet, withoutCatchUp } from './cluster.test.fixture.js'
import { candidate, follower, leader, server } from './index.js'
import type { Leader } from './leadership.js'
import { raftEvents } from './raftEvents.test.fixture.js'
import * as given from './role.test.fixture.js'

/**
 * Mistakes that systems which people trusted have made. Each is a scenario that the roles pass, and that fails when the
 * same mistake is made here on purpose.
 */

/** The scenario holds, and notices each of the mistakes. */
function pitfall<Subject>(
  scenario: (subject: Subject) => void,
  sound: Subject,
  mistakes: Record<string, Subject>,
): void {
  scenario(sound)
  for (const [name, mistaken] of Object.entries(mistakes)) {
    expect(() => scenario(mistaken), `unnoticed: ${name}`).toThrow()
  }
}

/** The same role with another table. */
const changed = <Machine extends AnyStatechart>(role: Machine, change: (config: Config) => Config): Machine =>
  createMachine(change(role.config as Config) as never).provide(role.implementations as never) as never

// biome-ignore lint/suspicious/noExplicitAny: a table of any role, broken on purpose.
type Config = any

const families = {
  withFollower: (actor: typeof follower) =>
    become({ ...server, roles: { ...server.roles, follower: { ...server.roles.follower, actor } } }),
}

const answersOf = (effects: readonly given.RaftEffect[]) =>
  effects.flatMap((effect) => (effect.type === 'readable' ? [[effect.request, effect.at]] : []))

describe('committing entries of earlier terms by counting replicas', () => {
  /** What a quorum holds, of whatever term. */
  const held = (self: Leader) =>
    self.config.quorum.committed({
      [self.config.id]: self.persistedIndex,
      ...Object.fromEntries(Object.entries(self.progress).map(([node, { matchIndex }]) => [node, matchIndex])),
    })
  const counting = leader.provide({
    guards: { hasMoreToCommit: ({ context }) => held(context) > context.commitIndex },
    actions: {
      commit: emit(({ context: self }) => ({
        type: 'commit' as const,
        entries: self.log.slice(self.commitIndex + 1, held(self)),
      })),
      advanceCommitIndex: assign(({ context }) => ({ commitIndex: held(context) })),
    },
  })

  test('Figure 8 (c): entry 2 of term 2 is on three of five servers, and may yet be overwritten', () => {
    const scenario = (role: typeof leader) => {
      const members = ['n1', 'n2', 'n3', 'n4', 'n5']
      const driven = drive(role, given.serverIn({ terms: [1, 2], currentTerm: 4, members }))
      for (const node of ['n2', 'n3', 'n4']) {
        const effects = driven.receive(given.appendEntriesReply(node, { term: 4, matchIndex: 2 }))
        expect(given.kindsOf(effects)).not.toContain('commit')
      }
      // The no-op of its own term settles it.
      for (const node of ['n2', 'n3', 'n4']) driven.receive(given.appendEntriesReply(node, { term: 4, matchIndex: 3 }))
      expect(driven.context.commitIndex).toBe(3)
    }
    pitfall(scenario, leader, { 'it counts replicas of any term': counting })
  })
})

describe('ReadIndex', () => {
  test('before the first commit of the term the leader does not know what is committed', () => {
    const scenario = (role: typeof leader) => {
      // Its predecessor committed entry 2 and told a client so; this server heard of entry 1 only.
      const driven = drive(role, given.serverIn({ terms: [1, 1], currentTerm: 2, commitIndex: 1 }))
      const answers = [
        driven.tell({ type: 'client.read', request: 7 }),
        driven.receive(given.appendEntriesReply('n2', { term: 2, success: false, conflictIndex: 3, round: 1 })),
        driven.tell(given.persisted(3, 2)),
        driven.receive(given.appendEntriesReply('n2', { term: 2, matchIndex: 3 })),
        driven.receive(given.appendEntriesReply('n2', { term: 2, matchIndex: 3, round: 1 })),
      ].flatMap(answersOf)
      expect(answers).toEqual([[7, 3]])
    }
    const hasty = leader.provide({
      guards: {
        isRoundDue: ({ context: { readsWaiting, readsAsked } }) => readsWaiting.length > 0 && readsAsked.length === 0,
      },
    })
    pitfall(scenario, leader, { 'it asks before it knows': hasty })
  })

  test('a request that is asked again under the same number is answered with the index of the second time', () => {
    const scenario = (role: typeof leader) => {
      const driven = drive(role, given.serverIn({ currentTerm: 2 }))
      const say = (matchIndex: number, round: number) =>
        answersOf(driven.receive(given.appendEntriesReply('n2', { term: 2, matchIndex, round })))
      driven.tell(given.persisted(1, 2))
      say(1, 0)
      driven.tell({ type: 'client.read', request: 7 })
      driven.tell(given.proposed('a write that the client has seen acknowledged'))
      driven.tell(given.persisted(2, 2))
      say(2, 0)
      driven.tell({ type: 'client.read', request: 7 })
      expect(say(2, 1)).toEqual([[7, 1]])
      expect(say(2, 2)).toEqual([[7, 2]])
    }
    const forgetful = leader.provide({
      actions: {
        queueRead: assign(({ context: self, event }) => {
          const { request } = event as { request: number }
          return self.readsAsked.some((read) => read.request === request)
            ? {}
            : { readsWaiting: [...self.readsWaiting, request] }
        }),
      },
    })
    pitfall(scenario, leader, { 'it takes the second for the first': forgetful })
  })

  test('the round must have begun after the read came', () => {
    const scenario = (role: typeof leader) => {
      const driven = drive(role, given.serverIn({ currentTerm: 2 }))
      driven.tell(given.persisted(1, 2))
      driven.receive(given.appendEntriesReply('n2', { term: 2, matchIndex: 1 }))
      driven.tell({ type: 'client.read', request: 7 })
      // On its way since before the read: who sent it may have voted for another leader meanwhile.
      expect(answersOf(driven.receive(given.appendEntriesReply('n2', { term: 2, matchIndex: 1, round: 0 })))).toEqual(
        [],
      )
      expect(answersOf(driven.receive(given.appendEntriesReply('n2', { term: 2, matchIndex: 1, round: 1 })))).toEqual([
        [7, 1],
      ])
    }
    const trusting = leader.provide({ guards: { isReadConfirmed: ({ context }) => context.readsAsked.length > 0 } })
    pitfall(scenario, leader, { 'it takes itself for the leader': trusting })
  })
})

describe('disruptive and half-connected servers', () => {
  const between = (a: string, b: string) => (packet: Packet) =>
    [packet.from, packet.to].every((address) => address.endsWith(a) || address.endsWith(b))

  test('a server that hears its peers but not the leader cannot depose it', () => {
    const scenario = (family: typeof server) => {
      const cluster = new Cluster(['n1', 'n2', 'n3'], family)
      cluster.host('n1').do((role) => role.fire('electionTimeout'))
      cluster.stabilize()
      const isOpen = (packet: Packet) => !between('n1', 'n3')(packet)
      for (let round = 0; round < 5; round++) {
        cluster.host('n1').do((role) => role.fire('heartbeat'))
        cluster.stabilize(isOpen)
        cluster
          .host('n3')
          .do((role) => (role.timers['electionTimeout'] === undefined ? [] : role.fire('electionTimeout')))
        cluster.stabilize(isOpen)
      }
      expect(cluster.leaders).toEqual(['n1'])
      for (const { role } of cluster.hosts.values()) expect(role?.context.currentTerm).toBe(1)
    }
    const fickle = changed(follower, (config) => {
      const { following } = config.states
      const led = { ...following.states.led, on: {} }
      return {
        ...config,
        states: { ...config.states, following: { ...following, states: { ...following.states, led } } },
      }
    })
    pitfall(scenario, server, {
      'a follower that has just heard from its leader votes for another': families.withFollower(fickle),
    })
  })

  test('a leader that is heard but hears nobody gives way', () => {
    const scenario = (family: typeof server) => {
      const cluster = new Cluster(['n1', 'n2', 'n3'], family)
      cluster.host('n1').do((role) => role.fire('electionTimeout'))
      cluster.stabilize()
      const isOpen = ({ to }: Packet) => !to.endsWith('n1')
      for (let round = 0; round < 3; round++) {
        const { role } = cluster.host('n1')
        if (role?.timers['quorumCheck'] === undefined) break
        cluster.host('n1').do((driven) => driven.fire('heartbeat'))
        cluster.host('n1').do((driven) => driven.fire('quorumCheck'))
        cluster.stabilize(isOpen)
      }
      expect(cluster.leaders).toEqual([])
      for (const id of ['n2', 'n3']) cluster.host(id).do((role) => role.fire('minimumElectionTimeout'))
      cluster.host('n2').do((role) => role.fire('electionTimeout'))
      cluster.stabilize(isOpen)
      cluster.propose('n2', 'goes on')
      cluster.stabilize(isOpen)
      expect(cluster.host('n2').role?.context.commitIndex).toBe(3)
    }
    pitfall(scenario, server, { 'it never asks itself': server.provide({ leader: { guards: { isFit: () => true } } }) })
  })
})

describe('pre-vote deadlock', () => {
  test('a rejection teaches the higher term, or nobody could ever win', () => {
    const scenario = (family: typeof server) => {
      // n1 has the better log, n2 the higher term, n3 is down.
      const cluster = new Cluster(['n1', 'n2', 'n3'], family)
      const stands = { n1: { terms: [1, 1], currentTerm: 1 }, n2: { terms: [1], currentTerm: 5 } }
      for (const [id, { terms, currentTerm }] of Object.entries(stands)) {
        const host = cluster.host(id)
        const record = { currentTerm, votedFor: undefined, doubtful: false, doubt: 0, spentTerm: 0 }
        host.disk = { ...host.disk, record, entries: given.entriesOf(terms) }
        host.start()
      }
      cluster.host('n3').crash()
      for (let round = 0; round < 3 && cluster.leaders.length === 0; round++) {
        for (const id of ['n1', 'n2']) {
          cluster
            .host(id)
            .do((role) => (role.timers['electionTimeout'] === undefined ? [] : role.fire('electionTimeout')))
          cluster.stabilize(withoutCatchUp)
        }
      }
      expect(cluster.leaders).toEqual(['n1'])
    }
    const deaf = { guards: { isNewerPreVoter: () => false } }
    pitfall(scenario, server, { 'a candidate learns nothing from a rejection': server.provide({ candidate: deaf }) })
  })

  test('a pre-vote leaves no trace in term or vote', () => {
    const scenario = (role: typeof follower) => {
      const driven = drive(role, given.serverIn({ terms: [1], currentTerm: 3 }))
      driven.receive(given.preVote('n2', { term: 4, lastLogIndex: 1, lastLogTerm: 1 }))
      expect(given.kindsOf(driven.effects)).toEqual(['send'])
      driven.receive(given.requestVote('n3', { term: 3, lastLogIndex: 1, lastLogTerm: 1 }))
      expect(given.sent(driven.effects)).toMatchObject([{ to: 'n3', term: 3, voteGranted: true }])
    }
    const promising = changed(follower, (config) => ({
      ...config,
      on: { ...config.on, PreVote: { actions: ['noteVote', 'replyPreVote'] } },
    })).provide({ actions: { noteVote: assign({ votedFor: 'n2' }) } } as never)
    const beginning = follower.provide({ actions: { replyPreVote: assign({ currentTerm: 4 }) } })
    pitfall(scenario, follower, { 'it notes the vote': promising, 'it begins the term': beginning })
  })

  test('a pre-vote that comes when the election is won already is ignored', () => {
    const scenario = (family: typeof server) => {
      const role = drive(family, given.serverIn({ members: ['n1', 'n2', 'n3', 'n4', 'n5'] }))
      role.fire('electionTimeout')
      for (const node of ['n2', 'n3']) role.receive(given.preVoteReply(node))
      expect(role.state).toEqual({ candidate: 'voting' })
      for (const node of ['n4', 'n5']) role.receive(given.preVoteReply(node))
      expect(role.state).toEqual({ candidate: 'voting' })
      for (const node of ['n2', 'n3']) role.receive(given.requestVoteReply(node, { term: 2 }))
      const before = role.snapshot
      for (const node of ['n4', 'n5']) role.receive(given.preVoteReply(node))
      expect(role.snapshot).toBe(before)
      expect(role.snapshot.role).toBe('leader')
    }
    const confused = changed(candidate, (config) => ({
      ...config,
      states: {
        ...config.states,
        voting: {
          ...config.states.voting,
          on: { ...config.states.voting.on, PreVoteReply: { actions: 'countPreVote' } },
        },
      },
    }))
    pitfall(scenario, server, {
      'a candidate counts it as a vote': become({
        ...server,
        roles: { ...server.roles, candidate: { ...server.roles.candidate, actor: confused } },
      }),
      'a leader gives up': server.provide({ leader: { guards: { isNewerPreVoter: () => true } } }),
    })
  })
})

describe('speaking before the disk', () => {
  interface Rules {
    enqueue(
      outbox: Outbox<given.RaftEffect>,
      emitted: readonly given.RaftEffect[],
    ): ReturnType<typeof enqueue<given.RaftEffect>>
  }
  const sound: Rules = { enqueue }
  /** An effect waits for what its own step wrote, and for nothing that was under way before. */
  const perStep: Rules = {
    enqueue(outbox, emitted) {
      const first = emitted.findIndex(isDurable)
      const free = first < 0 ? emitted : emitted.slice(0, first)
      return { leaves: free, outbox: { ...outbox, waiting: [...outbox.waiting, ...emitted.slice(free.length)] } }
    },
  }
  const none: Rules = {
    enqueue: (outbox, emitted) => ({
      leaves: emitted.filter((effect) => !isDurable(effect)),
      outbox: { ...outbox, waiting: [...outbox.waiting, ...emitted.filter(isDurable)] },
    }),
  }

  /** A follower and its outbox. Gives what it says, when its disk lets it. */
  function hosted(role: typeof follower, rules: Rules, situation: given.Situation) {
    const driven = drive(role, given.serverIn(situation))
    let outbox: Outbox<given.RaftEffect> = emptyOutbox
    return {
      receive(message: Parameters<typeof driven.receive>[0]) {
        const step = rules.enqueue(outbox, driven.receive(message))
        outbox = step.outbox
        return given.sent(step.leaves)
      },
      beginWrite() {
        const step = take(outbox)
        outbox = step.outbox
        return step.write.map(({ type }) => type)
      },
      finishWrite() {
        const step = written(outbox)
        outbox = step.outbox
        return given.sent(step.leaves)
      },
    }
  }

  test('entries that are repeated while they are being written are not acknowledged before they are', () => {
    const scenario = (rules: Rules) => {
      const host = hosted(follower, rules, { currentTerm: 1 })
      const request = given.appendEntries('n2', { entries: given.entriesOf([1, 1]) })
      expect(host.receive(request)).toEqual([])
      expect(host.beginWrite()).toEqual(['append'])
      expect(host.receive(request)).toEqual([])
      expect(host.finishWrite()).toMatchObject([
        { success: true, matchIndex: 2 },
        { success: true, matchIndex: 2 },
      ])
    }
    pitfall(scenario, sound, { 'an effect waits only for its own step': perStep, 'no effect waits': none })
  })

  test('a vote that is asked for again while it is being written is not given before it is', () => {
    const scenario = (rules: Rules) => {
      const host = hosted(follower, rules, { currentTerm: 1 })
      expect(host.receive(given.requestVote('n2'))).toEqual([])
      expect(host.beginWrite()).toEqual(['persist'])
      expect(host.receive(given.requestVote('n2'))).toEqual([])
      expect(host.finishWrite()).toMatchObject([{ voteGranted: true }])
    }
    pitfall(scenario, sound, { 'no effect waits': none })
  })

  test('vote, term and entries are emitted before what is said about them, the term before the entries', () => {
    const scenario = (family: typeof server) => {
      const role = drive(family, given.serverIn({ terms: [1], currentTerm: 1 }))
      role.receive(
        given.appendEntries('n2', { term: 2, prevLogIndex: 1, prevLogTerm: 1, entries: [given.entry(2, 2)] }),
      )
      expect(given.kindsOf(role.effects)).toEqual(['persist', 'append', 'send'])
      const voter = drive(family, given.serverIn())
      voter.receive(given.requestVote('n2', { term: 2 }))
      const kinds = given.kindsOf(voter.effects)
      expect(kinds.lastIndexOf('persist')).toBeLessThan(kinds.indexOf('send'))
      expect(voter.effects.findLast(({ type }) => type === 'persist')).toMatchObject({ record: { votedFor: 'n2' } })
    }
    const eager = changed(follower, (config) => {
      const [newer, , refused] = config.on.RequestVote
      const given = { guard: 'mayVote', actions: ['replyVote', 'vote', 'persist'], target: '.following' }
      return { ...config, on: { ...config.on, RequestVote: [newer, given, refused] } }
    })
    const termless = changed(follower, (config) => {
      const [older, , ...others] = config.on.AppendEntries
      const newer = { guard: 'isNewerLeader', actions: 'adoptLeadersTerm', target: '.outdated' }
      return { ...config, on: { ...config.on, AppendEntries: [older, newer, ...others] } }
    })
    pitfall(scenario, server, {
      'the vote is said first': families.withFollower(eager),
      'the term is not written': families.withFollower(termless),
    })
  })
})

describe('stale acknowledgements after a truncation', () => {
  test('a write of an entry that was replaced since does not count for what stands there now', () => {
    const scenario = (role: typeof leader) => {
      // Entry 3 of term 2 was being written when it was truncated; then this server won term 3, whose no-op is entry 3.
      const driven = drive(role, given.serverIn({ terms: [1, 1], currentTerm: 3 }))
      driven.tell(given.persisted(3, 2))
      driven.receive(given.appendEntriesReply('n2', { term: 3, matchIndex: 3 }))
      expect(driven.context.commitIndex).toBe(0)
      driven.tell(given.persisted(3, 3))
      expect(driven.context.commitIndex).toBe(3)
    }
    pitfall(scenario, leader, { 'it compares the index only': leader.provide({ guards: { isInLog: () => true } }) })
  })

  test('an acknowledgement that a follower gave in an earlier term does not count in this one', () => {
    const scenario = (role: typeof leader) => {
      const driven = drive(role, given.serverIn({ terms: [1, 1], currentTerm: 3 }))
      driven.tell(given.persisted(3, 3))
      driven.receive(given.appendEntriesReply('n2', { term: 1, matchIndex: 3 }))
      expect(driven.context.commitIndex).toBe(0)
    }
    pitfall(scenario, leader, { 'it does not compare the term': leader.provide({ guards: { isAnswer: () => true } }) })
  })
})

describe('deleting what follows prevLogIndex on every append', () => {
  const cutting = follower.provide({
    guards: {
      hasConflict: ({ context, event }) =>
        'entries' in event && event.prevLogIndex + event.entries.length < context.log.last.index,
    },
    actions: {
      persistTruncation: emit(({ event }) => {
        const { prevLogIndex, prevLogTerm } = event as given.Said<'AppendEntries'>
        return { type: 'truncate' as const, after: { index: prevLogIndex, term: prevLogTerm } }
      }),
      append: assign(({ context, event }) => {
        const { prevLogIndex, entries } = event as given.Said<'AppendEntries'>
        return { log: context.log.truncateAfter(prevLogIndex).append(entries) }
      }),
    },
  })

  test('a message that came late, or again, takes back nothing that was acknowledged', () => {
    const scenario = (role: typeof follower) => {
      const driven = drive(role, given.serverIn({ currentTerm: 1 }))
      const entries = given.entriesOf([1, 1, 1, 1, 1])
      driven.receive(given.appendEntries('n2', { entries }))
      for (const [from, to] of [
        [0, 2],
        [0, 5],
        [2, 3],
        [1, 1],
      ] as const) {
        const late = { prevLogIndex: from, prevLogTerm: from && 1, entries: entries.slice(from, to) }
        driven.receive(given.appendEntries('n2', late))
        expect(given.kindsOf(driven.effects)).toEqual(['send'])
        expect(given.termsOf(driven.context)).toEqual([1, 1, 1, 1, 1])
      }
    }
    pitfall(scenario, follower, { 'it deletes before it appends': cutting })
  })

  test('only from the first conflict on', () => {
    const scenario = (role: typeof follower) => {
      const driven = drive(role, given.serverIn({ terms: [1, 1, 1, 2, 2], currentTerm: 3 }))
      driven.receive(
        given.appendEntries('n2', {
          term: 3,
          prevLogIndex: 1,
          prevLogTerm: 1,
          entries: given.entriesOf([1, 1, 3], { index: 1, term: 1 }),
        }),
      )
      expect(given.effectOf(driven.effects, 'truncate').after).toEqual({ index: 3, term: 1 })
      expect(given.termsOf(driven.context)).toEqual([1, 1, 1, 3])
    }
    pitfall(scenario, follower, { 'it deletes before it appends': cutting })
  })

  test('a conflict with what is committed cannot be: the server stops rather than unsay it', () => {
    const scenario = (role: typeof follower) => {
      const driven = drive(role, given.serverIn({ terms: [1, 1, 1, 1], currentTerm: 2, commitIndex: 3 }))
      const message = given.appendEntries('n2', {
        term: 2,
        prevLogIndex: 1,
        prevLogTerm: 1,
        entries: [given.entry(2, 2)],
      })
      expect(() => driven.receive(message)).toThrow('which is committed')
      const driven2 = drive(role, given.serverIn({ terms: [1, 1, 1, 1], currentTerm: 2, commitIndex: 3 }))
      driven2.receive(
        given.appendEntries('n2', { term: 2, prevLogIndex: 3, prevLogTerm: 1, entries: [given.entry(4, 2)] }),
      )
      expect(given.termsOf(driven2.context)).toEqual([1, 1, 1, 2])
    }
    pitfall(scenario, follower, { 'it deletes without a look': cutting })
  })
})

describe('a follower that has the snapshot already', () => {
  test('says so, or it is sent for ever', () => {
    const scenario = (role: typeof follower) => {
      const snapshot = given.snapshotAt(2, 1, 20)
      const driven = drive(role, given.serverIn({ terms: [1, 1, 1], commitIndex: 3 }))
      driven.receive(given.chunkOf(snapshot, 0, 5))
      expect(given.sent(driven.effects)).toMatchObject([
        { type: 'InstallSnapshotReply', lastIncludedIndex: 2, installed: true },
      ])
      expect(given.termsOf(driven.context)).toEqual([1, 1, 1])
    }
    const asking = follower.provide({ guards: { holdsSnapshot: () => false } })
    pitfall(scenario, follower, { 'it takes the chunks': asking })
  })

  test('and the leader goes on with entries', () => {
    const scenario = (role: typeof leader) => {
      const snapshot = given.snapshotAt(5, 1, 20)
      const driven = drive(
        role,
        given.serverIn({ base: snapshot.last, snapshot, currentTerm: 2, limits: { bytesMax: 10 } }),
      )
      driven.receive(given.appendEntriesReply('n2', { term: 2, success: false, prevLogIndex: 5, conflictIndex: 1 }))
      expect(given.sent(driven.effects)).toMatchObject([{ type: 'InstallSnapshot', offset: 0 }])
      driven.receive(
        given.installSnapshotReply('n2', { term: 2, lastIncludedIndex: 5, lastIncludedTerm: 1, installed: true }),
      )
      expect(given.sent(driven.effects)).toMatchObject([{ type: 'AppendEntries', to: 'n2', entries: [{ index: 6 }] }])
    }
    const deaf = leader.provide({ guards: { isChunkAnswer: () => false } })
    pitfall(scenario, leader, { 'it does not listen': deaf })
  })
})

describe('duplicate commands on retry', () => {
  const sum = defineStateMachine({
    initial: () => 0,
    apply: (total: number, by: number) => ({ state: total + by, result: total + by }),
    snapshot: json<number>().encode,
    restore: json<number>().decode,
  })
  const command = (index: number, sequence: number, by: number, answeredBelow = 0, session = 1): Entry => ({
    index,
    term: 1,
    kind: 'command',
    session,
    sequence,
    answeredBelow,
    bytes: sum.codecs.command.encode(by),
  })
  const opening = (index: number): Entry => ({ ...command(index, 0, 0), kind: 'openSession', session: 0 })

  interface Execution {
    apply(appliedState: AppliedState<number>, entries: readonly Entry[], sessionsMax: number): AppliedState<number>
    /** Through a snapshot, and back. */
    carried(appliedState: AppliedState<number>): AppliedState<number>
  }
  const sound: Execution = {
    apply: (appliedState, entries, sessionsMax) =>
      applyEntries(sum, appliedState, entries, { sessionsMax }).appliedState,
    carried: (appliedState) => decodeAppliedState(sum, encodeAppliedState(sum, appliedState)),
  }
  const forgetsAll: Execution = {
    ...sound,
    apply(appliedState, entries) {
      let { state, applied } = appliedState
      for (const { kind, bytes, index, term } of entries) {
        if (kind === 'command') state = sum.apply(state, bytes, { index, wallMs: 0, logMs: 0 }).state
        applied = { index, term }
      }
      return { ...appliedState, state, applied }
    },
  }
  const forgetsInSnapshot: Execution = {
    ...sound,
    carried: (appliedState) => ({ ...sound.carried(appliedState), sessions: new Map([[1, emptySession]]) }),
  }
  const emptySession = { client: '', opening: 0, usedAt: 1, answeredBelow: 0, outcomes: Outcomes.of() }

  test('a command that comes again is executed once, also when a snapshot lies between', () => {
    const scenario = ({ apply, carried }: Execution) => {
      const first = apply(
        initialAppliedState(sum),
        [opening(1), command(2, 1, 5), command(3, 2, 7), command(4, 1, 5)],
        4,
      )
      expect(first.state).toBe(12)
      expect(apply(carried(first), [command(5, 2, 7), command(6, 1, 5)], 4).state).toBe(12)
      expect(apply(carried(first), [command(5, 3, 1)], 4).state).toBe(13)
    }
    pitfall(scenario, sound, {
      'it remembers nothing': forgetsAll,
      'the snapshot does not hold the sessions': forgetsInSnapshot,
    })
  })

  test('who said that it has an answer does not get the command executed again', () => {
    const scenario = ({ apply }: Execution) => {
      const appliedState = apply(
        initialAppliedState(sum),
        [opening(1), command(2, 1, 5), command(3, 2, 7, 2), command(4, 1, 5, 2)],
        4,
      )
      expect(appliedState.state).toBe(12)
    }
    pitfall(scenario, sound, { 'it remembers nothing': forgetsAll })
  })

  test('sessions expire by log position, so that all nodes agree; an expired one is refused, never opened anew', () => {
    const scenario = ({ apply, carried }: Execution) => {
      const entries = [
        opening(1),
        opening(2),
        command(3, 1, 5, 0, 1),
        opening(4),
        command(5, 1, 7, 0, 2),
        command(6, 2, 9, 0, 1),
      ]
      // Session 2 was unused for longest when the third was opened.
      const atOnce = apply(initialAppliedState(sum), entries, 2)
      expect(atOnce.state).toBe(14)
      const oneByOne = entries.reduce(
        (appliedState, entry) => apply(carried(appliedState), [entry], 2),
        initialAppliedState(sum),
      )
      expect(oneByOne).toEqual(atOnce)
    }
    let reads = 0
    const byClock: Execution = {
      ...sound,
      apply: (appliedState, entries, sessionsMax) => {
        const next = sound.apply(appliedState, entries, sessionsMax)
        // As if time had passed on this node, and not on another.
        return { ...next, sessions: ++reads > 1 ? new Map() : next.sessions }
      },
    }
    pitfall(scenario, sound, { 'it remembers nothing': forgetsAll, 'they expire by the clock of each node': byClock })
  })
})

describe('missing cells', () => {
  const roles: Readonly<Record<string, AnyStatechart>> = { follower, candidate, leader }

  test.each(Object.entries(roles))('every cell of the %s that is taken away is missed', (_name, role) => {
    const scenario = (machine: AnyStatechart) => checkMachine(machine, raftEvents as never)
    const withoutCell = ({ on, states, ...rest }: Config, event: string): Config => {
      const { [event]: gone, ...others } = on
      if (gone) return { ...rest, states, on: others }
      // It is decided where a leader is followed, and a follower is nowhere else.
      const { [event]: _gone, ...left } = states.following.on
      return { ...rest, on, states: { ...states, following: { ...states.following, on: left } } }
    }
    const without = Object.keys(raftEvents).map((event) => [
      `it does not decide ${event}`,
      changed(role, (config) => withoutCell(config, event)),
    ])
    pitfall(scenario, role, Object.fromEntries(without))
  })

  test.each(Object.entries(roles))('every event of the %s whose last way is guarded is missed', (_name, role) => {
    const scenario = (machine: AnyStatechart) => checkMachine(machine, raftEvents as never)
    const on = role.config.on as Config
    const guarded = Object.keys(on)
      .filter((event) => Array.isArray(on[event]))
      .map((event) => {
        const cell = on[event].filter(({ guard }: Config) => guard !== undefined)
        return [
          `${event} may be decided by nobody`,
          changed(role, (config) => ({ ...config, on: { ...on, [event]: cell } })),
        ]
      })
    pitfall(scenario, role, Object.fromEntries(guarded))
  })
})

describe('quorum tracking that commits without a quorum', () => {
  const subsetsOf = (members: readonly string[]): string[][] =>
    Array.from({ length: 2 ** members.length }, (_, code) =>
      members.filter((_member, position) => (code >> position) & 1),
    )

  test('the index that is committed is held by more than half, whatever each of them holds', () => {
    const scenario = (quorumOf: (members: readonly string[]) => Pick<QuorumSystem, 'committed'>) => {
      for (const members of [['a'], ['a', 'b'], ['a', 'b', 'c'], ['a', 'b', 'c', 'd']]) {
        for (let code = 0; code < 4 ** members.length; code++) {
          const acks = Object.fromEntries(
            members.map((member, position) => [member, Math.floor(code / 4 ** position) % 4]),
          )
          const held = subsetsOf(members)
            .filter((subset) => subset.length * 2 > members.length)
            .map((subset) => Math.min(...subset.map((member) => acks[member] ?? 0)))
          expect(quorumOf(members).committed(acks)).toBe(Math.max(...held))
        }
      }
    }
    const nth = (position: (count: number) => number) => (members: readonly string[]) => ({
      committed: (acks: Readonly<Record<string, number>>) =>
        members.map((member) => acks[member] ?? 0).sort((a, b) => b - a)[position(members.length)] ?? 0,
    })
    pitfall(scenario, majority, {
      'half of them is enough': nth((count) => Math.ceil(count / 2) - 1),
      'one is enough': nth(() => 0),
      'all are needed': nth((count) => count - 1),
    })
  })
})

describe('a sick leader keeps winning', () => {
  test('a leader whose disk writes nothing gives way, however well its followers answer', () => {
    const scenario = (role: typeof leader) => {
      const driven = drive(role, given.serverIn({ currentTerm: 2 }))
      const hearAll = () => {
        const matchIndex = driven.context.log.last.index
        for (const node of ['n2', 'n3']) driven.receive(given.appendEntriesReply(node, { term: 2, matchIndex }))
      }
      hearAll()
      driven.fire('quorumCheck')
      expect(driven.state).not.toBe('deposed')
      driven.tell(given.proposed('a'))
      hearAll()
      driven.fire('quorumCheck')
      expect(driven.state).toBe('deposed')
    }
    const hearing = leader.provide({
      guards: { isFit: ({ context }) => Object.values(context.progress).some(({ heard }) => heard) },
    })
    pitfall(scenario, leader, { 'it only asks who answers': hearing })
  })

  test('a slow disk that goes on writing does not cost the leadership', () => {
    const scenario = (role: typeof leader) => {
      const driven = drive(role, given.serverIn({ currentTerm: 2 }))
      for (let index = 1; index < 5; index++) {
        for (const node of ['n2', 'n3']) driven.receive(given.appendEntriesReply(node, { term: 2, matchIndex: index }))
        driven.tell(given.persisted(index, 2))
        driven.tell(given.proposed('more'))
        driven.fire('quorumCheck')
        expect(driven.state).not.toBe('deposed')
      }
    }
    const strict = leader.provide({
      guards: { isFit: ({ context }) => context.persistedIndex === context.log.last.index },
    })
    pitfall(scenario, leader, { 'it wants all on the disk': strict })
  })

  test('and cannot win again: its vote for itself never reaches the disk, so that it asks nobody', () => {
    const cluster = new Cluster(['n1', 'n2', 'n3'])
    const n1 = cluster.host('n1')
    n1.do((role) => role.fire('electionTimeout'))
    for (const node of ['n2', 'n3']) n1.do((role) => role.receive(given.preVoteReply(node, { term: 0, askedTerm: 1 })))
    expect(n1.role?.state).toEqual({ candidate: 'voting' })
    expect(cluster.packets.filter(({ message }) => message.type === 'RequestVote')).toEqual([])
    expect(n1.outbox.waiting.map(({ type }) => type)).toEqual(['persist', 'send'])
  })
})

describe('comparing logs by length', () => {
  test('the log that ends in the later term is the better one, however short', () => {
    const scenario = (role: typeof follower) => {
      const asked = (terms: readonly number[], lastLogIndex: number, lastLogTerm: number) => {
        const self = given.serverIn({ terms, currentTerm: 5 })
        return [
          given.sent(drive(role, self).receive(given.requestVote('n2', { term: 5, lastLogIndex, lastLogTerm }))),
          given.sent(drive(role, self).receive(given.preVote('n2', { term: 6, lastLogIndex, lastLogTerm }))),
        ].flatMap((sent) => sent.slice(0, 1))
      }
      expect(asked([1, 2], 9, 1)).toMatchObject([{ voteGranted: false }, { voteGranted: false }])
      expect(asked([1, 1, 1], 1, 2)).toMatchObject([{ voteGranted: true }, { voteGranted: true }])
    }
    const longer = ({ context, event }: { context: { log: { length: number } }; event: object }) =>
      'lastLogIndex' in event && Number(event.lastLogIndex) >= context.log.length
    pitfall(scenario, follower, {
      'the longer one, in votes': follower.provide({ guards: { mayVote: longer } }),
      'the longer one, in pre-votes': follower.provide({ guards: { wouldVote: longer } }),
    })
  })
})
