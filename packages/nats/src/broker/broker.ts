import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:net'
import { checkOptions, QuorateError } from '@quorate/core'
import { Client, type ClientSubscription, type Exchange } from './client.js'
import { Subscriptions } from './subscriptions.js'

/** `QUORATE_BROKER_LISTEN`: the broker cannot listen where it was told to. */
export class BrokerListenError extends QuorateError {
  constructor(host: string, port: number, cause: Error) {
    const text = `the broker cannot listen on ${host}:${port}: ${cause.message}. `
    super('QUORATE_BROKER_LISTEN', `${text}Choose a port that is free, or 0 for any`, { cause })
  }
}

export interface BrokerOptions {
  /** @default '127.0.0.1': this broker knows no TLS, and should not be heard elsewhere */
  readonly host?: string
  /** @default 0, any free one */
  readonly port?: number
  /** Asked of every client when given. */
  readonly user?: string
  readonly pass?: string
  /** The largest message, in bytes. @default 1 MiB */
  readonly payloadBytesMax?: number
  /** A client that leaves more unread is disconnected, in bytes. @default 64 MiB */
  readonly pendingBytesMax?: number
}

/** A broker that runs in this process. */
export interface Broker {
  /** `nats://host:port`, without credentials. */
  readonly url: string
  readonly port: number
  /** Disconnects everyone. Idempotent. */
  close(): Promise<void>
}

/**
 * Starts the development broker: it speaks the client protocol of NATS, for machines without `nats-server`. It keeps
 * nothing, clusters with nobody and encrypts nothing.
 * @throws {@link BrokerListenError} `QUORATE_BROKER_LISTEN` when the port is taken.
 */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  checkOptions<BrokerOptions>('startBroker(...)', options, {
    host: 'optional',
    port: 'optional',
    user: 'optional',
    pass: 'optional',
    payloadBytesMax: 'optional',
    pendingBytesMax: 'optional',
  })
  const {
    host = '127.0.0.1',
    port = 0,
    user,
    pass,
    payloadBytesMax = 1024 * 1024,
    pendingBytesMax = 64 * 1024 * 1024,
  } = options
  const clients = new Set<Client>()
  const subscriptions = new Subscriptions<ClientSubscription>()
  const exchange: Exchange = {
    subscriptions,
    clients,
    payloadBytesMax,
    pendingBytesMax,
    user,
    pass,
    flushLater: flushAtEndOfTurn(),
  }
  const identity = { server_id: randomUUID(), server_name: 'quorate-broker', version: '2.9.0', go: '', proto: 1 }
  const abilities = { headers: true, max_payload: payloadBytesMax, ...(user !== undefined && { auth_required: true }) }
  let clientId = 0
  const server = createServer((socket) => {
    clientId++
    clients.add(
      new Client(exchange, socket, { ...identity, ...abilities, host, port: portOf(server), client_id: clientId }),
    )
  })
  await listen(server, host, port)
  let closing: Promise<void> | undefined
  return {
    url: `nats://${host.includes(':') ? `[${host}]` : host}:${portOf(server)}`,
    port: portOf(server),
    close() {
      closing ??= new Promise((resolve) => {
        server.close(() => resolve())
        for (const client of clients) client.close()
      })
      return closing
    },
  }
}

/** Many messages to one client within a turn of the event loop, from whomever they come, become one write. */
function flushAtEndOfTurn(): (client: Client) => void {
  const waiting = new Set<Client>()
  const flush = () => {
    const clients = [...waiting]
    waiting.clear()
    for (const client of clients) client.flush()
  }
  return (client) => {
    if (waiting.size === 0) setImmediate(flush)
    waiting.add(client)
  }
}

const portOf = (server: Server): number => {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error) => reject(new BrokerListenError(host, port, error)))
    server.listen(port, host, resolve)
  })
