import { Interner } from '../engine/interner.js'
import { PairTable } from '../engine/pairTable.js'
import { asked, ModelFault } from '../errors.js'
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
    return asked(
      () => 'the history, at first,',
      () => this.values.numberOf(this.#definition.initial),
    )
  }

  after(history: number, note: number): number {
    const known = this.#next.get(history, note)
    if (known >= 0) return known
    const next = asked(
      () => 'the history, when it records,',
      () => {
        const recorded = this.#definition.record(this.values.valueOf(history), this.#noteAt(note))
        if (this.values.isAsItWas(history)) return this.values.numberOf(recorded)
        throw new ModelFault('writes into the one before: histories are values, make new ones')
      },
    )
    this.#next.set(history, note, next)
    return next
  }
}
