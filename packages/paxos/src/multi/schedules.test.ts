import { type Entry, majority, type QuorumSystem } from '@quorate/core'
import { Stage, type StageActor } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { assign } from 'xstate'
import { multiPaxosAcceptor, type multiPaxosProposer } from '../index.js'
import { commandOf, groupOf, type history, randomOf, three } from './history.test.fixture.js'
import type { MultiPaxosOptions } from './multiPaxos.js'

/**
 * Random schedules of loss, duplication, reordering, timeouts, crashes and slow disks over the real roles. After every
 * step: no slot has two chosen values, no state machine applied another one, and nobody reads what is older than what was
 * acknowledged. A failing schedule prints its seed.
 */

const textOf = ({ kind, bytes }: Entry): string => `${kind} ${new TextDecoder().decode(bytes)}`

class Safety {
  /** By slot: the value that was chosen, found by counting what the acceptors' disks have held. */
  readonly chosen = new Map<number, string>()
  readonly applied = new Map<number, string>()
  readonly accepted = new Map<string, { value: string; by: Record<string, true> }>()
  /** The last slot that a state machine had applied when a read began. */
  readonly reads = new Map<string, number>()
  readonly #quorum: QuorumSystem

  constructor(quorum: QuorumSystem) {
    this.#quorum = quorum
  }

  acceptance(node: string, { index, term, ...rest }: Entry): void {
    const value = textOf({ index, term, ...rest })
    const key = `${index}/${term}`
    const vote = this.accepted.get(key) ?? { value, by: {} }
    if (vote.value !== value) throw new Error(`one ballot, two values in slot ${index}: ${vote.value} and ${value}`)
    vote.by[node] = true
    this.accepted.set(key, vote)
    if (this.#quorum.tally(vote.by) !== 'won') return
    const known = this.chosen.get(index) ?? value
    if (known !== value) throw new Error(`slot ${index}: both ${known} and ${value} were chosen`)
    this.chosen.set(index, value)
  }

  check(stage: Stage): void {
    for (const actor of stage.actors.values()) {
      for (const { entry } of actor.applied) this.#apply(actor, entry)
      actor.applied = []
      for (const { request, at } of actor.readable) {
        const begun = this.reads.get(`${actor.address}/${request}`) ?? 0
        if (at < begun)
          throw new Error(`${actor.address} reads at ${at} what was applied up to ${begun} before it asked`)
      }
      actor.readable = []
    }
  }

  #apply({ address }: StageActor, entry: Entry): void {
    const value = textOf(entry)
    const chosen = this.chosen.get(entry.index)
    if (chosen !== value) throw new Error(`${address} applied ${value} in slot ${entry.index}, chosen is ${chosen}`)
    this.applied.set(entry.index, value)
  }
}

/** Notes what reaches the disks of acceptors, since only that counts. */
function finishWrite(actor: StageActor, safety: Safety): void {
  if (actor.role === 'acceptor') {
    for (const effect of actor.writing) {
      if (effect.type !== 'append') continue
      for (const entry of effect.entries) if (entry.term > 0) safety.acceptance(actor.node, entry)
    }
  }
  actor.finishWrite()
}

interface Trial {
  readonly options?: Partial<MultiPaxosOptions<typeof history>>
  readonly acceptor?: typeof multiPaxosAcceptor
  readonly proposer?: typeof multiPaxosProposer
}

