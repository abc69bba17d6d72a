import { drive } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { Cluster, withoutCatchUp } from '../cluster.test.fixture.js'
import { leader } from '../index.js'
import * as given from '../role.test.fixture.js'

/**
 * Ongaro and Ousterhout (2014), sections 5.3 (commitment), 5.4.2 and 5.4.3, Figure 8; the leader's own disk: Ongaro,
 * "Consensus: Bridging Theory and Practice" (2014), section 10.2.1.
 */

const five = ['n1', 'n2', 'n3', 'n4', 'n5']
const success = (node: string, term: number, matchIndex: number) => given.appendEntriesReply(node, { term, matchIndex })

describe('5.3: "A log entry is committed once the leader that created the entry has replicated it on a majority of the servers"', () => {
  test('not before, and the entries that precede it are committed with it', () => {
    const role = drive(leader, given.serverIn({ terms: [1, 1], currentTerm: 2, members: five }))
    role.tell(given.persisted(3, 2))
    expect(given.kindsOf(role.receive(success('n2', 2, 3)))).not.toContain('commit')
    const effects = role.receive(success('n3', 2, 3))
    expect(given.effectOf(effects, 'commit').entries.map(({ index, term }) => [index, term])).toEqual([
      [1, 1],
      [2, 1],
      [3, 2],
    ])
    expect(role.context.commitIndex).toBe(3)
    expect(given.kindsOf(role.receive(success('n4', 2, 3)))).not.toContain('commit')
  })

  test('"The leader keeps track of the highest index it knows to be committed, and it includes that index in future AppendEntries RPCs (including heartbeats)"', () => {
    const role = drive(leader, given.serverIn({ currentTerm: 2 }))
    expect(given.sentOf(role.effects, 'AppendEntries').map(({ leaderCommit }) => leaderCommit)).toEqual([0, 0])
    role.tell(given.persisted(1, 2))
    for (const node of ['n2', 'n3']) role.receive(success(node, 2, 1))
    expect(given.sentOf(role.fire('heartbeat'), 'AppendEntries')).toMatchObject([{ leaderCommit: 1 }])
    expect(given.sentOf(role.tell(given.proposed('a')), 'AppendEntries')).toMatchObject([{ leaderCommit: 1 }])
  })

  test('who is no follower is not counted', () => {
    const role = drive(leader, given.serverIn({ currentTerm: 2 }))
    role.tell(given.persisted(1, 2))
    expect(role.receive(success('n9', 2, 1))).toEqual([])
    expect(role.receive(success('n1', 2, 1))).toEqual([])
    expect(role.context.commitIndex).toBe(0)
  })

  test('what was never sent cannot be acknowledged', () => {
    const role = drive(leader, given.serverIn({ currentTerm: 2 }))
    role.tell(given.persisted(1, 2))
    expect(role.receive(success('n2', 2, 7))).toEqual([])
    expect(role.context.progress['n2']?.matchIndex).toBe(0)
  })
})

describe('10.2.1 (dissertation): the leader writes its disk in parallel with its followers', () => {
  test('its messages do not wait for its own appends', () => {
    const role = drive(leader, given.serverIn({ currentTerm: 2 }))
    for (const effect of role.effects) if (effect.type === 'send') expect(effect.passes).toBe('append')
    role.receive(success('n2', 2, 1))
    role.receive(success('n3', 2, 1))
    expect(role.tell(given.proposed('a'))).toMatchObject([{ type: 'append' }, { type: 'send', passes: 'append' }])
  })

  test('it counts itself once its own write is durable, not before', () => {
    const role = drive(leader, given.serverIn({ currentTerm: 2 }))
    expect(given.kindsOf(role.receive(success('n2', 2, 1)))).not.toContain('commit')
    expect(given.kindsOf(role.tell(given.persisted(1, 2)))).toContain('commit')
  })

  test('"The leader may even commit an entry before it has been written to its own disk, if a majority of followers have written it to their disks"', () => {
    const role = drive(leader, given.serverIn({ currentTerm: 2 }))
    role.receive(success('n2', 2, 1))
    const effects = role.receive(success('n3', 2, 1))
    expect(given.effectOf(effects, 'commit')).toMatchObject({ passes: 'append', entries: [{ index: 1 }] })
  })
})

