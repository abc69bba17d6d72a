/** How a command ended, equal on every node. */
export interface Outcome {
  /**
   * `ok`: applied. `failed`: the state machine refused it by throwing; the bytes hold the reason as text.
   * `expired`: its session is unknown or expired; it was not applied. `answered`: it is no longer
   * remembered, because the client said that it has the answer, or for want of room; it was not applied again.
   */
  readonly status: 'ok' | 'failed' | 'expired' | 'answered'
  /** Index of the entry that was applied: of the first one, when the command was repeated. */
  readonly index: number
  readonly bytes: Uint8Array
}

/** Bookkeeping bytes of an outcome beside its payload, an upper bound. */
const outcomeOverheadBytes = 64

/** What an outcome counts against the limits in bytes. */
const sizeOf = ({ bytes }: Outcome): number => bytes.length + outcomeOverheadBytes

/** So many neighbours are copied where one of them changes. */
const sequencesPerChunk = 64
const chunkOf = (sequence: number): number => Math.floor(sequence / sequencesPerChunk)

type Chunk = Map<number, Outcome>

/**
 * The outcomes of a session by sequence. A client has hundreds under way, which come and go in their order: so a copy shares
 * what its original has, and makes neighbours its own as it changes them.
 */
export class Outcomes implements Iterable<[number, Outcome]> {
  readonly #chunks: Map<number, Chunk>
  /** Those of the chunks that are nobody else's. */
  readonly #own = new Set<Chunk>()
  #size = 0
  #bytes = 0

  private constructor(chunks: Map<number, Chunk>) {
    this.#chunks = chunks
  }

  static of(outcomes: Iterable<[number, Outcome]> = []): Outcomes {
    const all = new Outcomes(new Map())
    for (const [sequence, outcome] of outcomes) all.set(sequence, outcome)
    return all
  }

  /** Another one that holds the same. Whoever changes it leaves this one as it is, which must not be changed any more. */
  copy(): Outcomes {
    const copy = new Outcomes(new Map(this.#chunks))
    copy.#size = this.#size
    copy.#bytes = this.#bytes
    return copy
  }

  get size(): number {
    return this.#size
  }

  /** What all of them count against the limits. */
  get bytes(): number {
    return this.#bytes
  }

  get(sequence: number): Outcome | undefined {
    return this.#chunks.get(chunkOf(sequence))?.get(sequence)
  }

  /** From the lowest on. */
  *keys(): Generator<number, void, undefined> {
    for (const [sequence] of this) yield sequence
  }

  /** By sequence, from the lowest on. */
  *[Symbol.iterator](): Generator<[number, Outcome], void, undefined> {
    for (const [, chunk] of inOrder(this.#chunks)) yield* inOrder(chunk)
  }

  set(sequence: number, outcome: Outcome): void {
    const chunk = this.#ownChunk(chunkOf(sequence))
    const known = chunk.get(sequence)
    chunk.set(sequence, outcome)
    this.#size += known ? 0 : 1
    this.#bytes += sizeOf(outcome) - (known ? sizeOf(known) : 0)
  }

  delete(sequence: number): void {
    const number = chunkOf(sequence)
    const known = this.#chunks.get(number)?.get(sequence)
    if (!known) return
    const chunk = this.#ownChunk(number)
    chunk.delete(sequence)
    this.#size--
    this.#bytes -= sizeOf(known)
    if (chunk.size === 0) this.#drop(number, chunk)
  }

  /** Forgets all below; there is nothing below `from`. Clients say often what they have heard, so what remains is not walked through. */
  forgetBelow(from: number, below: number): void {
    if (below - from < sequencesPerChunk) {
      for (let sequence = from; sequence < below; sequence++) this.delete(sequence)
      return
    }
    const last = chunkOf(below)
    for (const [number, chunk] of this.#chunks) {
      if (number < last) this.#drop(number, chunk)
      else if (number === last) for (const sequence of chunk.keys()) if (sequence < below) this.delete(sequence)
    }
  }

  clear(): void {
    this.#chunks.clear()
    this.#own.clear()
    this.#size = 0
    this.#bytes = 0
  }

  /** With all that is in it. */
  #drop(number: number, chunk: Chunk): void {
    for (const outcome of chunk.values()) this.#bytes -= sizeOf(outcome)
    this.#size -= chunk.size
    this.#chunks.delete(number)
    this.#own.delete(chunk)
  }

  #ownChunk(number: number): Chunk {
    const chunk = this.#chunks.get(number)
    if (chunk && this.#own.has(chunk)) return chunk
    const own: Chunk = new Map(chunk)
    this.#chunks.set(number, own)
    this.#own.add(own)
    return own
  }
}

const inOrder = <Value>(entries: Iterable<[number, Value]>): [number, Value][] => [...entries].sort(([a], [b]) => a - b)
