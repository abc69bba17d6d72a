/** States that wait to be expanded, whole, one after the other in one array of integers. */
export class Frontier {
  #ints = new Int32Array(1 << 12)
  #end = 0
  #next = 0
  bytesMax = this.#ints.byteLength

  get isEmpty(): boolean {
    return this.#next === this.#end
  }

  /** Adds a state with its number and its depth. */
  push(state: Int32Array, length: number, number: number, depth: number): void {
    if (this.#end + length + 4 > this.#ints.length) this.#makeRoom(length + 4)
    const ints = this.#ints
    let end = this.#end
    ints[end++] = length
    ints[end++] = number
    ints[end++] = depth
    for (let at = 0; at < length; at++) ints[end++] = state[at] as number
    // The length stands at both ends, so that the states can be taken from either.
    ints[end++] = length
    this.#end = end
  }

  /** Takes the one that waits for longest into `into`. */
  shift(into: Taken): void {
    const at = this.#next
    const length = this.#copy(at, into)
    this.#next = at + length + 4
    if (this.#next === this.#end) {
      this.#next = 0
      this.#end = 0
    }
  }

  /** Takes the one that came last into `into`. */
  pop(into: Taken): void {
    const length = this.#ints[this.#end - 1] as number
    const at = this.#end - length - 4
    this.#copy(at, into)
    this.#end = at
  }

  #copy(at: number, into: Taken): number {
    const ints = this.#ints
    const length = ints[at] as number
    into.length = length
    into.number = ints[at + 1] as number
    into.depth = ints[at + 2] as number
    for (let position = 0; position < length; position++) into.state[position] = ints[at + 3 + position] as number
    return length
  }

  #makeRoom(length: number): void {
    const used = this.#end - this.#next
    const isHalfEmpty = used + length <= this.#ints.length / 2
    const ints = isHalfEmpty ? this.#ints : new Int32Array(Math.max(this.#ints.length * 2, used + length))
    ints.set(this.#ints.subarray(this.#next, this.#end))
    this.#ints = ints
    this.#next = 0
    this.#end = used
    this.bytesMax = Math.max(this.bytesMax, ints.byteLength)
  }
}

/** A state that was taken from the frontier. Reused. */
export interface Taken {
  readonly state: Int32Array
  length: number
  number: number
  depth: number
}
