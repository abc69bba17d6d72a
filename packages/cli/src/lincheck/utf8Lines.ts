import { MalformedEventError } from '@quorate/checker'

const newline = 0x0a

/** Decodes UTF-8 that arrives in pieces, cut anywhere, and knows in which line it is none. */
export class Utf8Lines {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  /** Bytes at the end of the last piece that are the beginning of a character. */
  #rest: Uint8Array = new Uint8Array()
  /** The line in which the next byte stands. */
  #line = 1
  #isFirst = true

  /**
   * The text as far as its characters are whole.
   * @throws {@link MalformedEventError} `QUORATE_MALFORMED_EVENT`, with the line of the first bytes that are no UTF-8.
   */
  decode(piece: Uint8Array): string {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece])
    const end = bytes.length - unfinishedAtEnd(bytes)
    this.#rest = bytes.slice(end)
    const text = this.#textOf(bytes.subarray(0, end))
    if (text === undefined) throw this.#errorIn(bytes.subarray(0, end))
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#line++
    // Some programs write a byte order mark.
    const isMarked = this.#isFirst && text.startsWith('\uFEFF')
    this.#isFirst &&= text === ''
    return isMarked ? text.slice(1) : text
  }

  /** @throws {@link MalformedEventError} `QUORATE_MALFORMED_EVENT` when the text ends within a character. */
  end(): void {
    if (this.#rest.length > 0) throw malformed(this.#line)
  }

  #textOf(bytes: Uint8Array): string | undefined {
    try {
      return this.#decoder.decode(bytes)
    } catch {
      return undefined
    }
  }

  #errorIn(bytes: Uint8Array): MalformedEventError {
    let line = this.#line
    for (let from = 0; ; line++) {
      const to = bytes.indexOf(newline, from)
      if (to === -1 || this.#textOf(bytes.subarray(from, to)) === undefined) return malformed(line)
      from = to + 1
    }
  }
}

const malformed = (line: number): MalformedEventError =>
  new MalformedEventError(line, 'expected UTF-8, found bytes that are none')

/** How many bytes at the end begin a character that goes on in the next piece. */
const unfinishedAtEnd = (bytes: Uint8Array): number => {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte < 0x80) return 0
    // Not a byte that continues a character: the first one of the last character.
    if (byte >= 0xc0) return back < lengthOf(byte) ? back : 0
  }
  return 0
}

const lengthOf = (first: number): number => {
  if (first >= 0xf0) return 4
  return first >= 0xe0 ? 3 : 2
}
