/** What a client may say, read from its bytes. Texts are latin-1: they come out byte for byte as they went in. */
export interface ProtocolListener {
  /** `payload` begins with `headerBytes` bytes of headers; it is a view that is gone when the call returns. */
  onPublish(subject: string, reply: string, headerBytes: number, payload: Buffer): void
  onSubscribe(subject: string, queue: string, sid: string): void
  onUnsubscribe(sid: string, deliveriesMax: number): void
  onConnect(json: string): void
  onPing(): void
  /** What follows cannot be understood: nothing more is read. */
  onViolation(reason: string): void
}

/** Longest line of a command, in bytes, as in nats-server. */
const lineBytesMax = 4096

const lineFeed = 10
const carriageReturn = 13
/** Of the line end that follows a payload. */
const endBytes = 2

interface Publication {
  readonly subject: string
  readonly reply: string
  readonly headerBytes: number
  readonly payloadBytes: number
}

/** Reads the client's side of the NATS protocol from chunks that may end anywhere. */
export class ProtocolParser {
  readonly #listener: ProtocolListener
  readonly #payloadBytesMax: number
  /** The beginning of a line whose end has not come. */
  #rest: Buffer | undefined
  #publication: Publication | undefined
  /** The payload with its line end, as far as it has come, when it comes in pieces. */
  #payload: Buffer | undefined
  #payloadFilled = 0
  #stopped = false

  constructor(listener: ProtocolListener, payloadBytesMax: number) {
    this.#listener = listener
    this.#payloadBytesMax = payloadBytesMax
  }

  /** Nothing more is read, not even the rest of the chunk at hand. */
  stop(): void {
    this.#stopped = true
    this.#rest = undefined
    this.#payload = undefined
  }

  read(chunk: Buffer): void {
    const data = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk
    this.#rest = undefined
    let at = 0
    while (at < data.length && !this.#stopped) {
      if (this.#publication) {
        at = this.#readPayload(data, at, this.#publication)
        continue
      }
      const end = data.indexOf(lineFeed, at)
      const lineBytes = (end === -1 ? data.length : end) - at
      if (lineBytes > lineBytesMax) return this.#violation('Maximum Control Line Exceeded')
      if (end === -1) {
        this.#rest = data.subarray(at)
        return
      }
      const textEnd = end > at && data[end - 1] === carriageReturn ? end - 1 : end
      this.#readLine(data.toString('latin1', at, textEnd))
      at = end + 1
      if (this.#publication && !this.#stopped) at = this.#readPayload(data, at, this.#publication)
    }
  }

  #readLine(line: string): void {
    const [verb = '', ...words] = wordsOf(line)
    switch (verb.toUpperCase()) {
      case 'PUB':
        return this.#readPublish(words, 0)
      case 'HPUB':
        return this.#readPublish(words, 1)
      case 'SUB':
        return this.#readSubscribe(words)
      case 'UNSUB':
        return this.#readUnsubscribe(words)
      case 'PING':
        return this.#listener.onPing()
      case 'CONNECT':
        return this.#listener.onConnect(line.slice(line.indexOf('{')))
      case 'PONG':
      case '':
        return
      default:
        this.#violation('Unknown Protocol Operation')
    }
  }

  /** `PUB subject [reply] bytes`, `HPUB subject [reply] headerBytes bytes`. */
  #readPublish(words: readonly string[], headerWords: 0 | 1): void {
    const replyWords = words.length - 2 - headerWords
    const [subject = ''] = words
    const payloadBytes = sizeOf(words.at(-1))
    const headerBytes = headerWords === 1 ? sizeOf(words.at(-2)) : 0
    if (replyWords < 0 || replyWords > 1 || !(payloadBytes >= 0) || !(headerBytes <= payloadBytes)) {
      return this.#violation('Invalid Publish')
    }
    if (payloadBytes > this.#payloadBytesMax) return this.#violation('Maximum Payload Violation')
    this.#publication = { subject, reply: replyWords === 1 ? (words[1] ?? '') : '', headerBytes, payloadBytes }
  }

  /** Returns where the next command begins. */
  #readPayload(data: Buffer, at: number, publication: Publication): number {
    const needed = publication.payloadBytes + endBytes
    if (!this.#payload && data.length - at >= needed) {
      this.#publish(publication, data.subarray(at, at + needed))
      return at + needed
    }
    this.#payload ??= Buffer.allocUnsafeSlow(needed)
    const end = Math.min(data.length, at + needed - this.#payloadFilled)
    this.#payloadFilled += data.copy(this.#payload, this.#payloadFilled, at, end)
    if (this.#payloadFilled === needed) this.#publish(publication, this.#payload)
    return end
  }

  #publish({ subject, reply, headerBytes, payloadBytes }: Publication, withEnd: Buffer): void {
    this.#publication = undefined
    this.#payload = undefined
    this.#payloadFilled = 0
    if (withEnd[payloadBytes] !== carriageReturn || withEnd[payloadBytes + 1] !== lineFeed) {
      return this.#violation('Invalid Payload')
    }
    this.#listener.onPublish(subject, reply, headerBytes, withEnd.subarray(0, payloadBytes))
  }

  /** `SUB subject [queue] sid`. */
  #readSubscribe(words: readonly string[]): void {
    if (words.length < 2 || words.length > 3) return this.#violation('Invalid Subscription')
    const [subject = '', second = '', third] = words
    this.#listener.onSubscribe(subject, third === undefined ? '' : second, third ?? second)
  }

  /** `UNSUB sid [max]`. */
  #readUnsubscribe([sid, max = '0', ...more]: readonly string[]): void {
    const deliveriesMax = sizeOf(max)
    if (sid === undefined || more.length > 0 || Number.isNaN(deliveriesMax))
      return this.#violation('Invalid Unsubscription')
    this.#listener.onUnsubscribe(sid, deliveriesMax)
  }

  #violation(reason: string): void {
    this.stop()
    this.#listener.onViolation(reason)
  }
}

const wordsOf = (line: string): readonly string[] => {
  const words = line.split(' ')
  return words.includes('') || line.includes('\t') ? line.trim().split(/[ \t]+/) : words
}

/** A whole number of up to nine digits, else `NaN`. */
const sizeOf = (text = ''): number => (/^\d{1,9}$/.test(text) ? Number(text) : Number.NaN)
