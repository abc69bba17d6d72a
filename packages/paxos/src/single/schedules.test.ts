import { atLeast, flexible, grid, majority, type NodeId, type QuorumSystem, type Received, send } from '@quorate/core'
import { assign, emit } from '@quorate/core/statechart'
import { Stage, type StageActor, type StageDisk } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { termOf } from '../ballot.js'
import { type AcceptorRecord, decodeAcceptorRecord, type Prepare } from '../generated/paxos.js'
import { randomOf } from '../multi/history.test.fixture.js'
import { type Acceptor, type AcceptorEvent, acceptor } from './acceptor.js'
import { acceptorRole, proposerRole } from './config.js'
import type { learner } from './learner.js'
import type { PaxosOptions } from './paxos.js'
import { proposer } from './proposer.js'
import * as given from './roles.test.fixture.js'

/**
 * Random schedules of loss, duplication, reordering, timeouts, crashes, slow and torn disks over the real roles. After
 * every step: at most one value is chosen, it is one that a client asked for, and nobody says another. A failing schedule
 * prints its seed.
 */

class Safety {
  /** The value that was chosen, found by counting what acceptors have had on their disks. */
  chosen: string | undefined
  readonly asked = new Set<string>()
  answers = 0
  readonly #accepted = new Map<number, { readonly value: string; readonly by: Record<NodeId, true> }>()
  readonly #quorum: QuorumSystem

  constructor(quorum: QuorumSystem) {
    this.#quorum = quorum
  }

  accepted(node: NodeId, { accepted }: AcceptorRecord): void {
    if (!accepted) return
    const value = given.textOf(accepted.value)
    const number = termOf(accepted.ballot)
    const proposal = this.#accepted.get(number) ?? { value, by: {} }
    this.#accepted.set(number, proposal)
    if (proposal.value !== value) throw new Error(`one ballot, two values: ${proposal.value} and ${value}`)
    proposal.by[node] = true
    if (this.#quorum.tally(proposal.by) !== 'won') return
    if (!this.asked.has(value)) throw new Error(`nobody proposed ${value}, and it was chosen`)
    this.chosen ??= value
    if (this.chosen !== value) throw new Error(`both ${this.chosen} and ${value} were chosen`)
  }

  check(stage: Stage): void {
    for (const actor of stage.actors.values()) {
      const known = given.contextOf(actor)?.chosen
      if (known) this.#say(actor, given.textOf(known))
      for (const answer of given.answersOf(actor)) this.#say(actor, answer)
      this.answers += actor.answered.length
      actor.answered = []
    }
  }

  #say({ address }: StageActor, value: string): void {
    if (value !== this.chosen) throw new Error(`${address} says that ${value} was chosen, and ${this.chosen} was`)
  }
}

/** The disk of an actor, which may lose its last write as it crashes, though the write was acknowledged. */
class Disk {
  readonly actor: StageActor
  #before: StageDisk
  #isDoubtful = false

  constructor(actor: StageActor) {
    this.actor = actor
    this.#before = actor.disk
  }

  finishWrite(safety: Safety): void {
    const { actor } = this
    if (actor.writing.length === 0) return
    if (actor.role === acceptorRole) {
      for (const effect of actor.writing) {
        if (effect.type === 'persist') safety.accepted(actor.node, effect.record as AcceptorRecord)
      }
    }
    this.#before = actor.disk
    // What the actor makes of a torn disk is on it now.
    this.#isDoubtful = false
    actor.finishWrite()
  }

