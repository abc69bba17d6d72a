/** Appends to a buffer whose size was known beforehand. */
export class Writer {
  readonly bytes: Buffer
  at = 0

  constructor(bytesMax: number) {
    this.bytes = Buffer.allocUnsafe(bytesMax)
  }

  byte(value: number): void {
    this.bytes[this.at++] = value
  }

  uint32(value: number): void {
    this.at = this.bytes.writeUInt32LE(value, this.at)
  }

  /** A whole number in 0 to 2^53 - 1: seven bits a byte, the lowest first; at most 8 bytes. */
  varint(value: number): void {
    const { bytes } = this
    let at = this.at
    let rest = value
    while (rest > 0x7fffffff) {
      bytes[at++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    while (rest > 127) {
      bytes[at++] = (rest & 127) | 128
      rest >>>= 7
    }
    bytes[at++] = rest
    this.at = at
  }

  raw(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.at)
    this.at += bytes.length
  }
}

/** Reads what {@link Writer} wrote; throws a `RangeError` at the end of the bytes. */
export class Reader {
  readonly #bytes: Uint8Array
  readonly #end: number
  #at: number

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
  }

  get left(): number {
    return this.#end - this.#at
  }

  byte(): number {
    if (this.#at >= this.#end) throw new RangeError('the value ends too early')
    return this.#bytes[this.#at++] as number
  }

  uint32(): number {
    return (this.byte() | (this.byte() << 8) | (this.byte() << 16) | (this.byte() << 24)) >>> 0
  }

  varint(): number {
    let value = 0
    let weight = 1
    for (;;) {
      const byte = this.byte()
      value += (byte & 127) * weight
      if (byte < 128) break
      weight *= 128
    }
    if (!Number.isSafeInteger(value)) throw new RangeError('a number is larger than 2^53 - 1')
    return value
  }

  /** A view, not a copy. */
  raw(length: number): Uint8Array {
    if (length > this.left) throw new RangeError('the value ends too early')
    const start = this.#at
    this.#at += length
    return this.#bytes.subarray(start, this.#at)
  }
}