function run(seed: number, steps: number, { options = {}, ...roles }: Trial = {}) {
  const random = randomOf(seed)
  const definition = groupOf(options)
  const acceptors = definition.roles['acceptor']
  const proposers = definition.roles['proposer']
  if (!acceptors || !proposers) throw new Error('no roles')
  const { acceptor, proposer } = roles
  const stage = new Stage({
    ...definition,
    roles: {
      ...definition.roles,
      ...(acceptor && { acceptor: { ...acceptors, logic: () => acceptor } }),
      ...(proposer && { proposer: { ...proposers, logic: () => proposer } }),
    },
  })
  const safety = new Safety(definition.quorums?.phase2 ?? majority(three))
  const actors = [...stage.actors.values()]
  const orderers = actors.filter(({ definition: { orders } }) => orders)
  const pick = <T>(from: readonly T[]): T => from[random.below(from.length)] as T
  const lossy = random.below(30)
  const crashy = random.below(4)
  let leaders = 0
  for (let step = 0; step < steps; step++) {
    const actor = pick(actors)
    const dice = random.below(100)
    if (dice < 60 && stage.packets.length > 0) {
      const position = random.below(Math.min(stage.packets.length, 12))
      const packet = stage.packets[position]
      if (random.below(100) >= 8) stage.packets.splice(position, 1)
      if (packet && random.below(100) >= lossy) stage.deliver(packet)
      if (stage.packets.length > 300) stage.packets.splice(0, 100)
    } else if (dice < 80) {
      if (random.below(2) === 0) actor.beginWrite()
      else finishWrite(actor, safety)
    } else if (dice < 88) {
      const orderer = pick(orderers)
      if (orderer.isUp) stage.propose(orderer, step, commandOf(`${seed}/${step}`))
      if (random.below(4) === 0) {
        safety.reads.set(`${orderer.address}/${step}`, Math.max(0, ...safety.applied.keys()))
        orderer.tell({ type: 'client.read', request: step })
      }
    } else if (dice < 96) {
      const timer = pick(Object.keys(actor.driven?.timers ?? {}))
      const isRare = ['electionTimeout', 'quorumCheck', 'leaderTimeout'].includes(timer)
      if (timer && (!isRare || random.below(6) === 0)) actor.fire(timer)
    } else if (dice < 98) actor.takeSnapshot()
    else if (!actor.isUp) actor.start()
    else if (random.below(5) < crashy) actor.crash()
    safety.check(stage)
    const leading = actors.filter((other) => other.role === 'proposer' && other.isUp && other.status.leads)
    leaders = Math.max(leaders, ...leading.map(({ status }) => status.term))
  }
  return { chosen: safety.chosen.size, applied: safety.applied.size, leaders }
}

function runAll(seeds: number, steps: number, trial: Trial = {}) {
  const total = { chosen: 0, applied: 0, leaders: 0 }
  for (let seed = 1; seed <= seeds; seed++) {
    try {
      const { chosen, applied, leaders } = run(seed, steps, trial)
      total.chosen += chosen
      total.applied += applied
      total.leaders += leaders
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error })
    }
  }
  return total
}

const five = ['a1', 'a2', 'a3', 'a4', 'a5']

describe('random schedules', () => {
  const seeds = process.env['QUORATE_LONG'] ? 3000 : 150

  const topologies: Readonly<Record<string, Trial>> = {
    'all roles on each of three nodes': {},
    'roles apart': { options: { proposers: ['p1', 'p2'], acceptors: five, learners: ['l1', 'l2'] } },
    'batchers and proxy leaders': {
      options: { proposers: ['p1', 'p2'], learners: ['l1', 'l2'], batchers: ['b1'], proxyLeaders: ['x1', 'x2'] },
    },
  }
  test.each(Object.entries(topologies))('%s: one value a slot', { timeout: 600_000 }, (name, trial) => {
    const { chosen, applied, leaders } = runAll(seeds, 1500, trial)
    console.log(`${name}, ${seeds} schedules: ${chosen} slots chosen, ${applied} applied, round ${leaders}`)
    expect(applied).toBeGreaterThan(seeds * 2)
    expect(leaders).toBeGreaterThan(seeds)
  })

  const mistakes: Record<string, Trial> = {
    'an acceptor that forgets what it promised': {
      acceptor: multiPaxosAcceptor.provide({ guards: { breaksPromise: () => false } }),
    },
    'an acceptor whose acceptances never reach the disk': {
      acceptor: multiPaxosAcceptor.provide({ actions: { persistEntries: assign({}) } }),
    },
  }
  test.each(Object.entries(mistakes))('%s is found out', (_name, trial) => {
    expect(() => runAll(400, 1500, trial)).toThrow(/chosen|two values/)
  })
})
