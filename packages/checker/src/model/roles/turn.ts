import {
  type Answer,
  type Cause,
  type DurableEffect,
  type Effect,
  invariant,
  type LocalActor,
  type LocalStep,
  type MembersDenied,
  type NodeId,
  type PeerFound,
  type PeerLost,
  type StoredLog,
} from '@quorate/core'
import type { RoleState } from './roleState.js'

/** What happens to an actor for the length of one event of a model. */
export class Turn {
  /** What left, in order. */
  readonly leaves: Effect[] = []
  readonly #actor: LocalActor
  readonly #mayLoseWrites: boolean
  #state: RoleState

  /** With `mayLoseWrites` the disk may lose the last write that was durable. */
  constructor(actor: LocalActor, state: RoleState, mayLoseWrites: boolean) {
    this.#actor = actor
    this.#state = state
    this.#mayLoseWrites = mayLoseWrites
  }

  get state(): RoleState {
    return this.#state
  }
  get isWaiting(): boolean {
    return (this.#state.actor?.outbox.waiting.length ?? 0) > 0
  }

  begin(): void {
    this.#take(this.#actor.begin(this.#state.stored, this.#state.doubtful))
  }

  deliver(event: { readonly type: string }, cause?: Cause): void {
    this.#take(this.#actor.deliver(this.#state, event, cause))
  }

  answer(answer: Answer): void {
    this.#take(this.#actor.answer(this.#state, answer))
  }

  suspect(event: PeerLost | PeerFound): void {
    this.#take(this.#actor.suspect(this.#state, event))
  }

  /** A node goes by the next list of members, which does not name this one. */
  deny(by: NodeId): void {
    const { version = 0 } = this.#state.members ?? {}
    const denied: MembersDenied = { type: 'members.denied', by, version: version + 1 }
    this.deliver(denied)
  }

  fire(timer: string): void {
    this.#take(this.#actor.fire(this.#state, timer))
  }

  beginWrite(): void {
    this.#state = { ...this.#state, ...this.#actor.beginWrite(this.#state) }
  }

  /** The disk has the write under way, and nobody knows yet. */
  keepWrite(): void {
    const before = this.#state
    this.#keep(before, this.#actor.keepWrite(before).stored)
  }

  endWrite(): void {
    const before = this.#state
    const step = this.#actor.endWrite(before)
    this.#keep(before, step.state.stored)
    this.#take(step)
  }

  crash(): void {
    this.#state = { ...this.#state, ...this.#actor.crash(this.#state) }
  }

  /** The last write that was durable is damaged, and the store says so. */
  loseLastWrite(): void {
    const { before, ...state } = this.#state
    invariant(before !== undefined, 'there was no write that could be lost')
    this.#state = { ...state, stored: before.stored, doubtful: true }
  }

  #keep({ doubtful, stored, actor, before: _earlier, ...rest }: RoleState, kept: StoredLog): void {
    const before = { stored, ...(doubtful && { doubtful }) }
    this.#state = {
      ...rest,
      actor,
      stored: kept,
      ...(doubtful && !writesRecord(actor?.writing ?? []) && { doubtful }),
      ...(this.#mayLoseWrites && { before }),
    }
  }

  #take({ state, leaves }: LocalStep): void {
    const { actor, stored, appliedState, questions, suspected, members } = state
    this.#state = { ...this.#state, actor, stored, appliedState, questions, suspected, members }
    this.leaves.push(...leaves)
  }
}

/** What is written after a loss says what the role knows of it. */
const writesRecord = (write: readonly DurableEffect<Effect>[]): boolean => write.some(({ type }) => type === 'persist')
