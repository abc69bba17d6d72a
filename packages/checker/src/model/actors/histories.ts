import { Interner } from '../engine/interner.js'
import { PairTable } from '../engine/pairTable.js'
import type { HistoryDefinition } from './actor.js'

/** Histories as numbers; what a note makes of one is computed once. */
export class Histories<State, Message, Note, History> {
  readonly values = new Interner<History>()
  readonly #next = new PairTable()
  readonly #definition: HistoryDefinition<State, Message, Note, History>
  readonly #noteAt: (number: number) => Note

  constructor(definition: HistoryDefinition<State, Message, Note, History>, noteAt: (number: number) => Note) {
    this.#definition = definition
    this.#noteAt = noteAt
  }

  get initial(): number {
    return this.values.numberOf(this.#definition.initial)
  }

  after(history: number, note: number): number {
    const known = this.#next.get(history, note)
    if (known >= 0) return known
    const next = this.values.numberOf(this.#definition.record(this.values.valueOf(history), this.#noteAt(note)))
    this.#next.set(history, note, next)
    return next
  }
}
