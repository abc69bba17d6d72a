import { nodeOf, type Random } from '@quorate/core'
import { type Packet, Stage, type StageActor, virtualClock } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { randomOf } from '../multi/history.test.fixture.js'
import { proposerRole } from './config.js'
import { proposer } from './proposer.js'
import * as given from './roles.test.fixture.js'

/**
 * Section 2.4: "It's easy to construct a scenario in which two proposers each keep issuing a sequence of proposals with
 * increasing numbers, none of which are ever chosen." Here time passes: what is said, written and waited for takes as long
 * as the network, the disk and the timers say.
 */

interface Network {
  /** How long a packet is on its way, in milliseconds; undefined for one that is lost. */
  delayOf(packet: Packet, random: Random): number | undefined
  readonly writeMs: number
}

/** Loses three of ten, and delays the others as it likes, so that they overtake one another. */
const bad: Network = {
  delayOf: (_packet, random) => (random.below(100) < 30 ? undefined : 1 + random.below(60)),
  writeMs: 5,
}

/** Loses nothing, but a value takes longer than a number: whoever refuses comes before the next value does. */
const slowWithValues: Network = {
  delayOf: ({ message }) => (message.type === 'Accept' ? 60 : 10),
  writeMs: 0,
}

/** Runs a stage by the clock. */
class Simulation {
  readonly clock = virtualClock()
  readonly stage: Stage
  readonly #random: Random
  readonly #network: Network
  /** By actor and name: the timers that run, and the visit to a state that set them. */
  readonly #timers = new Map<string, { readonly visit: string; readonly timer: unknown }>()

  constructor(stage: Stage, network: Network, random: Random) {
    this.stage = stage
    this.#network = network
    this.#random = random
    for (const actor of stage.actors.values()) this.follow(actor)
  }

  /** Sees to what an actor has just asked for. */
  follow(actor: StageActor): void {
    this.#send()
    this.#setTimers(actor)
    if (actor.writing.length > 0) return
    actor.beginWrite()
    if (actor.writing.length === 0) return
    this.clock.setTimeout(() => {
      actor.finishWrite()
      this.follow(actor)
    }, this.#network.writeMs)
  }

  #send(): void {
    const { stage } = this
    const packets = stage.packets
    stage.packets = []
    for (const packet of packets) {
      const delayMs = this.#network.delayOf(packet, this.#random)
      if (delayMs === undefined) continue
      this.clock.setTimeout(() => {
        stage.deliver(packet)
        const actor = stage.actors.get(packet.to)
        if (actor) this.follow(actor)
      }, delayMs)
    }
  }

  #setTimers(actor: StageActor): void {
    const { driven, address } = actor
    if (!driven) return
    const visit = `${actor.status.state} ${JSON.stringify((driven.context as { round?: number }).round)}`
    for (const [key, { visit: before, timer }] of this.#timers) {
      const name = key.slice(address.length + 1)
      if (!key.startsWith(`${address} `) || (before === visit && driven.timers[name] !== undefined)) continue
      this.clock.clearTimeout(timer)
      this.#timers.delete(key)
    }
    for (const [name, delayMs] of Object.entries(driven.timers)) {
      const key = `${address} ${name}`
      if (this.#timers.has(key)) continue
      const fire = () => {
        this.#timers.delete(key)
        actor.fire(name)
        this.follow(actor)
      }
      this.#timers.set(key, { visit, timer: this.clock.setTimeout(fire, delayMs) })
    }
  }
}

/** Two proposers are asked within a phase of each other. Gives when both clients had an answer, or undefined. */
function duel(seed: number, network: Network, limitMs: number, role?: typeof proposer) {
  const random = randomOf(seed)
  const group = given.groupOf({ phaseTimeoutMs: 500, backOffMs: 100 })
  const simulation = new Simulation(
    new Stage(role ? given.withRoles(group, { proposer: role }) : group, random),
    network,
    random,
  )
  const { stage, clock } = simulation
  const duellists = stage.actorsOf(proposerRole)
  for (const [at, actor] of duellists.entries()) {
    clock.setTimeout(
      () => {
        given.ask(stage, actor.node, actor.node)
        simulation.follow(actor)
      },
      at * (40 + random.below(20)),
    )
  }
  const isOver = () => duellists.every(({ answered }) => answered.length > 0)
  while (!isOver() && clock.nowMs() < limitMs) clock.advance(10)
  if (!isOver()) return undefined
  const answers = new Set(duellists.flatMap(given.answersOf))
  expect(answers.size).toBe(1)
  expect(duellists.map(({ address }) => nodeOf(address))).toContain([...answers][0])
  return clock.nowMs()
}

const waitingEquallyLong = proposer.provide({ delays: { phaseTimeout: 500, backOff: 1 } })

const undecided = (times: readonly (number | undefined)[]) => times.filter((ms) => ms === undefined).length

const duels = (seeds: number, network: Network, limitMs: number, role?: typeof proposer) =>
  Array.from({ length: seeds }, (_, seed) => duel(seed + 1, network, limitMs, role))

describe('two proposers that duel', () => {
  const seeds = process.env['QUORATE_LONG'] ? 3000 : 100
  /** With phases of half a second and back-offs of a tenth to begin with. */
  const boundMs = 30_000

  test(`decide within ${boundMs / 1000} seconds through a network that loses three messages of ten`, {
    timeout: 600_000,
  }, () => {
    const times = duels(seeds, bad, boundMs)
    expect(undecided(times)).toBe(0)
    const sorted = times.map((ms) => ms ?? 0).sort((a, b) => a - b)
    console.log(`${seeds} duels: half decided within ${sorted[seeds >> 1]} ms, all within ${sorted.at(-1)} ms`)
  })

  test('decide where values travel slower than refusals; without a back-off they go on, seed for seed', () => {
    expect(undecided(duels(20, slowWithValues, boundMs))).toBe(0)
    expect(undecided(duels(3, slowWithValues, boundMs, waitingEquallyLong))).toBe(3)
  })
})
