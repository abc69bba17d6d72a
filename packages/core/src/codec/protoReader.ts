import { MalformedMessageError } from '../errors/errors.js'
import { noBytes } from '../values/pieces.js'

/** Messages within messages, and groups within groups, that a reader follows before it gives up. */
const depthMax = 64

const maxUint32 = 0xffff_ffff
const maxTagBytes = 5
const maxVarintBytes = 10

const shortString = 32
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads protobuf's wire format into plain values: whole numbers become `number`, never `Long` or `bigint`. Used by
 * generated code. Whatever the bytes are, it throws nothing but {@link MalformedMessageError} `QUORATE_MALFORMED_MESSAGE`.
 */
export class ProtoReader {
  readonly #bytes: Uint8Array
  #position = 0
  #end: number
  #depth = 0

  constructor(bytes: Uint8Array) {
    // A Buffer's `subarray` is another class than Uint8Array, and roles shall see only one.
    this.#bytes =
      bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#end = bytes.byteLength
  }

  /** True while the message being read has further fields. */
  hasMore(): boolean {
    return this.#position < this.#end
  }

  /** Field number times 8, plus wire type. */
  tag(): number {
    const start = this.#position
    const tag = this.uint64()
    if (tag > maxUint32 || tag < 8 || this.#position - start > maxTagBytes)
      throw malformed(`no field has the tag ${tag}`)
    return tag
  }

  /** A whole number from 0 to 2^53 - 1. */
  uint64(): number {
    const bytes = this.#bytes
    const end = this.#end
    let position = this.#position
    if (position >= end) throw endsEarly()
    let byte = bytes[position++] as number
    let value = byte & 0x7f
    let scale = 0x80
    const last = position + maxVarintBytes - 1
    while (byte >= 0x80) {
      if (position >= end) throw endsEarly()
      if (position >= last) throw malformed(`a number is longer than ${maxVarintBytes} bytes`)
      byte = bytes[position++] as number
      value += (byte & 0x7f) * scale
      scale *= 0x80
    }
    // Sums beyond 2^53 are rounded, but never down to below it.
    if (value > Number.MAX_SAFE_INTEGER) throw malformed(`a number is greater than ${Number.MAX_SAFE_INTEGER}`)
    this.#position = position
    return value
  }

  /** A whole number from 0 to 2^32 - 1. */
  uint32(): number {
    const value = this.uint64()
    if (value > maxUint32) throw malformed(`a number is greater than ${maxUint32}: ${value}`)
    return value
  }

  bool(): boolean {
    return this.uint64() !== 0
  }

  /** UTF-8, checked. */
  string(): string {
    const start = this.#delimited()
    const short = this.#shortAscii(start)
    if (short !== undefined) return short
    try {
      return utf8.decode(this.#bytes.subarray(start, this.#position))
    } catch (cause) {
      throw malformed('a text is not UTF-8', { cause })
    }
  }

  /** Most texts are short names; calling the decoder costs more than reading them. */
  #shortAscii(start: number): string | undefined {
    if (this.#position - start > shortString) return undefined
    let text = ''
    for (let at = start; at < this.#position; at += 1) {
      const code = this.#bytes[at] as number
      if (code >= 0x80) return undefined
      text += String.fromCharCode(code)
    }
    return text
  }

  /**
   * A view of the bytes that are being read, not a copy: as long as it is held, the whole received message is. Copy
   * (`slice`) what is small and kept for long.
   */
  bytes(): Uint8Array {
    const start = this.#delimited()
    return start === this.#position ? noBytes : this.#bytes.subarray(start, this.#position)
  }

  /** A message within this one, or a packed list: `read` sees the end of it as its own. */
  message<T>(read: (reader: this) => T): T {
    const start = this.#delimited()
    const end = this.#position
    const outerEnd = this.#end
    this.#deeper()
    this.#position = start
    this.#end = end
    const message = read(this)
    this.#end = outerEnd
    this.#depth -= 1
    return message
  }

  /** Passes over the value of a field that this program does not know: one of a newer program. */
  skip(tag: number): void {
    switch (tag & 7) {
      case 0:
        return this.#skipVarint()
      case 1:
        return this.#advance(8)
      case 2:
        this.#delimited()
        return
      case 3:
        return this.#skipGroup(tag >>> 3)
      case 5:
        return this.#advance(4)
      default:
        throw malformed(`no field has the tag ${tag}`)
    }
  }

  /** Unknown numbers may be of any size. */
  #skipVarint(): void {
    for (let length = 0; length < maxVarintBytes; length += 1) {
      if (this.#position >= this.#end) throw endsEarly()
      if ((this.#bytes[this.#position++] as number) < 0x80) return
    }
    throw malformed(`a number is longer than ${maxVarintBytes} bytes`)
  }

  /** Groups are of proto2 and nothing of ours has them, but an unknown field may be one. */
  #skipGroup(field: number): void {
    this.#deeper()
    for (;;) {
      const tag = this.tag()
      if ((tag & 7) !== 4) this.skip(tag)
      else if (tag >>> 3 === field) break
      else throw malformed(`group ${field} is closed as group ${tag >>> 3}`)
    }
    this.#depth -= 1
  }

  /** Reads a length and moves behind what it measures. Returns where that starts. */
  #delimited(): number {
    const length = this.uint64()
    const start = this.#position
    this.#advance(length)
    return start
  }

  #advance(length: number): void {
    if (length > this.#end - this.#position) throw endsEarly()
    this.#position += length
  }

  #deeper(): void {
    if (this.#depth >= depthMax) throw malformed(`messages stand within messages more than ${depthMax} deep`)
    this.#depth += 1
  }
}

/**
 * Reads one message, all of the bytes.
 * @throws {@link MalformedMessageError} `QUORATE_MALFORMED_MESSAGE`
 */
export function decodeWith<T>(read: (reader: ProtoReader) => T, bytes: Uint8Array): T {
  return read(new ProtoReader(bytes))
}

const malformed = (what: string, options?: { cause: unknown }): MalformedMessageError =>
  new MalformedMessageError(`malformed message: ${what}; drop it, and see who sends it`, options)

const endsEarly = (): MalformedMessageError => malformed('its bytes end before it does')
