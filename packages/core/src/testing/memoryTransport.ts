import { QuorateError } from '../errors/errors.js'
import type { Clock, Connection, Subscription, Transport, TransportCounters, TransportStatus } from '../ports/ports.js'
import { type Address, checkAddress, checkName } from '../values/address.js'
import { noBytes } from '../values/pieces.js'
import { carriedIn } from '../wire/parcel.js'
import { DropReports } from './dropReports.js'
import { Listeners } from './listeners.js'

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

/**
 * A bus within one thread: in order, without loss unless a filter loses, never within the call. With the same clock and
 * the same calls it does the same.
 */
export function memoryTransport(options: MemoryTransportOptions = {}): MemoryTransport {
  const bytesMax = options.bytesMax ?? 1024 * 1024
  const soon = options.clock ? options.clock.soon.bind(options.clock) : (run: () => void) => void setImmediate(run)
  const listeners = new Listeners()
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
  readonly listeners: Listeners
  readonly soon: (run: () => void) => void
  readonly cluster: string
  readonly name: string
  readonly bytesMax: number
  readonly passes: (message: MemoryMessage) => boolean
}

function memoryConnection(options: MemoryConnectionOptions): Connection {
  const { listeners, soon, cluster, name, bytesMax, passes } = options
  const counters = { published: 0, delivered: 0, reconnects: 0 }
  const own = new Set<Subscription>()
  let listen: (status: TransportStatus) => void = () => {}
  let closing: Promise<void> | undefined
  const drops = new DropReports(soon, (messages) => listen({ type: 'dropped', messages }))
  const heardAt = (to: Address) => listeners.at(cluster, to)

  const close = (): Promise<void> => {
    closing ??= Promise.all([...own].map((subscription) => subscription.close())).then(() => {
      drops.report()
      listen({ type: 'closed' })
    })
    return closing
  }

  return {
    bytesMax,
    label: 'memory',
    counters: (): TransportCounters => ({ ...counters, dropped: drops.total }),
    onStatus(next) {
      listen = next
    },
    publish(to, bytes) {
      if (closing || bytes.length > bytesMax || !isAddress(to)) return drops.add()
      counters.published++
      for (const carried of carriedIn(to, bytes)) {
        for (const { connection, deliver } of heardAt(to)) {
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
        const heard = heardAt(to)
        const answers = heard.some(({ connection }) => passes({ from: name, receiver: connection, to, bytes: noBytes }))
        if (closing || !isKnown) done(undefined)
        else done(answers || (heard.length > 0 ? undefined : false))
      })
    },
    subscribe(to, deliver) {
      if (closing) throw new QuorateError('QUORATE_BUS_CLOSED', `connection "${name}" is closed: connect again`)
      checkAddress(to)
      const counted = (bytes: Uint8Array) => {
        counters.delivered++
        deliver(bytes)
      }
      const remove = listeners.add(cluster, to, { connection: name, deliver: counted })
      const subscription: Subscription = {
        ready: Promise.resolve(),
        close() {
          remove()
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
