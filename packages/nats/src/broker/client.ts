import type { Socket } from 'node:net'
import { Outbound } from './outbound.js'
import { type ProtocolListener, ProtocolParser } from './parser.js'
import { type Interest, isSubject, type Match, type Subscriptions } from './subscriptions.js'

/** What all clients of a broker share. */
export interface Exchange {
  readonly subscriptions: Subscriptions<ClientSubscription>
  readonly clients: Set<Client>
  readonly payloadBytesMax: number
  readonly pendingBytesMax: number
  readonly user: string | undefined
  readonly pass: string | undefined
  /** Has the client write what it gathered, at the end of this turn. */
  flushLater(client: Client): void
}

export interface ClientSubscription extends Interest {
  readonly client: Client
  readonly sid: string
  delivered: number
  /** It ends after so many deliveries; 0 for never. */
  deliveriesMax: number
}

/** What a client says of itself in `CONNECT`. */
interface Introduction {
  readonly verbose?: unknown
  readonly echo?: unknown
  readonly headers?: unknown
  readonly no_responders?: unknown
  readonly user?: unknown
  readonly pass?: unknown
}

/** How long a client has to show its credentials. */
const introductionMsMax = 5000

const noResponders = Buffer.from('NATS/1.0 503\r\n\r\n', 'latin1')

/** One connection to the broker. */
export class Client implements ProtocolListener {
  readonly #exchange: Exchange
  readonly #socket: Socket
  readonly #outbound: Outbound
  readonly #parser: ProtocolParser
  readonly #subscriptions = new Map<string, ClientSubscription>()
  readonly #introductionTimer: NodeJS.Timeout | undefined
  #introduction: Introduction = {}
  #trusted: boolean
  #ended = false

  constructor(exchange: Exchange, socket: Socket, info: object) {
    this.#exchange = exchange
    this.#socket = socket
    this.#outbound = new Outbound(socket)
    this.#parser = new ProtocolParser(this, exchange.payloadBytesMax)
    this.#trusted = exchange.user === undefined
    if (!this.#trusted) {
      this.#introductionTimer = setTimeout(() => this.onViolation('Authentication Timeout'), introductionMsMax).unref()
    }
    socket.setNoDelay(true)
    socket.on('data', (chunk) => this.#parser.read(chunk))
    // A broken link is reported by `close` as well.
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#end()
      exchange.clients.delete(this)
    })
    this.#say(`INFO ${JSON.stringify(info)}`)
  }

  onConnect(json: string): void {
    const introduction = parseIntroduction(json)
    if (!introduction) return this.onViolation('Invalid Connect')
    const { user, pass } = this.#exchange
    if (user !== undefined && (introduction.user !== user || introduction.pass !== pass)) {
      return this.onViolation('Authorization Violation')
    }
    clearTimeout(this.#introductionTimer)
    this.#trusted = true
    this.#introduction = introduction
    this.#agree()
  }

  onPing(): void {
    this.#say('PONG')
  }

  onPublish(subject: string, reply: string, headerBytes: number, payload: Buffer): void {
    if (!this.#trusted) return this.onViolation('Authorization Violation')
    this.#agree()
    const match = this.#exchange.subscriptions.match(subject)
    const heard = this.#forward(match, subject, reply, headerBytes, payload)
    if (!heard && reply !== '' && this.#introduction.headers === true && this.#introduction.no_responders === true) {
      const own = this.#exchange.subscriptions.match(reply).plain.filter(({ client }) => client === this)
      for (const each of own) this.#deliver(each, reply, '', noResponders.length, noResponders)
    }
  }

  onSubscribe(subject: string, queue: string, sid: string): void {
    if (!this.#trusted) return this.onViolation('Authorization Violation')
    if (!isSubject(subject)) return this.#say(`-ERR 'Invalid Subject'`)
    this.#agree()
    if (this.#subscriptions.has(sid)) return
    const subscription = { client: this, subject, queue, sid, delivered: 0, deliveriesMax: 0 }
    this.#subscriptions.set(sid, subscription)
    this.#exchange.subscriptions.add(subscription)
  }

  onUnsubscribe(sid: string, deliveriesMax: number): void {
    if (!this.#trusted) return this.onViolation('Authorization Violation')
    this.#agree()
    const subscription = this.#subscriptions.get(sid)
    if (!subscription) return
    subscription.deliveriesMax = deliveriesMax
    if (subscription.delivered >= deliveriesMax) this.#unsubscribe(subscription)
  }

  onViolation(reason: string): void {
    if (this.#ended) return
    this.#outbound.line(`-ERR '${reason}'`)
    this.#outbound.flush()
    this.#end()
    this.#socket.destroySoon()
  }

  flush(): void {
    if (this.#ended) return
    this.#outbound.flush()
    if (this.#outbound.pendingBytes <= this.#exchange.pendingBytesMax) return
    this.onViolation('Slow Consumer')
    // It does not read: what is pending would wait for ever.
    this.#socket.destroy()
  }

  close(): void {
    this.#end()
    this.#socket.destroy()
  }

  /** Returns whether anyone heard it. */
  #forward(
    match: Match<ClientSubscription>,
    subject: string,
    reply: string,
    headerBytes: number,
    payload: Buffer,
  ): boolean {
    const echo = this.#introduction.echo !== false
    let heard = false
    for (const subscription of match.plain) {
      if (!echo && subscription.client === this) continue
      heard = true
      this.#deliver(subscription, subject, reply, headerBytes, payload)
    }
    for (const members of match.queues.values()) {
      const candidates = echo ? members : members.filter(({ client }) => client !== this)
      const chosen = candidates[Math.floor(Math.random() * candidates.length)]
      if (!chosen) continue
      heard = true
      this.#deliver(chosen, subject, reply, headerBytes, payload)
    }
    return heard
  }

  #deliver(to: ClientSubscription, subject: string, reply: string, headerBytes: number, payload: Buffer): void {
    const { client } = to
    to.delivered++
    const head = reply === '' ? `${subject} ${to.sid}` : `${subject} ${to.sid} ${reply}`
    if (headerBytes === 0) {
      client.#outbound.message(`MSG ${head} ${payload.length}`, payload)
    } else if (client.#introduction.headers === true) {
      client.#outbound.message(`HMSG ${head} ${headerBytes} ${payload.length}`, payload)
    } else {
      client.#outbound.message(`MSG ${head} ${payload.length - headerBytes}`, payload.subarray(headerBytes))
    }
    this.#exchange.flushLater(client)
    if (to.deliveriesMax > 0 && to.delivered >= to.deliveriesMax) client.#unsubscribe(to)
  }

  #unsubscribe(subscription: ClientSubscription): void {
    this.#subscriptions.delete(subscription.sid)
    this.#exchange.subscriptions.remove(subscription)
  }

  #agree(): void {
    if (this.#introduction.verbose === true) this.#say('+OK')
  }

  #say(text: string): void {
    this.#outbound.line(text)
    this.#exchange.flushLater(this)
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    clearTimeout(this.#introductionTimer)
    this.#parser.stop()
    for (const subscription of this.#subscriptions.values()) this.#exchange.subscriptions.remove(subscription)
    this.#subscriptions.clear()
  }
}

const parseIntroduction = (json: string): Introduction | undefined => {
  try {
    const value: unknown = JSON.parse(Buffer.from(json, 'latin1').toString('utf8'))
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
