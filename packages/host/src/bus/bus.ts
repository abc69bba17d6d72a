import {
  type Address,
  type Clock,
  type Connection,
  type Envelope,
  envelopeWriter,
  everyNode,
  type Message,
  type MessageCodec,
  nodeOf,
  type Observe,
  parcelOf,
  parcelType,
  type Random,
  type Subscription,
  wireVersion,
} from '@quorate/core'
import type { ClientInbox } from './clientInbox.js'
import type { DropLog } from './dropLog.js'
import { LocalDelivery } from './localDelivery.js'
import { Opener } from './opener.js'
import { PieceCutter, pieceType } from './pieces.js'

type EnvelopeWriter = ReturnType<typeof envelopeWriter>
type EnvelopeSender = Parameters<typeof envelopeWriter>[0]

interface BusOptions {
  readonly connection: Connection
  readonly cluster: string
  /** Empty for a client, which has none. */
  readonly store: Uint8Array
  readonly drops: DropLog
  readonly clock: Clock
  readonly random: Random
  /** Whoever received a message threw: a defect, and no concern of the connection. */
  readonly fail: (error: unknown) => void
  /** Hears of each message. @default nobody */
  readonly observe?: Observe | undefined
}

/** What all that speak over one connection have in common. */
interface Speaker {
  readonly local: LocalDelivery
  isSilent: boolean
  /** Which start of its store the node is in; `undefined` before that is durable, and for a client. */
  start: number | undefined
  /** The number of the last message of this start: one that is said to all, or goes in pieces, is one message. */
  lastMessage: number
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
  /** Of the group that it speaks in: what it was begun with, and the version of its list of members, where that has changed. */
  readonly #charter: number | undefined
  readonly #members: number | undefined
  /** By the address of who speaks: those of one node are few. */
  readonly #writers = new Map<Address, EnvelopeWriter>()
  /** In which start of the store the writers say that the node is. */
  #writersStart: number | undefined
  readonly #cutter: PieceCutter
  readonly #opener: Opener

  constructor(options: BusOptions, speaker?: Speaker, group: { charter?: number | undefined; members?: number } = {}) {
    this.#options = options
    this.#connection = options.connection
    this.cluster = options.cluster
    this.#store = options.store
    this.#drops = options.drops
    this.#fail = options.fail
    this.#speaker = speaker ?? newSpeaker(options.clock)
    this.#charter = group.charter
    this.#members = group.members || undefined
    this.#cutter = new PieceCutter(options.random)
    this.#opener = new Opener(options.cluster, options.drops)
  }

