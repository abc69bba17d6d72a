import {
  type Address,
  type Connection,
  decodeEnvelope,
  type Envelope,
  encodeEnvelope,
  type Message,
  type MessageCodec,
  type Subscription,
  UnsupportedVersionError,
  wireVersion,
} from '@quorate/core'
import type { DropLog } from './dropLog.js'

interface BusOptions {
  readonly connection: Connection
  readonly cluster: string
  /** Empty for a client, which has none. */
  readonly store: Uint8Array
  readonly drops: DropLog
  /** Whoever received a message threw: a defect, and no concern of the connection. */
  readonly fail: (error: unknown) => void
}

/** What all that speak over one connection have in common. */
interface Speaker {
  isSilent: boolean
  /** Which start of its store the node is in; `undefined` before that is durable, and for a client. */
  start: number | undefined
}

/** A connection that speaks envelopes, of one cluster and for one store. */
export class Bus {
  readonly cluster: string
  readonly #options: BusOptions
  readonly #connection: Connection
  readonly #store: Uint8Array
  readonly #drops: DropLog
  readonly #fail: (error: unknown) => void
  readonly #speaker: Speaker
  /** Of the group that it speaks in. */
  readonly #charter: number | undefined

  constructor(options: BusOptions, speaker: Speaker = { isSilent: false, start: undefined }, charter?: number) {
    this.#options = options
    this.#connection = options.connection
    this.cluster = options.cluster
    this.#store = options.store
    this.#drops = options.drops
    this.#fail = options.fail
    this.#speaker = speaker
    this.#charter = charter
  }

  /** The same bus for who speaks in a group. */
  in(charter: number | undefined): Bus {
    return new Bus(this.#options, this.#speaker, charter)
  }

  /** Says from now on in which start of its store the node is. */
  tellStart(start: number): void {
    this.#speaker.start = start
  }

  /** Equal for all that speak on one bus, where that is known. */
  get busId(): string | undefined {
    return this.#connection.busId
  }

  /** The largest message, in bytes, its envelope included. */
  get bytesMax(): number {
    return this.#connection.bytesMax
  }

  /** @throws `QUORATE_UNENCODABLE_VALUE` for a message with a value that its field cannot carry: a defect of who made it. */
  say<M extends Message>(from: Address, to: Address, codec: MessageCodec<M>, message: M, traceparent?: string): void {
    const { isSilent, start } = this.#speaker
    if (isSilent) return
    const charter = this.#charter
    const bytes = encodeEnvelope({
      version: wireVersion,
      cluster: this.cluster,
      from,
      to,
      fromStore: this.#store,
      type: message.type,
      payload: codec.encode(message),
      ...(traceparent === undefined ? {} : { traceparent }),
      ...(start === undefined ? {} : { fromStart: start }),
      ...(charter === undefined ? {} : { charter }),
    })
    this.#connection.publish(to, bytes)
  }

  /** Hands over what is addressed to `to` and of this cluster. */
  hear(to: Address, receive: (envelope: Envelope) => void): Subscription {
    return this.#connection.subscribe(to, (bytes) => {
      const envelope = this.#open(to, bytes)
      if (!envelope) return
      try {
        receive(envelope)
      } catch (error) {
        this.#fail(error)
      }
    })
  }

  /** Says nothing any more, whatever it is asked. */
  silence(): void {
    this.#speaker.isSilent = true
  }

  /** The message in an envelope, or `undefined` when it is none. */
  read<M extends Message>(codec: MessageCodec<M>, envelope: Envelope): M | undefined {
    try {
      return codec.decode(envelope.type, envelope.payload)
    } catch (error) {
      this.#drops.note('malformed', { from: envelope.from, to: envelope.to, type: envelope.type, error })
      return undefined
    }
  }

  #open(to: Address, bytes: Uint8Array): Envelope | undefined {
    let envelope: Envelope
    try {
      envelope = decodeEnvelope(bytes)
    } catch (error) {
      this.#drops.note(error instanceof UnsupportedVersionError ? 'otherVersion' : 'malformed', { to, error })
      return undefined
    }
    if (envelope.cluster !== this.cluster) {
      this.#drops.note('otherCluster', { from: envelope.from, to, cluster: envelope.cluster })
      return undefined
    }
    if (envelope.to !== to) {
      this.#drops.note('misaddressed', { from: envelope.from, to, addressed: envelope.to })
      return undefined
    }
    return envelope
  }
}
