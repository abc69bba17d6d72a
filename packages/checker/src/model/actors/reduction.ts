import type { Layout } from './layout.js'
import { beyond, ignored, type LocalStates } from './localStates.js'
import type { Network } from './network.js'
import type { Touches } from './predicates.js'

interface Parts {
  readonly layout: Layout
  // biome-ignore lint/suspicious/noExplicitAny: actors of all kinds are reduced alike.
  readonly localStates: LocalStates<any, any, any, any>
  readonly network: Network
  readonly touches: Touches
  /** The order of notes does not matter. */
  readonly gathers: boolean
}

/**
 * Partial order reduction by ample sets (Clarke, Grumberg and Peled, "Model Checking", chapter 10). Steps of different
 * actors commute, since each changes its own state, takes messages that only it receives and adds others; so the steps of
 * some actors alone are enough where nobody else can still send to them (C1), no property can tell these steps (C2), and one
 * of them leads on (C3, seen to by who expands). Budgets and the history are shared: a step that uses them never stands alone.
 */
export class Reduction {
  readonly #parts: Parts
  #enabled = 0
  #told = 0
  /** Who can take a step that costs a budget. */
  #costly = 0
  /** Who may ever take such a step. */
  readonly #spenders: number
  readonly #counts = new Int32Array(32)

  constructor(parts: Parts) {
    this.#parts = parts
    const { layout, localStates } = parts
    const actors = Array.from({ length: layout.actors }, (_, actor) => actor)
    const maySpend = ({ own, spends = true }: { readonly own?: unknown; readonly spends?: boolean }): boolean =>
      own !== undefined && spends
    this.#spenders = actors.reduce(
      (bits, actor) => (maySpend(localStates.actorAt(actor)) ? bits | (1 << actor) : bits),
      0,
    )
  }

  /** The actors whose steps are enough, one bit each; 0 when all are wanted. */
  enough(state: Int32Array, length: number): number {
    this.#survey(state, length)
    const enabled = this.#enabled
    let best = 0
    let bestCount = Number.POSITIVE_INFINITY
    for (let actor = 0; actor < this.#parts.layout.actors; actor++) {
      if ((enabled & (1 << actor)) === 0) continue
      const closed = this.#closure(state, 1 << actor)
      const isShared = (closed & this.#costly) !== 0 && (this.#spenders & ~closed) !== 0
      if (isShared || (closed & this.#told) !== 0 || (enabled & ~closed) === 0) continue
      const count = this.#countOf(closed)
      if (count >= bestCount) continue
      best = closed
      bestCount = count
    }
    return best
  }

  /** With some actors, all that may ever send to them. */
  #closure(state: Int32Array, some: number): number {
    const { layout, localStates } = this.#parts
    let closed = some
    for (let before = 0; before !== closed; ) {
      before = closed
      for (let actor = 0; actor < layout.actors; actor++) {
        if ((closed & (1 << actor)) === 0 && (localStates.tellsOf(state[actor] as number) & closed) !== 0)
          closed |= 1 << actor
      }
    }
    return closed
  }

  #countOf(actors: number): number {
    let count = 0
    for (let actor = 0; actor < this.#parts.layout.actors; actor++) {
      if ((actors & (1 << actor)) !== 0) count += this.#counts[actor] as number
    }
    return count
  }

  /** Who can take a step, and whose steps can be told or touch what is shared. */
  #survey(state: Int32Array, length: number): void {
    const { layout, localStates, network } = this.#parts

    this.#enabled = 0
    this.#told = 0
    this.#costly = 0
    this.#counts.fill(0)
    for (let actor = 0; actor < layout.actors; actor++) {
      const local = state[actor] as number
      const own = localStates.ownOf(local)
      for (let at = 0; at < own.length; at += 2) {
        const budget = own[at + 1] as number
        if (budget >= 0 && state[layout.budgets + budget] === 0) continue
        const event = own[at] as number
        const outcome = localStates.outcomeOf(local, event)
        if (outcome <= beyond) continue
        this.#note(actor, this.#isTold(local, event, outcome))
        if (budget >= 0) this.#costly |= 1 << actor
      }
    }
    const isMishap = layout.losses !== undefined || layout.duplications !== undefined
    for (let at = layout.messages; at < length; at++) {
      if (!network.isNext(state, layout.messages, at)) continue
      const event = state[at] as number
      const actor = localStates.receivers[event] as number
      const local = state[actor] as number
      const outcome = localStates.outcomeOf(local, event)
      if (outcome > beyond) this.#note(actor, isMishap || this.#isTold(local, event, outcome))
      else if (isMishap || (outcome === ignored && network.isLine)) this.#note(actor, true)
    }
  }

  #note(actor: number, isTold: boolean): void {
    this.#enabled |= 1 << actor
    this.#counts[actor] = (this.#counts[actor] as number) + 1
    if (isTold) this.#told |= 1 << actor
  }

  #isTold(local: number, event: number, outcome: number): boolean {
    const { localStates, gathers, touches } = this.#parts
    return (!gathers && (localStates.noted[outcome] as number) >= 0) || touches(local, event, outcome)
  }
}
