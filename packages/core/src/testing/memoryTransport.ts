import { QuorateError } from '../errors/errors.js'
import type { Clock, Connection, Subscription, Transport, TransportCounters, TransportStatus } from '../ports/ports.js'
import { type Address, checkAddress, checkName } from '../values/address.js'
import { noBytes } from '../values/pieces.js'
import { carriedIn } from '../wire/parcel.js'

/** One message on its way to one receiver. */
export interface MemoryMessage {
  /** The connection that published it. */
  readonly from: string
  /** The connection that will hear it. */
  readonly receiver: string
  /** Whom it is for. */
  readonly to: Address
  readonly bytes: Uint8Array
}

export interface MemoryTransport extends Transport {
  /**
   * Asked at delivery, once for each receiver; `false` loses the message, silently, as a network does. Messages that share one of
   * the bus are asked about and delivered one by one. Replaces the filter.
   */
  setFilter(passes: (message: MemoryMessage) => boolean): void
}

export interface MemoryTransportOptions {
  /** Its `soon` delivers, one call for each message and receiver, in order. @default `setImmediate` */
  readonly clock?: Pick<Clock, 'soon'>
  /** The largest message, in bytes. @default 1 MiB, as of NATS */
  readonly bytesMax?: number
}

interface Listener {
  readonly connection: string
  readonly deliver: (bytes: Uint8Array) => void
}

/**
 * A bus within one thread: in order, without loss unless a filter loses, never within the call. With the same clock and
 * the same calls it does the same.
 */
export function memoryTransport(options: MemoryTransportOptions = {}): MemoryTransport {
  const bytesMax = options.bytesMax ?? 1024 * 1024
  const soon = options.clock ? options.clock.soon.bind(options.clock) : (run: () => void) => void setImmediate(run)
  const listeners = new Map<string, readonly Listener[]>()
  let passes: (message: MemoryMessage) => boolean = () => true

  return {
    setFilter(filter) {
      passes = filter
    },
    async connect({ cluster, name }) {
      checkName('cluster', cluster)
      return memoryConnection({ listeners, soon, cluster, name, bytesMax, passes: (message) => passes(message) })
    },
  }
}

interface MemoryConnectionOptions {
  /** Who listens to an address of a cluster, in the order of subscription. */
  readonly listeners: Map<string, readonly Listener[]>
  readonly soon: (run: () => void) => void
  readonly cluster: string
  readonly name: string
  readonly bytesMax: number
  readonly passes: (message: MemoryMessage) => boolean
}

function memoryConnection(options: MemoryConnectionOptions): Connection {
  const { listeners, soon, cluster, name, bytesMax, passes } = options
  const counters = { published: 0, delivered: 0, dropped: 0, reconnects: 0 }
  const own = new Set<Subscription>()
  let listen: (status: TransportStatus) => void = () => {}
  let closing: Promise<void> | undefined
  let unreported = 0

  const report = () => {
    if (unreported > 0) listen({ type: 'dropped', messages: unreported })
    unreported = 0
  }
  const drop = () => {
    counters.dropped++
    unreported++
    if (unreported === 1) soon(report)
  }
  const keyOf = (address: Address) => `${cluster}/${address}`

  const close = (): Promise<void> => {
    closing ??= Promise.all([...own].map((subscription) => subscription.close())).then(() => {
      report()
      listen({ type: 'closed' })
    })
    return closing
  }

  return {
    bytesMax,
    label: 'memory',
    counters: (): TransportCounters => ({ ...counters }),
    onStatus(next) {
      listen = next
    },
    publish(to, bytes) {
      if (closing || bytes.length > bytesMax || !isAddress(to)) return drop()
      counters.published++
      for (const carried of carriedIn(to, bytes)) {
        for (const { connection, deliver } of listeners.get(keyOf(to)) ?? []) {
          soon(() => {
            const { to, bytes } = carried
            if (passes({ from: name, receiver: connection, to, bytes })) deliver(new Uint8Array(bytes))
          })
        }
      }
    },
    probe(to, _withinMs, done) {
      const isKnown = isAddress(to)
      soon(() => {
        const heard = listeners.get(keyOf(to)) ?? []
        const answers = heard.some(({ connection }) => passes({ from: name, receiver: connection, to, bytes: noBytes }))
        if (closing || !isKnown) done(undefined)
        else done(answers || (heard.length > 0 ? undefined : false))
      })
    },
    subscribe(to, deliver) {
      if (closing) throw new QuorateError('QUORATE_BUS_CLOSED', `connection "${name}" is closed: connect again`)
      checkAddress(to)
      const key = keyOf(to)
      const listener: Listener = {
        connection: name,
        deliver(bytes) {
          counters.delivered++
          deliver(bytes)
        },
      }
      listeners.set(key, [...(listeners.get(key) ?? []), listener])
      const subscription: Subscription = {
        ready: Promise.resolve(),
        close() {
          const others = (listeners.get(key) ?? []).filter((each) => each !== listener)
          if (others.length > 0) listeners.set(key, others)
          else listeners.delete(key)
          own.delete(subscription)
          return new Promise((resolve) => soon(resolve))
        },
      }
      own.add(subscription)
      return subscription
    },
    close,
    // Nothing is on its way to a bus in memory.
    abort: () => void close(),
  }
}

const isAddress = (text: string): boolean => {
  try {
    checkAddress(text)
    return true
  } catch {
    return false
  }
}
