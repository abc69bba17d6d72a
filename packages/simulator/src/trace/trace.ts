/** What happened in a run, line by line, and a fingerprint of it: equal for equal runs, on every machine. */
export class Trace {
  readonly #write: ((line: string) => void) | undefined
  #low = 0x811c9dc5
  #high = 0x1b873593
  #lines = 0

  constructor(write?: (line: string) => void) {
    this.#write = write
  }

  get lines(): number {
    return this.#lines
  }

  /** 64 bits in hexadecimal. */
  get hash(): string {
    return hex(this.#high) + hex(this.#low)
  }

  /**
   * `who` did or met `what`.
   * @param detail is asked only where somebody reads the trace, and is not part of the fingerprint.
   */
  note(atUs: number, who: string, what: string, detail?: () => string): void {
    const line = `${timeText(atUs)} ${who} ${what}`
    this.#lines++
    let low = this.#low
    let high = this.#high
    for (let at = 0; at < line.length; at++) {
      const code = line.charCodeAt(at)
      low = Math.imul(low ^ code, 0x01000193)
      high = Math.imul(high ^ code, 0x85ebca6b)
      high ^= high >>> 13
    }
    this.#low = Math.imul(low ^ 10, 0x01000193)
    this.#high = Math.imul(high ^ 10, 0x85ebca6b)
    if (this.#write === undefined) return
    const more = detail?.() ?? ''
    this.#write(more === '' ? line : `${line} (${more})`)
  }
}

const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0')

/** Microseconds as milliseconds with three decimals. */
export const timeText = (atUs: number): string => {
  const us = atUs % 1000
  return `${(atUs - us) / 1000}.${us < 10 ? '00' : us < 100 ? '0' : ''}${us}`
}

/** A checksum of bytes, so that a trace tells messages of one type apart. */
export const checksum = (bytes: Uint8Array): string => {
  let hash = 0x811c9dc5
  for (let at = 0; at < bytes.length; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193)
  return hex(hash)
}