describe('5.4.2: "Raft never commits log entries from previous terms by counting replicas"', () => {
  test('an entry of an earlier term that a majority holds is not committed', () => {
    const role = drive(leader, given.serverIn({ terms: [1, 2], currentTerm: 4, members: five }))
    for (const node of ['n2', 'n3', 'n4', 'n5'])
      expect(given.kindsOf(role.receive(success(node, 4, 2)))).not.toContain('commit')
    expect(role.context.commitIndex).toBe(0)
  })

  test('"once an entry from the current term has been committed in this way, then all prior entries are committed indirectly"', () => {
    const role = drive(leader, given.serverIn({ terms: [1, 2], currentTerm: 4, members: five }))
    role.tell(given.persisted(3, 4))
    for (const node of ['n2', 'n3']) role.receive(success(node, 4, 3))
    expect(given.effectOf(role.effects, 'commit').entries.map(({ term }) => term)).toEqual([1, 2, 4])
  })
})

describe('Figure 8', () => {
  /** As in (c): S1 led term 2 and leads term 4; S5 led term 3. Entry 2 of term 2 is on S1 and S2. */
  function asInC() {
    const logs = { s1: [1, 2], s2: [1, 2], s3: [1], s4: [1], s5: [1, 3] }
    const cluster = new Cluster(Object.keys(logs))
    for (const [id, log] of Object.entries(logs)) {
      const host = cluster.host(id)
      host.crash()
      const record = { currentTerm: 3, votedFor: undefined, doubtful: false, doubt: 0, spentTerm: 0 }
      host.disk = { ...host.disk, record, entries: given.entriesOf(log) }
      host.start()
    }
    cluster.host('s5').crash()
    cluster.host('s1').do((role) => role.fire('electionTimeout'))
    return cluster
  }
  const termsOnDisk = (cluster: Cluster) =>
    [...cluster.hosts.values()].map(({ disk }) => disk.entries.map(({ term }) => term))

  test('(d): S1 crashes when its entry of term 2 is on a majority; S5 overwrites it, and nobody had applied it', () => {
    const cluster = asInC()
    cluster.stabilize((packet) => {
      // Of the new term's entries only those that S1 had before reach another server: S3.
      if (packet.message.type !== 'AppendEntries') return true
      const isOld = packet.message.entries.every(({ term }) => term < 4)
      return isOld && packet.to.endsWith('s3')
    })
    const s1 = cluster.host('s1')
    expect(s1.role?.context).toMatchObject({ currentTerm: 4, commitIndex: 0 })
    // S3 is brought the entry of term 2, but not that of term 4.
    cluster.host('s3').do((role) =>
      role.receive({
        ...given.appendEntries('s1', { term: 4, prevLogIndex: 1, prevLogTerm: 1, entries: [given.entry(2, 2)] }),
        round: 0,
      }),
    )
    cluster.stabilize(({ message }) => message.type === 'AppendEntriesReply')
    expect(termsOnDisk(cluster)).toEqual([[1, 2, 4], [1, 2], [1, 2], [1], [1, 3]])
    expect(s1.role?.context.commitIndex).toBe(0)
    s1.crash()
    cluster.host('s5').start()
    cluster.host('s5').do((role) => role.fire('electionTimeout'))
    cluster.stabilize()
    // S5's term was behind: the first round taught it the newer one.
    expect(cluster.leaders).toEqual([])
    for (const id of ['s2', 's3', 's4']) {
      const { role } = cluster.host(id)
      if (role?.timers['minimumElectionTimeout'] !== undefined) role.fire('minimumElectionTimeout')
    }
    cluster.host('s5').do((role) => role.fire('electionTimeout'))
    cluster.stabilize()
    expect(cluster.leaders).toEqual(['s5'])
    expect(termsOnDisk(cluster).slice(1)).toEqual([
      [1, 3, 5],
      [1, 3, 5],
      [1, 3, 5],
      [1, 3, 5],
    ])
    for (const { applied } of cluster.hosts.values()) expect(applied.some(({ entry }) => entry.term === 2)).toBe(false)
  })

  test('(e): once S1 has replicated an entry of its own term on a majority, S5 cannot win', () => {
    const cluster = asInC()
    cluster.stabilize(({ to, message }) => !(to.endsWith('s4') && message.type === 'AppendEntries'))
    const s1 = cluster.host('s1')
    expect(s1.role?.context).toMatchObject({ currentTerm: 4, commitIndex: 3 })
    s1.crash()
    cluster.host('s5').start()
    for (const { role } of cluster.hosts.values()) {
      if (role?.timers['minimumElectionTimeout'] !== undefined) role.fire('minimumElectionTimeout')
    }
    for (const _time of [1, 2, 3]) {
      cluster.host('s5').do((role) => role.fire('electionTimeout'))
      cluster.stabilize(withoutCatchUp)
      expect(cluster.leaders).toEqual([])
    }
    cluster.host('s2').do((role) => role.fire('electionTimeout'))
    cluster.stabilize()
    cluster.host('s2').do((role) => role.fire('heartbeat'))
    cluster.stabilize()
    expect(cluster.leaders).toEqual(['s2'])
    expect(termsOnDisk(cluster).slice(1)).toEqual(Array(4).fill([1, 2, 4, 5]))
  })
})

