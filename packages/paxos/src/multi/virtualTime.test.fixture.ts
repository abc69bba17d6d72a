import { type GroupDefinition, type Random, sizeOf } from '@quorate/core'
import type { Statechart } from '@quorate/core/statechart'
import { type Packet, Stage, type StageActor } from '@quorate/core/testing'
import { batcher, multiPaxosAcceptor, multiPaxosLearner, multiPaxosProposer } from '../index.js'
import * as heart from './proposer/heart.js'
import type { Leading } from './proposer/leadership.js'
import { isPrompt, type Proposer, patienceOf } from './proposer/state.js'
import { finishWrite, Safety } from './safety.test.fixture.js'

/** What may go wrong, and how often. */
export interface Weather {
  /** Packets that are lost, of a hundred. */
  readonly lost: number
  /** Packets that arrive twice, of a hundred. */
  readonly repeated: number
  /** A packet takes so many milliseconds and at least one more. @default 0 */
  readonly delayMinMs?: number
  /** How much more, at most. */
  readonly delayMaxMs: number
  /** A write takes 1 to so many milliseconds. */
  readonly writeMaxMs: number
  /** And as long again as its entries take at so many bytes in a millisecond. @default any number */
  readonly writeBytesPerMs?: number
}

export const fair: Weather = { lost: 1, repeated: 1, delayMaxMs: 10, writeMaxMs: 5 }

interface Due {
  readonly at: number
  run(): void
}

interface Armed {
  readonly delayMs: number
  readonly due: Due
}

/**
 * A stage on which time passes: packets arrive, writes end and timers fire when they are due. Equal seeds, equal runs.
 * @throws when a slot has two values.
 */
export class VirtualTime {
  readonly stage: Stage
  readonly random: Random
  readonly safety: Safety
  now = 0
  weather: Weather = fair
  /** Who hears whom. */
  isOpen: (packet: Packet) => boolean = () => true
  #due = new Set<Due>()
  readonly #timers = new Map<StageActor, Map<string, Armed>>()

  constructor(definition: GroupDefinition, random: Random) {
    this.random = random
    this.stage = new Stage(withDistinctDelays(definition, random), random)
    if (!definition.quorums) throw new RangeError('nobody decides in this group')
    this.safety = new Safety(definition.quorums.phase2)
    for (const actor of this.stage.actors.values()) this.#timers.set(actor, new Map())
    this.#settle()
  }

  /** Does something to the group, and arranges what follows from it. */
  do(act: (stage: Stage) => void): void {
    act(this.stage)
    this.#settle()
  }

  /** Lets so much time pass, or less: until `isEnough`, which is asked after each event. Gives whether it was. */
  pass(ms: number, isEnough: () => boolean = () => false): boolean {
    const end = this.now + ms
    while (!isEnough()) {
      let next: Due | undefined
      for (const due of this.#due) if (!next || due.at < next.at) next = due
      if (!next || next.at > end) {
        this.now = end
        return isEnough()
      }
      this.#due.delete(next)
      this.now = next.at
      next.run()
      this.#settle()
    }
    return true
  }

  #in(ms: number, run: () => void): Due {
    const due = { at: this.now + ms, run }
    this.#due.add(due)
    return due
  }

  #settle(): void {
    this.safety.check(this.stage)
    const { packets } = this.stage
    this.stage.packets = []
    for (const packet of packets) this.#send(packet)
    for (const actor of this.stage.actors.values()) {
      this.#write(actor)
      this.#arm(actor)
    }
  }

  #send(packet: Packet): void {
    const { lost, repeated, delayMinMs = 0, delayMaxMs } = this.weather
    if (!this.isOpen(packet) || this.random.below(100) < lost) return
    const times = this.random.below(100) < repeated ? 2 : 1
    for (let time = 0; time < times; time++)
      this.#in(delayMinMs + 1 + this.random.below(delayMaxMs), () => {
        if (this.isOpen(packet)) this.stage.deliver(packet)
      })
  }

  #write(actor: StageActor): void {
    if (!actor.isUp || actor.writing.length > 0) return
    actor.beginWrite()
    const { writing } = actor
    if (writing.length === 0) return
    // A crash loses the write, and what is begun afterwards is another one.
    const { writeMaxMs, writeBytesPerMs = Number.POSITIVE_INFINITY } = this.weather
    this.#in(1 + this.random.below(writeMaxMs) + bytesWritten(writing) / writeBytesPerMs, () => {
      if (actor.writing === writing) finishWrite(actor, this.safety)
    })
  }

  #arm(actor: StageActor): void {
    const armed = this.#timers.get(actor) ?? new Map<string, Armed>()
    const pending = actor.driven?.timers ?? {}
    for (const [name, { due, delayMs }] of armed) {
      if (pending[name] === delayMs) continue
      this.#due.delete(due)
      armed.delete(name)
    }
    for (const [name, delayMs] of Object.entries(pending)) {
      if (armed.has(name)) continue
      const due = this.#in(delayMs, () => {
        armed.delete(name)
        actor.fire(name)
      })
      armed.set(name, { delayMs, due })
    }
  }
}

/** Of entries; what a write cuts off again, stores leave out. */
function bytesWritten(write: StageActor['writing']): number {
  const entries = new Map<number, number>()
  for (const effect of write) {
    if (effect.type === 'truncate')
      for (const index of entries.keys()) if (index > effect.after.index) entries.delete(index)
    if (effect.type === 'append') for (const entry of effect.entries) entries.set(entry.index, sizeOf(entry))
  }
  return [...entries.values()].reduce((sum, bytes) => sum + bytes, 0)
}

/** No two delays are equal, so that a timer that was set again can be told from one that still runs. */
function withDistinctDelays(definition: GroupDefinition, random: Random): GroupDefinition {
  let set = 0
  const distinct = (ms: number) => ms + ++set / 2 ** 24
  const after = (ms: number) => () => distinct(ms)
  const doubling = ({ context }: { readonly context: { readonly doublings: number } }) =>
    distinct(100 * 2 ** context.doublings)
  const electionTimeout = ({ context: self }: { readonly context: Proposer }) => {
    const ms = isPrompt(self) ? 100 : 1000 * patienceOf(self)
    return distinct(ms + random.below(ms))
  }
  const quorumCheck = ({ context }: { readonly context: Leading }) => distinct(1000 * heart.patienceOf(context))
  const logics: Readonly<Record<string, unknown>> = {
    proposer: multiPaxosProposer.provide({
      standby: { delays: { electionTimeout } },
      preparing: { delays: { prepareAgain: doubling } },
      leading: { delays: { heartbeat: after(100), quorumCheck } },
    }),
    acceptor: multiPaxosAcceptor.provide({
      delays: { minimumElectionTimeout: after(1000), pieceTimeout: after(300) },
    }),
    learner: multiPaxosLearner.provide({ delays: { learnAgain: doubling, silence: after(1000) } }),
    batcher: batcher.provide({ delays: { leaderTimeout: after(1000) } }),
  }
  const roles = Object.entries(definition.roles).map(([name, role]) => {
    const logic = logics[name] as
      | Statechart<never, never, never, never, never, never, never, never, never, never, never, never, never, never>
      | undefined
    return [name, logic ? { ...role, logic: () => logic } : role]
  })
  return { ...definition, roles: Object.fromEntries(roles) }
}