  /**
   * The same bus for who speaks in a group.
   * @param members the version of its list of members. @default 0: of whom it began with
   */
  in(charter: number | undefined, members = 0): Bus {
    return new Bus(this.#options, this.#speaker, { charter, members })
  }

  /** Says from now on in which start of its store the node is. */
  tellStart(start: number): void {
    this.#speaker.start = start
  }

  /** What to call it in messages to people. */
  get label(): string {
    return this.#connection.label
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
  publish<M extends Message>(from: Address, to: Address, codec: MessageCodec<M>, message: M): void {
    const { isSilent, local } = this.#speaker
    if (isSilent) return
    const payload = codec.encode(message)
    const number = this.#nextNumber()
    if (local.has(to)) {
      const numbered = number === undefined ? {} : { message: number }
      if (!isToAll(to)) this.#tellSent(from, to, message, number, payload.length)
      local.deliver({ ...this.#senderOf(from), version: wireVersion, to, type: message.type, payload, ...numbered })
      if (!isToAll(to)) return
    }
    this.#say(from, to, message.type, payload, number, message)
  }

  /**
   * A message in its envelope, for {@link publishSealed}.
   * @throws `QUORATE_UNENCODABLE_VALUE` as `publish` does
   */
  sealed<M extends Message>(from: Address, to: Address, codec: MessageCodec<M>, message: M): Uint8Array {
    const payload = codec.encode(message)
    const number = this.#nextNumber()
    const bytes = this.#writerOf(from)(to, message.type, payload, number)
    this.#tellSent(from, to, message, number, bytes.length)
    return bytes
  }

  /** Publishes envelopes to where all hear whom they are for: in one message, from `from`, if there are several. */
  publishSealed(from: Address, to: Address, envelopes: readonly Uint8Array[]): void {
    if (this.#speaker.isSilent) return
    const [only, ...others] = envelopes
    if (!only) return
    const isOne = others.length === 0 && only.length <= this.#connection.bytesMax
    if (isOne) this.#connection.publish(to, only)
    else this.#say(from, to, parcelType, parcelOf(envelopes), undefined)
  }

  /** @param message what the payload is, where it is a message of somebody's */
  #say(
    from: Address,
    to: Address,
    type: string,
    payload: Uint8Array,
    number: number | undefined,
    message?: Message,
  ): void {
    const write = this.#writerOf(from)
    const bytes = write(to, type, payload, number)
    if (message) this.#tellSent(from, to, message, number, bytes.length)
    const { bytesMax } = this.#connection
    const pieces = bytes.length <= bytesMax ? [] : this.#cutter.cut(bytes, bytesMax)
    // What cannot even go in pieces the connection drops, and counts.
    if (pieces.length === 0) this.#connection.publish(to, bytes)
    for (const piece of pieces) this.#connection.publish(to, write(to, pieceType, piece, number))
  }

  /** Asks the bus whether anybody hears an address. See `Connection.probe`. */
  probe(to: Address, withinMs: number, done: (isHeard: boolean | undefined) => void): void {
    this.#connection.probe(to, withinMs, done)
  }

  /** Hands over what is addressed to `to` and of this cluster, as it comes. */
  subscribe(to: Address, receive: (envelope: Envelope) => void): Subscription {
    const safely = this.#safely(receive)
    return this.#connection.subscribe(to, (bytes) => {
      const envelope = this.#opener.open(to, bytes)
      if (envelope) safely(envelope)
    })
  }

  /** Hands over what is published to `to` for others: see {@link publishSealed}. */
  subscribeMembers(to: Address, receive: (envelope: Envelope) => void): Subscription {
    const safely = this.#safely(receive)
    return this.#connection.subscribe(to, (bytes) => {
      for (const envelope of this.#opener.unpack(to, bytes)) safely(envelope)
    })
  }

  /**
   * The same for clients and who serves them; with an inbox, when that is worked on. What one says to the other on this
   * bus is handed over within the process, whatever becomes of the connection.
   */
  subscribeClients(to: Address, receive: (envelope: Envelope) => void, inbox?: ClientInbox): Subscription {
    const { local } = this.#speaker
    const safely = this.#safely(receive)
    const listening = local.listen(to, { receive: safely, inbox })
    const isMulticast = isToAll(to)
    const deliver = (bytes: Uint8Array): void => {
      const envelope = this.#opener.open(to, bytes)
      // What is said to all comes back to who said it, and was handed over when it was said.
      if (envelope && !(isMulticast && local.has(envelope.from))) safely(envelope)
    }
    const subscription = this.#connection.subscribe(
      to,
      inbox ? (bytes) => inbox.put(bytes.length, () => deliver(bytes)) : deliver,
    )
    return { ready: subscription.ready, close: () => subscription.close().finally(() => listening.end()) }
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
      this.#drops.note('malformed', { from: envelope.from, to: envelope.to, type: envelope.type, error }, envelope)
      return undefined
    }
  }

  #tellSent(from: Address, to: Address, message: Message, number: number | undefined, bytes: number): void {
    if (this.#speaker.isSilent) return
    this.#options.observe?.({ type: 'sent', from, fromStart: this.#speaker.start, number, to, message, bytes })
  }

  #safely(receive: (envelope: Envelope) => void): (envelope: Envelope) => void {
    const { observe } = this.#options
    return (envelope) => {
      try {
        observe?.({ type: 'received', envelope })
        receive(envelope)
      } catch (error) {
        this.#fail(error)
      }
    }
  }

  /** Of the next message. A node has none before its start is durable: they might be those of an earlier start. */
  #nextNumber(): number | undefined {
    const speaker = this.#speaker
    return speaker.start === undefined && this.#store.length > 0 ? undefined : ++speaker.lastMessage
  }

  #writerOf(from: Address): EnvelopeWriter {
    const { start } = this.#speaker
    if (start !== this.#writersStart) this.#writers.clear()
    this.#writersStart = start
    const known = this.#writers.get(from)
    if (known) return known
    const writer = envelopeWriter(this.#senderOf(from))
    this.#writers.set(from, writer)
    return writer
  }

  #senderOf(from: Address): EnvelopeSender {
    const { start } = this.#speaker
    return {
      cluster: this.cluster,
      from,
      fromStore: this.#store,
      ...(start === undefined ? {} : { fromStart: start }),
      ...(this.#charter === undefined ? {} : { charter: this.#charter }),
      ...(this.#members === undefined ? {} : { members: this.#members }),
    }
  }
}

const newSpeaker = (clock: Clock): Speaker => ({
  local: new LocalDelivery((run) => clock.soon(run)),
  isSilent: false,
  start: undefined,
  lastMessage: 0,
})

const isToAll = (to: Address): boolean => nodeOf(to) === everyNode