describe('5.4.3, Leader Completeness: "if a log entry is committed in a given term, then that entry will be present in the logs of the leaders for all higher-numbered terms"', () => {
  /** Every log of up to three entries of terms 1 to 3 that could stand in one group with the committed `[1, 2]`. */
  const logs = [[], [1], [1, 1], [1, 2], [1, 1, 1], [1, 2, 2], [1, 2, 3], [1, 1, 3]] as const

  test('whoever lacks a committed entry is refused by someone in every majority', () => {
    const isComplete = (log: readonly number[]) => log[0] === 1 && log[1] === 2
    for (const own of logs) {
      // [1, 1, 3] cannot stand beside a committed [1, 2]: the leader of term 3 would lack it.
      if (own.at(-1) === 3 && !isComplete(own)) continue
      const logOf = { n1: own, n2: [1, 2], n3: [1, 2] }
      const cluster = new Cluster(Object.keys(logOf))
      for (const [id, log] of Object.entries(logOf)) {
        const host = cluster.host(id)
        host.disk = {
          ...host.disk,
          record: { currentTerm: 3, votedFor: undefined, doubtful: false, doubt: 0, spentTerm: 0 },
          entries: given.entriesOf(log),
        }
        host.start()
      }
      cluster.host('n1').do((role) => role.fire('electionTimeout'))
      cluster.stabilize(withoutCatchUp)
      expect(cluster.leaders).toEqual(isComplete(own) ? ['n1'] : [])
    }
  })
})

describe('8: each leader commits "a blank no-op entry into the log at the start of its term"', () => {
  test('so that it learns what is committed, with no client asking for anything', () => {
    const cluster = new Cluster(['n1', 'n2', 'n3'])
    cluster.host('n1').do((role) => role.fire('electionTimeout'))
    cluster.stabilize()
    expect(cluster.host('n1').applied.map(({ entry }) => [entry.index, entry.kind])).toEqual([[1, 'noop']])
  })

  test('it is written and sent as any other entry', () => {
    const { effects } = drive(leader, given.serverIn({ terms: [1], currentTerm: 2 }))
    const noop = {
      index: 2,
      term: 2,
      kind: 'noop',
      session: 0,
      sequence: 0,
      answeredBelow: 0,
      bytes: new Uint8Array(0),
    }
    expect(given.effectOf(effects, 'append').entries).toEqual([noop])
  })
})
