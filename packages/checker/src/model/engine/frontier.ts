import { invariant } from '@quorate/core'

const chunkBytes = 1 << 17
/** A number of 32 bits takes at most so many. */
const numberBytesMax = 5
/** At the end of each state: how many bytes it takes. */
const trailerBytes = 3

interface Chunk {
  readonly bytes: Uint8Array
  /** Where the first state begins that was not taken. */
  begin: number
  end: number
}

/** A state that was taken from the frontier. Reused. */
export interface Taken {
  readonly state: Int32Array
  length: number
  number: number
  depth: number
}

/**
 * States that wait to be expanded, whole. Most of their numbers are small, so each is written in as few bytes as it needs,
 * seven bits in each; the states can be taken from either end.
 */
export class Frontier {
  readonly #chunks: Chunk[] = []
  /** The chunk that is taken from first. Those before it are free again. */
  #first = 0
  #free: Uint8Array[] = []
  /** The most that it ever took. */
  bytesMax = 0

  get isEmpty(): boolean {
    return this.#first === this.#chunks.length
  }

  /** Adds a state with its number, -1 or more, and its depth. */
  push(state: Int32Array, length: number, number: number, depth: number): void {
    const chunk = this.#chunkFor((length + 3) * numberBytesMax + trailerBytes)
    const { bytes } = chunk
    const begin = chunk.end
    let end = write(bytes, begin, length)
    end = write(bytes, end, number + 1)
    end = write(bytes, end, depth)
    for (let at = 0; at < length; at++) end = write(bytes, end, state[at] as number)
    const size = end - begin + trailerBytes
    bytes[end++] = size & 255
    bytes[end++] = (size >>> 8) & 255
    bytes[end++] = size >>> 16
    chunk.end = end
  }

  /** Takes the one that waits for longest. */
  shift(into: Taken): void {
    const chunk = this.#chunks[this.#first] as Chunk
    chunk.begin = read(chunk.bytes, chunk.begin, into) + trailerBytes
    if (chunk.begin < chunk.end) return
    this.#free.push(chunk.bytes)
    this.#first++
    if (this.#first < 64 && this.#first < this.#chunks.length) return
    this.#chunks.splice(0, this.#first)
    this.#first = 0
  }

  /** Takes the one that came last. */
  pop(into: Taken): void {
    const chunk = this.#chunks.at(-1) as Chunk
    const { bytes, end } = chunk
    const [low, middle, high] = [bytes[end - 3] as number, bytes[end - 2] as number, bytes[end - 1] as number]
    chunk.end = end - (low | (middle << 8) | (high << 16))
    read(bytes, chunk.end, into)
    if (chunk.end > chunk.begin) return
    this.#free.push(bytes)
    this.#chunks.pop()
  }

  #chunkFor(bytes: number): Chunk {
    const last = this.isEmpty ? undefined : this.#chunks.at(-1)
    if (last && last.end + bytes <= chunkBytes) return last
    invariant(bytes <= chunkBytes, `a state of ${bytes} bytes is longer than a chunk`)
    const chunk = { bytes: this.#free.pop() ?? new Uint8Array(chunkBytes), begin: 0, end: 0 }
    this.#chunks.push(chunk)
    this.bytesMax = Math.max(this.bytesMax, (this.#chunks.length - this.#first + this.#free.length) * chunkBytes)
    return chunk
  }
}

function write(bytes: Uint8Array, begin: number, number: number): number {
  let at = begin
  let rest = number
  while (rest > 127) {
    bytes[at++] = (rest & 127) | 128
    rest >>>= 7
  }
  bytes[at++] = rest
  return at
}

let numberRead = 0

/** The number at a place goes to `numberRead`; returns where it ends. */
function readNumber(bytes: Uint8Array, begin: number): number {
  let at = begin
  let byte = bytes[at++] as number
  let number = byte & 127
  for (let shift = 7; byte > 127; shift += 7) {
    byte = bytes[at++] as number
    number |= (byte & 127) << shift
  }
  numberRead = number
  return at
}

function read(bytes: Uint8Array, begin: number, into: Taken): number {
  let at = readNumber(bytes, begin)
  const length = numberRead
  into.length = length
  at = readNumber(bytes, at)
  into.number = numberRead - 1
  at = readNumber(bytes, at)
  into.depth = numberRead
  for (let position = 0; position < length; position++) {
    at = readNumber(bytes, at)
    into.state[position] = numberRead
  }
  return at
}
