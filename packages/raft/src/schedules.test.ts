import type { Entry } from '@quorate/core'
import { assign } from '@quorate/core/statechart'
import { describe, expect, test } from 'vitest'
import { Cluster, type Host } from './cluster.test.fixture.js'
import { server } from './family.js'

/**
 * Random schedules of loss, duplication, reordering, timeouts, crashes and slow disks over the real roles, and after every
 * step the properties of Figure 3. A failing schedule prints its seed.
 */

function randomOf(seed: number): (limit: number) => number {
  let state = seed * 2 + 1
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

class Safety {
  readonly leaderOf = new Map<number, string>()
  readonly committed = new Map<number, Entry>()

  check(cluster: Cluster): void {
    for (const host of cluster.hosts.values()) {
      this.#electionSafety(host)
      this.#stateMachineSafety(host)
    }
    this.#logMatching([...cluster.hosts.values()])
  }

  /** "At most one leader can be elected in a given term." */
  #electionSafety({ role, id }: Host): void {
    if (role?.snapshot.role !== 'leader') return
    const term = role.context.currentTerm
    const known = this.leaderOf.get(term)
    if (known !== undefined && known !== id) throw new Error(`Election Safety: ${known} and ${id} lead term ${term}`)
    this.leaderOf.set(term, id)
  }

  /** "If a server has applied a log entry at a given index, no other server will ever apply a different entry for it." */
  #stateMachineSafety(host: Host): void {
    for (const { entry } of host.applied) {
      const known = this.committed.get(entry.index)
      if (known && known.term !== entry.term) {
        throw new Error(
          `State Machine Safety: ${host.id} applied ${entry.index} of ${entry.term}, another of ${known.term}`,
        )
      }
      this.committed.set(entry.index, entry)
    }
    host.applied = []
    const leader = host.role?.snapshot.role === 'leader' ? host.role.context : undefined
    if (!leader || leader.currentTerm < Math.max(...this.leaderOf.keys())) return
    // "If a log entry is committed in a given term, it will be present in the logs of the leaders of all higher terms."
    for (const [index, entry] of this.committed) {
      if (index > leader.log.base.index && entry.term < leader.currentTerm && !leader.log.has(entry)) {
        throw new Error(`Leader Completeness: ${host.id} lacks ${index} of ${entry.term} in term ${leader.currentTerm}`)
      }
    }
  }

  /** "If two logs contain an entry with the same index and term, then the logs are identical up through it." */
  #logMatching(hosts: readonly Host[]): void {
    const logs = hosts.flatMap(({ role }) => (role ? [role.context.log] : []))
    for (const a of logs) {
      for (const b of logs) {
        let agrees = false
        for (let index = Math.min(a.last.index, b.last.index); index > Math.max(a.base.index, b.base.index); index--) {
          const isSame = a.termAt(index) === b.termAt(index)
          if (agrees && !isSame) throw new Error(`Log Matching: the logs part at ${index} and meet later`)
          agrees ||= isSame
        }
      }
    }
  }
}

function run(seed: number, steps: number, family = server): { committed: number; terms: number } {
  const random = randomOf(seed)
  const members = ['n1', 'n2', 'n3', 'n4', 'n5'].slice(0, random(2) === 0 ? 3 : 5)
  const cluster = new Cluster(members, family)
  const safety = new Safety()
  const hosts = [...cluster.hosts.values()]
  const pick = <T>(from: readonly T[]): T | undefined => from[random(from.length)]
  const lossy = random(30)
  const crashy = random(4)
  for (let step = 0; step < steps; step++) {
    const host = pick(hosts) as Host
    const dice = random(100)
    if (dice < 55 && cluster.packets.length > 0) {
      const position = random(Math.min(cluster.packets.length, 12))
      const packet = cluster.packets[position]
      if (random(100) >= 8) cluster.packets.splice(position, 1)
      if (packet && random(100) >= lossy) cluster.deliver(packet)
      if (cluster.packets.length > 200) cluster.packets.splice(0, 100)
    } else if (dice < 80) {
      if (random(2) === 0) host.beginWrite()
      else host.finishWrite()
    } else if (dice < 88) {
      cluster.propose(host.id, `${seed}/${step}`)
      if (random(4) === 0) host.do((role) => role.tell({ type: 'client.read', request: step }))
    } else if (dice < 96) {
      const timer = pick(Object.keys(host.role?.timers ?? {}))
      const isElection = timer === 'electionTimeout' || timer === 'quorumCheck'
      if (timer && (!isElection || random(6) === 0)) host.do((role) => role.fire(timer))
    } else if (dice < 98) host.takeSnapshot()
    else if (!host.role) host.start()
    else if (random(5) < crashy) host.crash()
    safety.check(cluster)
  }
  return { committed: safety.committed.size, terms: safety.leaderOf.size }
}

describe('random schedules', () => {
  const seeds = process.env['QUORATE_LONG'] ? 3000 : 150
  test(`${seeds} schedules keep the properties of Figure 3, and get somewhere`, { timeout: 600_000 }, () => {
    const total = { committed: 0, terms: 0 }
    for (let seed = 1; seed <= seeds; seed++) {
      try {
        const { committed, terms } = run(seed, 1500)
        total.committed += committed
        total.terms += terms
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error })
      }
    }
    expect(total.committed).toBeGreaterThan(seeds * 5)
    expect(total.terms).toBeGreaterThan(seeds)
    console.log(`${seeds} schedules: ${total.committed} entries committed in ${total.terms} terms`)
  })

  const mistakes: Record<string, Parameters<typeof server.provide>[0]> = {
    'a voter that votes for everyone': { follower: { guards: { mayVote: () => true } } },
    'a voter that forgets its vote': { follower: { actions: { vote: assign({}) } } },
    'a follower that takes entries after a gap as they come': { follower: { guards: { isGap: () => false } } },
    'a candidate that needs one vote': { candidate: { guards: { hasMajority: () => true } } },
    'a voter whose vote never reaches the disk': { follower: { actions: { persist: assign({}) } } },
  }
  test.each(Object.entries(mistakes))('%s is found out', (_name, mistake) => {
    const family = server.provide(mistake)
    expect(() => {
      for (let seed = 1; seed <= 400; seed++) run(seed, 1500, family)
    }).toThrow()
  })
})
