import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { checkOptions } from '@quorate/core'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import { Backlog } from './backlog.js'
import { RelayListenError, RelayUnreachableError } from './errors.js'
import { relayPage } from './relayPage.js'
import { checkRelayUrl, shownRelay } from './relayUrl.js'

export interface RelayOptions {
  /** 0 is any free one. @default 8080 */
  readonly port?: number
  /** The inspector that its page frames. @default 'https://stately.ai/inspect' */
  readonly inspector?: string
}

/** A relay on this machine, that only this machine can reach. */
export interface Relay {
  /** For {@link stately}, e.g. `ws://127.0.0.1:8080`. */
  readonly url: string
  /** To open in a browser, e.g. `http://127.0.0.1:8080`. */
  readonly page: string
  /** Idempotent. */
  close(): Promise<void>
}

const host = '127.0.0.1'
const actorsMax = 1000
/** What one who comes late is told of the past, beside the actors and where each of them stands. */
const recentLimits = { countMax: 500, charactersMax: 8 * 1024 * 1024 }
const messageBytesMax = 4 * 1024 * 1024
/** Who reads slower than this misses messages. */
const readerBytesMax = 16 * 1024 * 1024

/**
 * Starts a relay of the format of `@statelyai/inspect`: what one connection says, all others hear that say nothing
 * themselves. Who comes late hears first which actors there are, where each stands, and the last 500 messages. It takes
 * connections of programs, and of its own page in a browser; that page frames Stately's inspector, and hands it what it hears.
 * @throws `QUORATE_RELAY_LISTEN`
 */
export const startRelay = async (options: RelayOptions = {}): Promise<Relay> => {
  checkOptions<RelayOptions>('startRelay(...)', options, { port: 'optional', inspector: 'optional' })
  const { port = 8080, inspector = 'https://stately.ai/inspect' } = options
  const server = createServer((request, response) => {
    const isPage = request.url === '/' && request.method === 'GET'
    response.writeHead(isPage ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' })
    response.end(isPage ? relayPage(inspector) : '')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new RelayListenError(port, error)))
    server.listen(port, host, resolve)
  })
  const actualPort = (server.address() as AddressInfo).port
  const pages = [host, 'localhost'].map((name) => `http://${name}:${actualPort}`)
  // Any page of the web may open a WebSocket to this machine: only our own shall read what a cluster does.
  const verifyClient = ({ origin }: { origin: string | undefined }) => origin === undefined || pages.includes(origin)
  const sockets = new WebSocketServer({ server, maxPayload: messageBytesMax, perMessageDeflate: false, verifyClient })
  const switchboard = new Switchboard()
  sockets.on('connection', (socket) => switchboard.add(socket))
  let closed: Promise<void> | undefined
  return {
    url: `ws://${host}:${actualPort}`,
    page: `http://${host}:${actualPort}`,
    close: () => {
      closed ??= new Promise<void>((resolve) => {
        for (const socket of sockets.clients) socket.terminate()
        sockets.close()
        server.close(() => resolve())
        server.closeAllConnections()
      })
      return closed
    },
  }
}

class Switchboard {
  readonly #listeners = new Set<WebSocket>()
  readonly #actors = new Map<string, string>()
  readonly #snapshots = new Map<string, string>()
  readonly #recent = new Backlog(recentLimits)

  add(socket: WebSocket): void {
    for (const text of [...this.#actors.values(), ...this.#snapshots.values(), ...this.#recent]) socket.send(text)
    this.#listeners.add(socket)
    socket.on('close', () => this.#listeners.delete(socket))
    // The close that follows says all there is to say.
    socket.on('error', () => {})
    socket.on('message', (data) => {
      this.#listeners.delete(socket)
      this.#pass(data)
    })
  }

  #pass(data: RawData): void {
    const text = String(data)
    const message = messageIn(text)
    if (message === undefined) return
    this.#keep(message, text)
    for (const listener of this.#listeners) {
      if (listener.readyState === WebSocket.OPEN && listener.bufferedAmount < readerBytesMax) listener.send(text)
    }
  }

  #keep({ type, sessionId }: InspectionMessage, text: string): void {
    if (type !== '@xstate.actor') this.#recent.push(text)
    if (type === '@xstate.event') return
    const kept = type === '@xstate.actor' ? this.#actors : this.#snapshots
    kept.delete(sessionId)
    kept.set(sessionId, text)
    const oldest = kept.keys().next().value
    if (kept.size > actorsMax && oldest !== undefined) kept.delete(oldest)
  }
}

interface InspectionMessage {
  readonly type: string
  readonly sessionId: string
}

const messageIn = (text: string): InspectionMessage | undefined => {
  try {
    const { type, sessionId } = JSON.parse(text) as Partial<InspectionMessage>
    return typeof type === 'string' && typeof sessionId === 'string' ? { type, sessionId } : undefined
  } catch {
    return undefined
  }
}

const answerWithinMs = 2000

/**
 * Looks whether something that speaks WebSocket listens at the URL of a relay.
 * @throws `QUORATE_RELAY_UNREACHABLE`, and `QUORATE_INVALID_CONFIGURATION` where it is no such URL.
 */
export const checkRelay = async (url: string): Promise<void> => {
  const relay = checkRelayUrl(url)
  const socket = new WebSocket(relay, { handshakeTimeout: answerWithinMs })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.on('error', (error: NodeJS.ErrnoException) =>
      reject(new RelayUnreachableError(shownRelay(relay), error.message || error.code || 'it does not answer')),
    )
  })
  socket.terminate()
}
