import type { Socket } from 'node:net'

/** Gathered bytes are written at the end of a turn, or when there are this many. */
const gatheredBytesMax = 64 * 1024
const initialBytes = 8 * 1024

/** Gathers what goes to one client, so that many small messages are one write. */
export class Outbound {
  readonly #socket: Socket
  #buffer = Buffer.allocUnsafeSlow(initialBytes)
  #length = 0

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** Bytes that the kernel has not taken. */
  get pendingBytes(): number {
    return this.#length + this.#socket.writableLength
  }

  /** @param text latin-1 */
  line(text: string): void {
    this.#reserve(text.length + 2)
    this.#length += this.#buffer.write(text, this.#length, 'latin1')
    this.#end()
    this.#flushWhenLarge()
  }

  /** @param head latin-1 */
  message(head: string, payload: Buffer): void {
    this.#reserve(head.length + payload.length + 4)
    this.#length += this.#buffer.write(head, this.#length, 'latin1')
    this.#end()
    this.#length += payload.copy(this.#buffer, this.#length)
    this.#end()
    this.#flushWhenLarge()
  }

  flush(): void {
    if (this.#length === 0) return
    this.#socket.write(this.#buffer.subarray(0, this.#length))
    this.#length = 0
    // What the kernel did not take at once, the socket keeps a view of.
    if (this.#socket.writableLength > 0) this.#buffer = Buffer.allocUnsafeSlow(initialBytes)
  }

  #end(): void {
    this.#buffer[this.#length++] = 13
    this.#buffer[this.#length++] = 10
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#buffer.length, this.#length + bytes))
    this.#buffer.copy(larger, 0, 0, this.#length)
    this.#buffer = larger
  }

  #flushWhenLarge(): void {
    if (this.#length >= gatheredBytesMax) this.flush()
  }
}
