import { atLeast, flexible, type NodeId, type Random } from '@quorate/core'
import type { StageActor } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { commandOf, groupOf, type history, randomOf } from './history.test.fixture.js'
import type { MultiPaxosOptions } from './multiPaxos.js'
import { fair, VirtualTime } from './virtualTime.test.fixture.js'

/**
 * Whatever goes wrong, no slot has two values, and nobody reads what is older than what was acknowledged. And whatever
 * went wrong before: once most nodes are up, hear one another and lose few messages, what a client proposes is
 * soon applied by every learner, and what it reads is answered. A run that takes too long prints its seed.
 */

/** From the end of the faults until all is well, in milliseconds of virtual time: some five elections. */
const boundMs = 10_000

type Options = Partial<MultiPaxosOptions<typeof history>>

/** Crashes, restarts, partitions, slow disks and lost packets, while clients go on proposing. */
function haveFaults(world: VirtualTime, random: Random, pick: <T>(from: readonly T[]) => T): void {
  const { stage } = world
  const actors = [...stage.actors.values()]
  const orderers = actors.filter(({ definition: { orders } }) => orders)
  const crashy = random.below(4)
  for (let step = 0, steps = 20 + random.below(150); step < steps; step++) {
    world.do(() => {
      const dice = random.below(20)
      if (dice < crashy) pick(actors).crash()
      else if (dice < 8) {
        const actor = pick(actors)
        if (!actor.isUp) actor.start()
      } else if (dice === 8) {
        const cut = actors.filter(() => random.below(3) === 0).map(({ address }) => address)
        world.isOpen = ({ from, to }) => cut.includes(from) === cut.includes(to)
      } else if (dice === 9) {
        const [from, to] = [pick(actors).address, pick(actors).address]
        world.isOpen = (packet) => packet.from !== from && packet.to !== to
      } else if (dice === 10) world.isOpen = () => true
      else if (dice === 11) pick(actors).takeSnapshot()
      else if (dice === 12) {
        const slow = random.below(3) === 0
        world.weather = {
          lost: random.below(40),
          repeated: random.below(10),
          delayMaxMs: 1 + random.below(slow ? 2000 : 50),
          writeMaxMs: 1 + random.below(slow ? 1000 : 20),
        }
      } else {
        const orderer = pick(orderers)
        const texts = Array.from({ length: 1 + random.below(5) }, (_, position) => `before ${step}.${position}`)
        if (orderer.isUp) stage.propose(orderer, step, ...texts.map(commandOf))
        if (random.below(4) === 0) world.safety.read(orderer, step)
      }
    })
    world.pass(random.below(200))
  }
}

/** Time from the end of the faults until a proposal is applied by every learner that is up, and a read is answered. */
function recoveryOf(seed: number, options: Options, downAfterwards: readonly NodeId[] = []): number {
  const random = randomOf(seed)
  const pick = <T>(from: readonly T[]): T => from[random.below(from.length)] as T
  const world = new VirtualTime(groupOf(options), random)
  haveFaults(world, random, pick)

  const isOut = ({ node }: StageActor) => downAfterwards.includes(node)
  const actors = [...world.stage.actors.values()]
  world.isOpen = () => true
  world.weather = fair
  const isPowerCut = random.below(3) === 0
  world.do(() => {
    for (const actor of actors) {
      if (isOut(actor) || isPowerCut) actor.crash()
      if (!isOut(actor) && !actor.isUp) actor.start()
    }
  })
  try {
    return untilApplied(world)
  } catch (error) {
    throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error })
  }
}

/** True for what was proposed when the faults were over. */
const isNew = (value: string): boolean => value.startsWith('command "after')

