import { atLeast, type Entry, flexible, majority, nodeOf, type Received, send } from '@quorate/core'
import { assign, emit } from '@quorate/core/statechart'
import { type Packet, Stage, type StageActor, type StageDisk } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import type { Chosen, Learn, Promise as PromiseReply } from '../generated/multi_paxos.js'
import { multiPaxosAcceptor, multiPaxosLearner, multiPaxosProposer } from '../index.js'
import { isAccepted } from './acceptor/acceptedLog.js'
import { commandOf, groupOf, type history, randomOf, three } from './history.test.fixture.js'
import { withChosen } from './learner/catchingUp.js'
import type { MultiPaxosOptions } from './multiPaxos.js'
import { type Preparing, withPromise } from './proposer/phaseOne.js'
import { finishWrite, Safety, textOf } from './safety.test.fixture.js'
import { type Cast, played } from './scene.test.fixture.js'

/**
 * Random schedules of loss, duplication, reordering, timeouts, crashes and slow disks over the real roles. After every
 * step: no slot has two chosen values, no state machine applied another one, and nobody reads what is older than what was
 * acknowledged. A failing schedule prints its seed.
 */

interface Trial extends Cast {
  /** Acceptors' disks lose their last write, too: never the only copy of what was chosen. */
  readonly doubts?: boolean
  readonly options?: Partial<MultiPaxosOptions<typeof history>>
}

function run(seed: number, steps: number, { options = {}, doubts = false, ...cast }: Trial = {}) {
  const random = randomOf(seed)
  const definition = groupOf(options)
  const stage = new Stage(played(definition, cast))
  const safety = new Safety(definition.quorums?.phase2 ?? majority(three))
  const actors = [...stage.actors.values()]
  const orderers = actors.filter(({ role }) => role === definition.service.orders)
  const pick = <T>(from: readonly T[]): T => from[random.below(from.length)] as T
  // Schedules differ in what they are full of.
  const lossy = random.below(30)
  const crashy = random.below(4)
  const restless = 2 + random.below(20)
  const reach = random.below(2) === 0 ? 12 : 200
  let leaders = 0
  /** A node that nobody hears for a while, and that hears nobody. */
  let alone: string | undefined
  const isOpen = ({ from, to }: Packet) => (nodeOf(from) === alone) === (nodeOf(to) === alone)
  const disks = new Disks(stage, safety)
  let doubted = 0
  for (let step = 0; step < steps; step++) {
    const actor = pick(actors)
    const dice = random.below(100)
    if (random.below(100) === 0) alone = random.below(3) === 0 ? pick(actors).node : undefined
    if (!actor.isUp) {
      if (random.below(8) === 0) disks.start(actor)
    } else if (dice < 65 && stage.packets.length > 0) {
      const position = random.below(Math.min(stage.packets.length, reach))
      const packet = stage.packets[position]
      if (random.below(100) >= 8) stage.packets.splice(position, 1)
      if (packet && isOpen(packet) && random.below(100) >= lossy) stage.deliver(packet)
      if (stage.packets.length > 300) stage.packets.splice(0, 100)
    } else if (dice < 83) {
      if (actor.writing.length === 0) actor.beginWrite()
      else disks.finishWrite(actor)
    } else if (dice < 89) {
      const orderer = pick(orderers)
      if (orderer.isUp) stage.propose(orderer, step, commandOf(`${seed}/${step}`))
      if (random.below(4) === 0) safety.read(orderer, step)
    } else if (dice < 97) {
      const timer = pick(Object.keys(actor.driven?.timers ?? {}))
      const isRare = ['electionTimeout', 'quorumCheck', 'leaderTimeout'].includes(timer)
      if (timer && (!isRare || random.below(restless) === 0)) actor.fire(timer)
    } else if (dice < 98) actor.takeSnapshot()
    else if (random.below(3) < crashy) {
      actor.crash()
      if (doubts && random.below(2) === 0 && disks.loseLastWrite(actor)) doubted++
    }
    safety.check(stage)
    const leading = actors.filter((other) => other.role === 'proposer' && other.isUp && other.status.serves)
    leaders = Math.max(leaders, ...leading.map(({ status }) => status.epoch ?? 0))
  }
  return { chosen: safety.chosen.size, applied: safety.applied.size, leaders, doubted }
}

/** What disks held before their last write, and which have lost it. */
class Disks {
  readonly #stage: Stage
  readonly #safety: Safety
  readonly #before = new Map<StageActor, StageDisk>()
  readonly #doubtful = new Set<StageActor>()

  constructor(stage: Stage, safety: Safety) {
    this.#stage = stage
    this.#safety = safety
  }