  /** What was chosen stays on another disk, or nothing is lost. */
  crash(isDoubtful: boolean, others: readonly Disk[], safety: Safety): void {
    this.actor.crash()
    const isLost = this.#holds(this.actor.disk, safety) && !this.#holds(this.#before, safety)
    const isElsewhere = others.some((other) => other !== this && other.#holds(other.actor.disk, safety))
    if (!isDoubtful || (isLost && !isElsewhere)) return
    this.actor.disk = this.#before
    this.#isDoubtful = true
  }

  start(): void {
    this.actor.start(this.#isDoubtful)
  }

  #holds({ record }: StageDisk, { chosen }: Safety): boolean {
    if (this.actor.role !== acceptorRole || !record || chosen === undefined) return false
    const { accepted } = decodeAcceptorRecord(record)
    return accepted !== undefined && given.textOf(accepted.value) === chosen
  }
}

interface Trial {
  readonly options?: Partial<PaxosOptions>
  readonly proposer?: typeof proposer
  readonly acceptor?: typeof acceptor
  readonly learner?: typeof learner
  /** An acceptor that crashes finds its disk empty. */
  readonly losesDisks?: boolean
  /** Every crash tears the last write. @default half of them, in one schedule of three */
  readonly tears?: boolean
}

function run(seed: number, steps: number, { options = {}, losesDisks = false, tears, ...roles }: Trial) {
  const random = randomOf(seed)
  const group = given.groupOf(options)
  const stage = new Stage(given.withRoles(group, roles))
  const safety = new Safety(group.quorums?.phase2 ?? majority(given.three))
  const disks = [...stage.actors.values()].map((actor) => new Disk(actor))
  const emptyDisk = disks[0]?.actor.disk
  const pick = <T>(from: readonly T[]): T => from[random.below(from.length)] as T
  const lossy = random.below(30)
  const crashy = random.below(4)
  const isTearing = random.below(3) === 0
  for (let step = 0; step < steps; step++) {
    const dice = random.below(100)
    if (dice < 60 && stage.packets.length > 0) {
      const position = random.below(Math.min(stage.packets.length, 20))
      const packet = stage.packets[position]
      if (random.below(100) >= 10) stage.packets.splice(position, 1)
      if (packet && random.below(100) >= lossy) stage.deliver(packet)
      if (stage.packets.length > 150) stage.packets.splice(0, 50)
    } else if (dice < 85) {
      const disk = pick(disks.filter(({ actor }) => actor.outbox.waiting.length > 0))
      if (disk && random.below(2) === 0) disk.actor.beginWrite()
      else disk?.finishWrite(safety)
    } else if (dice < 89) {
      const asked = pick(stage.actorsOf(proposerRole))
      if (asked.isUp) safety.asked.add(`${asked.node}/${step}`)
      given.ask(stage, asked.node, `${asked.node}/${step}`, step)
    } else if (dice < 97) {
      const actor = pick([...stage.actors.values()])
      const timer = pick(Object.keys(actor.driven?.timers ?? {}))
      if (timer && (timer === 'backOff' || random.below(6) === 0)) actor.fire(timer)
    } else {
      const disk = pick(disks)
      if (!disk.actor.isUp) disk.start()
      else if (random.below(5) < crashy) {
        disk.crash(tears ?? (isTearing && random.below(2) === 0), disks, safety)
        if (losesDisks && disk.actor.role === acceptorRole && emptyDisk) disk.actor.disk = emptyDisk
        if (random.below(3) > 0) disk.start()
      }
    }
    safety.check(stage)
  }
  return { chosen: safety.chosen === undefined ? 0 : 1, answers: safety.answers }
}

function runAll(seeds: number, trial: Trial = {}) {
  const total = { chosen: 0, answers: 0 }
  for (let seed = 1; seed <= seeds; seed++) {
    try {
      const { chosen, answers } = run(seed, 500, trial)
      total.chosen += chosen
      total.answers += answers
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error })
    }
  }
  return total
}

const six = [...given.five, 'a6']
const topologies: Readonly<Record<string, Trial>> = {
  'three acceptors': { options: { proposers: ['p1', 'p2', 'p3'] } },
  'five acceptors, a distinguished learner': { options: { acceptors: given.five, distinguishedLearner: 'l1' } },
  'four of five prepare, two of five choose': {
    options: {
      acceptors: given.five,
      quorums: flexible({ phase1: atLeast(4, given.five), phase2: atLeast(2, given.five) }),
    },
  },
  'a grid of two rows and three columns': { options: { acceptors: six, quorums: grid(2, 3, six) } },
}

describe('random schedules', () => {
  const seeds = process.env['QUORATE_LONG'] ? 5000 : 100

  test.each(Object.entries(topologies))('%s: one value', { timeout: 600_000 }, (name, trial) => {
    const { chosen, answers } = runAll(seeds, trial)
    console.log(`${name}, ${seeds} schedules: ${chosen} decided, ${answers} answers`)
    expect(chosen).toBeGreaterThan(seeds / 2)
    expect(answers).toBeGreaterThan(seeds)
  })

  /** Its promises never say that something may be missing. */
  const asIfWhole = ({ context, event }: { context: Acceptor; event: AcceptorEvent }) => {
    const { from, ballot } = event as Received<Prepare>
    const { accepted } = context
    return send(from, { type: 'Promise', ballot, ...(accepted && { accepted }), doubtful: false })
  }
  const meeting = (needed1: number, needed2: number) =>
    flexible({ phase1: atLeast(needed1, given.five), phase2: atLeast(needed2, given.five) })
  /** Nobody else's ballots are in the way of those that it uses again. */
  const alone = { proposers: ['p1'] }
  const mistakes: Readonly<Record<string, Trial>> = {
    'an acceptor that forgets what it promised': {
      acceptor: acceptor.provide({ guards: { honoursPromise: () => true } }),
    },
    'an acceptor that forgets what it accepted': { acceptor: acceptor.provide({ actions: { accept: assign({}) } }) },
    'an acceptor that writes nothing': { acceptor: acceptor.provide({ actions: { persist: assign({}) } }) },
    'an acceptor that comes back with an empty disk': { losesDisks: true },
    'an acceptor that trusts a torn disk': {
      tears: true,
      acceptor: acceptor.provide({ guards: { isDoubtful: () => false }, actions: { replyPromise: emit(asIfWhole) } }),
    },
    'an acceptor that does not say that it may have forgotten': {
      tears: true,
      acceptor: acceptor.provide({ actions: { replyPromise: emit(asIfWhole) } }),
    },
    'a proposer that writes nothing': {
      options: alone,
      proposer: proposer.provide({ actions: { persist: assign({}) } }),
    },
    'quorums that do not meet': { options: { acceptors: given.five, quorums: meeting(2, 2) } },
  }
  test.each(Object.entries(mistakes))('%s is found out', { timeout: 60_000 }, (_name, trial) => {
    expect(() => runAll(2000, trial)).toThrow(/^seed \d+: (both|one ballot, two values|.* says that)/)
  })
})