/** Time until a new proposal is applied by every learner that is up, and a read is answered. */
function untilApplied(world: VirtualTime): number {
  const { stage, safety } = world
  const there = [...stage.actors.values()].filter(({ isUp }) => isUp)
  const learners = there.filter(({ definition: { applies } }) => applies)
  const orderers = there.filter(({ definition: { orders } }) => orders)
  let [seen, slot]: [number, number | undefined] = [0, undefined]
  const isApplied = () => {
    if (safety.applied.size > seen) slot ??= [...safety.applied].find(([, value]) => isNew(value))?.[0]
    seen = safety.applied.size
    return slot !== undefined && learners.every(({ driver }) => driver.applied.index >= (slot ?? 0))
  }
  const isRead = () => [...safety.answered].some((read) => Number(read.split('/').at(-1)) >= 1_000_000)
  const begun = world.now
  for (let time = 0; world.now - begun < boundMs; time++) {
    world.do(() => {
      for (const orderer of orderers) {
        if (!orderer.status.leads) continue
        stage.propose(orderer, 1_000_000 + time, commandOf(`after ${time}`))
        safety.read(orderer, 1_000_000 + time)
      }
    })
    if (world.pass(200, () => isApplied() && isRead())) return world.now - begun
  }
  const states = there.map(
    ({ address, status }) => `${address} ${status.state} ${status.commitIndex}/${status.lastIndex}`,
  )
  throw new Error(`not applied after ${boundMs} ms: ${states.join(', ')}`)
}

const five = ['a1', 'a2', 'a3', 'a4', 'a5']

describe('after any faults', () => {
  const seeds = process.env['QUORATE_LONG'] ? 2000 : 25

  const groups: Readonly<Record<string, { readonly options: Options; readonly down?: readonly NodeId[] }>> = {
    'all roles on each of three nodes': { options: {} },
    'one of three nodes stays down': { options: {}, down: ['n2'] },
    'roles apart, two of five acceptors and a proposer stay down': {
      options: { proposers: ['p1', 'p2'], acceptors: five, learners: ['l1', 'l2'] },
      down: ['a1', 'a4', 'p1'],
    },
    'one learner': { options: { learners: ['l1'] } },
    'flexible quorums': {
      options: { acceptors: five, quorums: flexible({ phase1: atLeast(4, five), phase2: atLeast(2, five) }) },
      down: ['a3'],
    },
    'batchers and proxy leaders': {
      options: { proposers: ['p1', 'p2'], learners: ['l1', 'l2'], batchers: ['b1'], proxyLeaders: ['x1', 'x2'] },
    },
    'batchers and proxy leaders, of which one stays down': {
      options: { proposers: ['p1', 'p2'], learners: ['l1', 'l2'], batchers: ['b1', 'b2'], proxyLeaders: ['x1', 'x2'] },
      down: ['b2', 'x1', 'n3', 'p2'],
    },
    'all proxy leaders stay down': {
      options: { proposers: ['p1', 'p2'], learners: ['l1', 'l2'], batchers: ['b1'], proxyLeaders: ['x1', 'x2'] },
      down: ['x1', 'x2'],
    },
  }
  test.each(Object.entries(groups))('%s', { timeout: 600_000 }, (name, { options, down }) => {
    const times = Array.from({ length: seeds }, (_, at) => recoveryOf(at + 1, options, down)).sort((a, b) => a - b)
    const [median, slowest] = [times[seeds >> 1] ?? 0, times.at(-1) ?? 0]
    console.log(`${name}, ${seeds} runs: half within ${Math.round(median)} ms, all within ${Math.round(slowest)} ms`)
    expect(slowest).toBeLessThan(boundMs)
  })

  test('a group that restarts with a long log prepares what is open, not all that it ever chose', () => {
    const limits = { entriesMax: 20, bytesMax: 100_000, pollsMax: 16, openSlotsMax: 100_000 }
    const world = new VirtualTime(groupOf({ limits }), randomOf(1))
    const actors = [...world.stage.actors.values()]
    const leader = () => world.stage.actorsOf('proposer').find(({ status }) => status.leads)
    world.pass(boundMs, () => leader() !== undefined)
    const first = leader()
    if (!first) throw new Error('nobody leads')
    const slots = 6000
    world.do((stage) => stage.propose(first, 1, ...Array.from({ length: slots }, (_, at) => commandOf(`${at}`))))
    const isDone = () => world.stage.actorsOf('learner').every(({ driver }) => driver.applied.index >= slots)
    expect(world.pass(60_000, isDone)).toBe(true)
    world.pass(1000)
    world.do(() => {
      for (const actor of actors) {
        actor.crash()
        actor.start()
      }
    })
    // All of it in pieces of twenty would take longer than a proposer has.
    expect(world.pass(5000, () => leader() !== undefined)).toBe(true)
    expect(untilApplied(world)).toBeLessThan(boundMs)
  })

  test('without a quorum nothing is chosen, and that is noticed here', () => {
    expect(() => recoveryOf(1, {}, ['n1', 'n3'])).toThrow(/seed 1: not applied/)
  })
})
