import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { startBroker } from '@quorate/nats/broker'
import { BrokerFailedError } from '../errors.js'

/** A broker that was started for the time being, and listens on this machine only. */
export interface Broker {
  readonly kind: 'nats-server' | 'embedded'
  /** For people, e.g. `nats-server 2.9.10`. */
  readonly label: string
  readonly url: string
  /** Idempotent. */
  close(): Promise<void>
}

const startMsMax = 10_000

/**
 * Starts the `nats-server` of the PATH, or the embedded development broker where there is none.
 * @throws {@link BrokerFailedError} `QUORATE_BROKER_FAILED`; `QUORATE_BROKER_LISTEN` of the embedded one.
 */
export const startDevelopmentBroker = async ({ port }: { port: number | 'any' }): Promise<Broker> => {
  const path = findNatsServer()
  if (path !== undefined) return startNatsServer(path, port)
  const { url, close } = await startBroker({ port: port === 'any' ? 0 : port })
  return { kind: 'embedded', label: 'the embedded development broker', url, close }
}

const findNatsServer = (): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, process.platform === 'win32' ? 'nats-server.exe' : 'nats-server'))
    .find(isExecutable)

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const startNatsServer = async (path: string, port: number | 'any'): Promise<Broker> => {
  // In a group of its own: one Ctrl-C must not end it before the nodes have left.
  const server = spawn(path, ['-a', '127.0.0.1', '-p', port === 'any' ? '-1' : String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  const killed = () => void server.kill('SIGKILL')
  process.on('exit', killed)
  const exited = new Promise<void>((resolve) => server.once('close', () => resolve()))
  void exited.then(() => process.off('exit', killed))
  try {
    const { address, version } = await listening(path, server)
    return {
      kind: 'nats-server',
      label: `nats-server ${version}`,
      url: `nats://${address}`,
      close() {
        server.kill('SIGTERM')
        return exited
      },
    }
  } catch (error) {
    server.kill('SIGKILL')
    throw error
  }
}

/** What the log of the server says about it. */
const listening = (path: string, server: ChildProcess): Promise<{ address: string; version: string }> =>
  new Promise((resolve, reject) => {
    let version = ''
    let address = ''
    let last = 'it said nothing'
    const failed = (what: string) => {
      clearTimeout(timer)
      reject(new BrokerFailedError(path, what))
    }
    const timer = setTimeout(() => failed(`it was not ready within ${startMsMax} ms; ${last}`), startMsMax)
    server.once('error', (error) => failed(error.message))
    server.once('close', () => failed(last))
    if (!server.stderr) return
    createInterface({ input: server.stderr }).on('line', (line) => {
      last = line
      version = /Version:\s+(\S+)/.exec(line)?.[1] ?? version
      address = /Listening for client connections on (\S+)/.exec(line)?.[1] ?? address
      if (!line.includes('Server is ready')) return
      clearTimeout(timer)
      resolve({ address, version })
    })
  })
