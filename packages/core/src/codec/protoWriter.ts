import { UnencodableValueError } from './errors.js'

const initialBytes = 16_384
/** A buffer that grew beyond this for one message is not kept for the next. */
const keptBytesMax = 2_097_152
/** Messages up to this size share buffers of `poolBytes`: who keeps one keeps its neighbours, so both are small. */
const pooledBytesMax = 64
const poolBytes = 1024
const maxUint32 = 0xffff_ffff
const maxVarintBytes = 10
const twoTo28 = 0x1000_0000
const shortString = 48

const utf8 = new TextEncoder()
const loneSurrogate = /\p{Surrogate}/u

/**
 * Writes plain values in protobuf's wire format. Used by generated code. One buffer serves message after message; lengths
 * of inner messages are filled in behind them, so that nothing is measured twice.
 */
export class ProtoWriter {
  #bytes = new Uint8Array(initialBytes)
  #position = 0
  /** How many messages the one that is written now lies within. */
  #depth = 0
  /** Bytes that the length of the last message took, by depth: the next one there is probably like it. */
  readonly #lengthBytes: number[] = []
  /** Where short messages are put one behind the other, and how much of it is taken. */
  #pool = new Uint8Array(poolBytes)
  #pooled = 0

  /** Field number times 8, plus wire type. */
  tag(tag: number): this {
    this.#reserve(maxVarintBytes)
    if (tag < 0x80) this.#bytes[this.#position++] = tag
    else this.#position = putVarint(this.#bytes, this.#position, tag)
    return this
  }

  /** @throws {@link UnencodableValueError} unless it is a whole number from 0 to 2^53 - 1. */
  uint64(value: number): this {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new UnencodableValueError(`a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`, value)
    }
    this.#reserve(maxVarintBytes)
    this.#position = putVarint(this.#bytes, this.#position, value)
    return this
  }

  /** @throws {@link UnencodableValueError} unless it is a whole number from 0 to 2^32 - 1. */
  uint32(value: number): this {
    if (!Number.isSafeInteger(value) || value < 0 || value > maxUint32) {
      throw new UnencodableValueError(`a whole number from 0 to ${maxUint32}`, value)
    }
    return this.uint64(value)
  }

  /** @throws {@link UnencodableValueError} unless it is true or false. */
  bool(value: boolean): this {
    if (typeof value !== 'boolean') throw new UnencodableValueError('true or false', value)
    this.#reserve(1)
    this.#bytes[this.#position++] = value ? 1 : 0
    return this
  }

  /** @throws {@link UnencodableValueError} unless it is a text that UTF-8 can carry. */
  string(value: string): this {
    if (typeof value !== 'string') throw new UnencodableValueError('a text', value)
    if (value.length <= shortString && this.#putShortAscii(value)) return this
    if (loneSurrogate.test(value)) throw new UnencodableValueError('a text without half characters', value)
    return this.bytes(utf8.encode(value))
  }

  /** @throws {@link UnencodableValueError} unless it is a Uint8Array. */
  bytes(value: Uint8Array): this {
    if (!(value instanceof Uint8Array)) throw new UnencodableValueError('a Uint8Array', value)
    this.#reserve(value.length + maxVarintBytes)
    const start = putVarint(this.#bytes, this.#position, value.length)
    this.#bytes.set(value, start)
    this.#position = start + value.length
    return this
  }

  /** Fields that were written before. */
  fields(written: Uint8Array): this {
    this.#reserve(written.length)
    this.#bytes.set(written, this.#position)
    this.#position += written.length
    return this
  }

  /** A message within this one, or a packed list. */
  message<T>(write: (writer: this, message: T) => void, message: T): this {
    this.#reserve(maxVarintBytes)
    const depth = this.#depth
    const guessed = this.#lengthBytes[depth] ?? 1
    const start = this.#position + guessed
    this.#position = start
    this.#depth = depth + 1
    write(this, message)
    this.#depth = depth
    const length = this.#position - start
    const needed = varintBytes(length)
    if (needed !== guessed) this.#shift(start, needed - guessed)
    putVarint(this.#bytes, start - guessed, length)
    this.#lengthBytes[depth] = needed
    return this
  }

  /** What was written, as bytes that nobody else writes to; short ones share a buffer. The writer starts anew. */
  finish(): Uint8Array {
    const length = this.#position
    const written = length > pooledBytesMax ? this.#bytes.slice(0, length) : this.#intoPool(length)
    this.clear()
    return written
  }

  /** A buffer of its own costs a short message more than all that is written into it. */
  #intoPool(length: number): Uint8Array {
    if (length > poolBytes - this.#pooled) {
      this.#pool = new Uint8Array(poolBytes)
      this.#pooled = 0
    }
    const written = this.#pool.subarray(this.#pooled, this.#pooled + length)
    for (let at = 0; at < length; at++) written[at] = this.#bytes[at] as number
    this.#pooled += length
    return written
  }

  /** Forgets what was written. */
  clear(): void {
    this.#position = 0
    this.#depth = 0
    if (this.#bytes.length > keptBytesMax) this.#bytes = new Uint8Array(initialBytes)
  }

  #shift(start: number, by: number): void {
    this.#reserve(maxVarintBytes)
    this.#bytes.copyWithin(start + by, start, this.#position)
    this.#position += by
  }

  #putShortAscii(value: string): boolean {
    const { length } = value
    this.#reserve(length + 1)
    const bytes = this.#bytes
    const start = this.#position + 1
    for (let at = 0; at < length; at += 1) {
      const code = value.charCodeAt(at)
      if (code >= 0x80) return false
      bytes[start + at] = code
    }
    bytes[start - 1] = length
    this.#position = start + length
    return true
  }

  #reserve(length: number): void {
    if (length > this.#bytes.length - this.#position) this.#grow(length)
  }

  #grow(length: number): void {
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#position + length))
    grown.set(this.#bytes.subarray(0, this.#position))
    this.#bytes = grown
  }
}

/** Writes a number from 0 to 2^53 - 1, seven bits a byte. Returns where it ends. */
function putVarint(bytes: Uint8Array, start: number, value: number): number {
  let position = start
  let rest = value
  // Beyond 32 bits JavaScript has no shifts.
  while (rest >= twoTo28) {
    bytes[position++] = (rest & 0x7f) | 0x80
    rest = Math.floor(rest / 0x80)
  }
  while (rest >= 0x80) {
    bytes[position++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  bytes[position++] = rest
  return position
}

const varintBytes = (value: number): number => {
  let length = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length += 1
  return length
}

const shared = new ProtoWriter()

/**
 * Writes one message to bytes that nobody else writes to: see {@link ProtoWriter.finish}.
 * @throws {@link UnencodableValueError} `QUORATE_UNENCODABLE_VALUE` for a value that its field cannot carry.
 */
export function encodeWith<T>(write: (writer: ProtoWriter, message: T) => void, message: T): Uint8Array {
  shared.clear()
  write(shared, message)
  return shared.finish()
}