  start(actor: StageActor): void {
    actor.start(this.#doubtful.has(actor))
  }

  finishWrite(actor: StageActor): void {
    this.#before.set(actor, actor.disk)
    if (actor.writing.some(({ type }) => type === 'persist')) this.#doubtful.delete(actor)
    finishWrite(actor, this.#safety)
  }

  /** Gives whether it has: nothing that was chosen is lost by all. */
  loseLastWrite(actor: StageActor): boolean {
    const before = this.#before.get(actor)
    if (actor.role !== 'acceptor' || !before) return false
    const others = this.#stage.actorsOf('acceptor').filter((other) => other !== actor)
    const isElsewhere = (entry: Entry) =>
      others.some(
        ({ disk }) => disk.base.index >= entry.index || disk.entries.some((other) => isSameValue(other, entry)),
      )
    const lost = actor.disk.entries.filter((entry) => !before.entries.some((other) => isSameValue(other, entry)))
    if (lost.some((entry) => this.#safety.isChosen(entry) && !isElsewhere(entry))) return false
    actor.disk = before
    this.#before.delete(actor)
    this.#doubtful.add(actor)
    return true
  }
}

const isSameValue = (a: Entry, b: Entry): boolean => a.index === b.index && textOf(a) === textOf(b)

function runAll(seeds: number, steps: number, trial: Trial = {}) {
  const total = { chosen: 0, applied: 0, leaders: 0, doubted: 0 }
  for (let seed = 1; seed <= seeds; seed++) {
    try {
      const { chosen, applied, leaders, doubted } = run(seed, steps, trial)
      total.chosen += chosen
      total.applied += applied
      total.leaders += leaders
      total.doubted += doubted
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error })
    }
  }
  return total
}

const five = ['a1', 'a2', 'a3', 'a4', 'a5']

const preparingWith = (notePromise: (self: Preparing, message: Received<PromiseReply>) => Partial<Preparing>) =>
  multiPaxosProposer.provide({
    preparing: {
      actions: {
        notePromise: assign(({ context: self, event }) => notePromise(self, event as Received<PromiseReply>)),
      },
    },
  })

const few = { proposers: ['p1', 'p2'], learners: ['l1'] }

/** Each is a mistake that somebody could make, and that the schedules above would find. */
const mistakes: Readonly<Record<string, Trial>> = {
  'an acceptor that accepts although it has promised not to': {
    acceptor: multiPaxosAcceptor.provide({ guards: { breaksPromise: () => false } }),
  },
  'an acceptor whose acceptances never reach the disk': {
    acceptor: multiPaxosAcceptor.provide({ actions: { persistEntries: assign({}) } }),
  },
  'a proposer that uses a ballot again after a restart': {
    options: few,
    proposer: multiPaxosProposer.provide({ preparing: { actions: { persist: assign({}) } } }),
  },
  'a proposer that proposes values of its own where a promise carried one': {
    proposer: preparingWith((self, message) => ({ ...withPromise(self, message), found: new Map() })),
  },
  'a proposer that leads with one promise': {
    proposer: multiPaxosProposer.provide({
      preparing: { guards: { isPrepared: ({ context }) => Object.values(context.promises).includes('done') } },
    }),
  },
  'quorums that need not meet': { options: { quorums: { phase1: atLeast(1, three), phase2: majority(three) } } },
  'a learner that takes a chosen slot for the news that all before it are chosen': {
    learner: multiPaxosLearner.provide({
      actions: {
        queue: assign(({ context: self, event }) => {
          const message = event as Received<Chosen>
          return {
            ...withChosen(self, message),
            announced: Math.max(self.announced, message.entries.at(-1)?.index ?? 0),
          }
        }),
      },
    }),
  },
  'an acceptor that reports what is not known to be chosen': {
    acceptor: multiPaxosAcceptor.provide({
      actions: {
        replyReport: emit(({ context: { log, config }, event }) => {
          const { from, first } = event as Received<Learn>
          const batch = log.batch(first, config.limits)
          const through = Math.max(batch.at(-1)?.index ?? 0, first + config.limits.entriesMax - 1)
          return send(from, { type: 'Report', first, through, entries: batch.filter(isAccepted), doubtful: false })
        }),
      },
    }),
  },
  'an acceptor that does not wait until what was proposed is chosen': {
    doubts: true,
    options: few,
    acceptor: multiPaxosAcceptor.provide({
      guards: { isRestored: ({ context }) => context.doubtful && context.restoration !== undefined },
    }),
  },
  'a proposer that counts promises which may leave something out': {
    doubts: true,
    proposer: preparingWith((self, message) => withPromise(self, { ...message, doubtful: false })),
  },
  'a proposer that answers reads before it knows what was chosen before it led': {
    proposer: multiPaxosProposer.provide({
      leading: {
        guards: {
          isQuestionDue: ({ context: { readsWaiting, readsAsked } }) =>
            readsWaiting.length > 0 && readsAsked.length === 0,
        },
      },
    }),
  },
  'a proposer that answers reads without asking whether it still leads': {
    options: few,
    proposer: multiPaxosProposer.provide({
      leading: { guards: { isReadConfirmed: ({ context }) => context.readsAsked.length > 0 } },
    }),
  },
}

describe('random schedules', () => {
  const seeds = process.env['QUORATE_LONG'] ? 3000 : 100

  const topologies: Readonly<Record<string, Trial>> = {
    'all roles on each of three nodes': {},
    'roles apart': { options: { proposers: ['p1', 'p2'], acceptors: five, learners: ['l1', 'l2'] } },
    'batchers and proxy leaders': {
      options: { proposers: ['p1', 'p2'], learners: ['l1', 'l2'], batchers: ['b1'], proxyLeaders: ['x1', 'x2'] },
    },
    'disks that lose their last write': { doubts: true },
    'disks that lose their last write, roles apart': {
      doubts: true,
      options: {
        proposers: ['p1', 'p2'],
        acceptors: five,
        learners: ['l1', 'l2'],
        quorums: flexible({ phase1: atLeast(4, five), phase2: atLeast(2, five) }),
      },
    },
  }
  test.each(Object.entries(topologies))('%s: one value a slot', { timeout: 600_000 }, (name, trial) => {
    const { chosen, applied, leaders, doubted } = runAll(seeds, 1500, trial)
    console.log(`${name}, ${seeds} schedules: ${chosen} slots chosen, ${applied} applied, round ${leaders}`)
    if (trial.doubts) expect(doubted).toBeGreaterThan(seeds)
    expect(applied).toBeGreaterThan(seeds)
    expect(leaders).toBeGreaterThan(seeds)
  })

  test.each(Object.entries(mistakes))('%s is found out', { timeout: 600_000 }, (_name, trial) => {
    expect(() => runAll(400, 1500, trial)).toThrow(/chosen|two values|reads at/)
  })
})
