import type { Position } from './position.js'

/** Who writes and who reads, where each value was written once. Operations are numbers. */
export interface KnownReads {
  /** Of each operation what it writes: the number of a register, or -1. */
  readonly writes: readonly number[]
  /** Of each operation who reads what it wrote, and surely took place. */
  readonly readers: readonly (readonly number[])[]
  /** Of each register who reads its initial value. */
  readonly initialReaders: readonly (readonly number[])[]
}

/** What registers hold: a value that was written once may not be overwritten as long as somebody is still to read it. */
export class Values {
  readonly #known: KnownReads
  /** Of each register the operations that wrote it, in their order. */
  readonly #written: readonly number[][]

  constructor(known: KnownReads) {
    this.#known = known
    this.#written = known.initialReaders.map(() => [])
  }

  mayOverwrite(operation: number, position: Position): boolean {
    const register = this.#known.writes[operation] ?? -1
    if (register === -1) return true
    const last = this.#written[register]?.at(-1)
    const readers = (last === undefined ? this.#known.initialReaders[register] : this.#known.readers[last]) ?? []
    for (const reader of readers) if (reader !== operation && !position.isPlaced(reader)) return false
    return true
  }

  place(operation: number): void {
    this.#written[this.#known.writes[operation] ?? -1]?.push(operation)
  }

  takeBack(operation: number): void {
    this.#written[this.#known.writes[operation] ?? -1]?.pop()
  }
}
