import {
  type Address,
  type AppliedState,
  applyEntries,
  type DurableEffect,
  decodeAppliedState,
  type Effect,
  emptyOutbox,
  enqueue,
  type GroupDefinition,
  initialAppliedState,
  type Message,
  type Outbox,
  type RoleDefinition,
  written as release,
  type Step,
  type Stepper,
  take,
} from '@quorate/core'
import type { AnyActorLogic } from 'xstate'
import { type Disk, written as onDisk, withoutLastWrite, writtenInDoubt } from './disk.js'
import type { RoleSnapshot, RoleState } from './roleState.js'

/** What a turn said, before it is known who receives it. */
export interface Saying {
  readonly to: Address
  readonly message: Message
}

interface Place {
  readonly group: GroupDefinition
  readonly role: RoleDefinition
  readonly stepper: Stepper<AnyActorLogic>
  /** Its disk may lose its last write. */
  readonly isDoubtful: boolean
}

/** A role's host for the length of one event: it steps the role and does what a host does with what comes of it. */
export class Turn {
  readonly sayings: Saying[] = []
  /** What left, beside messages. */
  readonly outputs: Effect[] = []
  readonly #place: Place
  #snapshot: RoleSnapshot | undefined
  #timers: Set<string>
  #outbox: Outbox
  #writing: readonly DurableEffect<Effect>[]
  #disk: Disk
  #appliedState: AppliedState | undefined

  constructor(place: Place, state: RoleState) {
    this.#place = place
    this.#snapshot = state.snapshot
    this.#timers = new Set(state.timers)
    this.#outbox = state.outbox
    this.#writing = state.writing
    this.#disk = state.disk
    this.#appliedState = state.appliedState
  }

  get state(): RoleState {
    return {
      snapshot: this.#snapshot,
      timers: [...this.#timers].sort(),
      outbox: this.#outbox,
      writing: this.#writing,
      disk: this.#disk,
      appliedState: this.#appliedState,
      failure: undefined,
    }
  }
  get isWaiting(): boolean {
    return this.#outbox.waiting.length > 0
  }

  start(input: unknown): void {
    const { group, role, stepper } = this.#place
    const { snapshot } = this.#disk
    const machine = group.stateMachine
    if (role.applies)
      this.#appliedState = snapshot ? decodeAppliedState(machine, snapshot.bytes) : initialAppliedState(machine)
    this.#take(stepper.initial(input as never))
  }

  step(event: { readonly type: string }): void {
    if (this.#snapshot) this.#take(this.#place.stepper.step(this.#snapshot as never, event as never))
  }

  fire(timer: string): void {
    this.#timers.delete(timer)
    this.#take(this.#place.stepper.fire(this.#snapshot as never, timer))
  }

  beginWrite(): void {
    const { outbox, write } = take(this.#outbox)
    this.#outbox = outbox
    this.#writing = write
  }

  /** The disk has the write under way, and nobody knows yet. */
  keepWrite(): void {
    const { role, isDoubtful } = this.#place
    this.#disk = (isDoubtful ? writtenInDoubt : onDisk)(this.#disk, this.#writing, role.record)
  }

  finishWrite(): void {
    this.keepWrite()
    const last = this.#writing.flatMap((effect) => (effect.type === 'append' ? effect.entries : [])).at(-1)
    this.#writing = []
    const { outbox, leaves } = release(this.#outbox)
    this.#outbox = outbox
    this.#carryOut(leaves)
    if (last) this.step({ type: 'storage.persisted', last: { index: last.index, term: last.term } } as never)
  }

  /** What was not on the disk is gone. */
  crash(): void {
    this.#snapshot = undefined
    this.#timers = new Set()
    this.#outbox = emptyOutbox
    this.#writing = []
    this.#appliedState = undefined
  }

  /** The last write that was durable is damaged. */
  loseLastWrite(): void {
    this.#disk = withoutLastWrite(this.#disk)
  }

  #take([snapshot, outcomes]: Step<AnyActorLogic>): void {
    const effects: Effect[] = []
    for (const outcome of outcomes) {
      if (outcome.type === 'effect') effects.push(outcome.effect as unknown as Effect)
      else if (outcome.type === 'schedule') this.#timers.add(outcome.timer)
      else this.#timers.delete(outcome.timer)
    }
    this.#snapshot = snapshot as unknown as RoleSnapshot
    const { outbox, leaves } = enqueue<Effect>(this.#outbox, effects)
    this.#outbox = outbox
    this.#carryOut(leaves)
  }

  #carryOut(effects: readonly Effect[]): void {
    const { group } = this.#place
    for (const effect of effects) {
      if (effect.type === 'send') {
        this.sayings.push({ to: effect.to, message: effect.message })
        continue
      }
      this.outputs.push(effect)
      if (effect.type === 'restore') this.#appliedState = decodeAppliedState(group.stateMachine, effect.snapshot.bytes)
      if (effect.type === 'commit' && this.#appliedState) {
        this.#appliedState = applyEntries(
          group.stateMachine,
          this.#appliedState,
          effect.entries,
          group.limits,
        ).appliedState
      }
    }
  }
}
