import type { TraceEvent } from '@quorate/core'

/** What happened in a run, for whoever listens, and a fingerprint of it: equal for equal runs, on every machine. */
export class Trace {
  /** Undefined where nobody listens: then nothing is made that only a listener wants. */
  readonly tell: ((event: TraceEvent) => void) | undefined
  #low = 0x811c9dc5
  #high = 0x1b873593
  #events = 0

  constructor(tell?: (event: TraceEvent) => void) {
    this.tell = tell
  }

  /** How many events the fingerprint is made of. */
  get events(): number {
    return this.#events
  }

  /** 64 bits in hexadecimal. */
  get hash(): string {
    return hex(this.#high) + hex(this.#low)
  }

  /** Takes an event into the fingerprint: `who` did or met `what`, about these texts and this number. */
  mark(atUs: number, who: string, what: string, about = '', other = '', number = 0): void {
    this.#events++
    this.#mix(atUs)
    // Time may be longer than 32 bits, and the number is any.
    this.#mix(Math.floor(atUs / 2 ** 32))
    this.#mixText(who)
    this.#mixText(what)
    this.#mixText(about)
    this.#mixText(other)
    this.#mix(number)
  }

  note(atUs: number, who: string, text: string): void {
    this.mark(atUs, who, text)
    this.tell?.({ type: 'note', atUs, who, text })
  }

  fault(atUs: number, who: string, fault: string): void {
    this.mark(atUs, who, 'suffers', fault)
    this.tell?.({ type: 'fault', atUs, who, fault })
  }

  #mixText(text: string): void {
    let low = this.#low
    let high = this.#high
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      low = Math.imul(low ^ code, 0x01000193)
      high = Math.imul(high ^ code, 0x85ebca6b)
      high ^= high >>> 13
    }
    this.#low = low
    this.#high = high
    this.#mix(text.length)
  }

  #mix(number: number): void {
    this.#low = Math.imul(this.#low ^ number, 0x01000193)
    this.#low ^= this.#low >>> 15
    this.#high = Math.imul(this.#high ^ number, 0x85ebca6b)
    this.#high ^= this.#high >>> 13
  }
}

/** A checksum of bytes, 32 bits: it tells messages of one type apart. */
export const checksum = (bytes: Uint8Array): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < bytes.length; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193)
  return hash
}

/** 32 bits as eight hexadecimal digits. */
export const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0')
