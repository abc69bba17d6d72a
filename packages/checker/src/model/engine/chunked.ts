const chunkBits = 16
const chunkSize = 1 << chunkBits
const chunkMask = chunkSize - 1

/** An array of 32-bit integers that grows by whole chunks: nothing is copied, and no more than a chunk is unused. */
export class ChunkedInts {
  readonly #chunks: Int32Array[] = []
  length = 0

  get bytes(): number {
    return this.#chunks.length * chunkSize * Int32Array.BYTES_PER_ELEMENT
  }

  push(value: number): void {
    const chunk = this.length >>> chunkBits
    if (chunk === this.#chunks.length) this.#chunks.push(new Int32Array(chunkSize))
    const into = this.#chunks[chunk] as Int32Array
    into[this.length & chunkMask] = value
    this.length++
  }

  at(index: number): number {
    return (this.#chunks[index >>> chunkBits] as Int32Array)[index & chunkMask] as number
  }
}
