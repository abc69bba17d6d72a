import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { QuorateError } from '@quorate/core'

/** `QUORATE_NATS_SERVER`: the program `nats-server` is not there, or does not start. */
export class NatsServerError extends QuorateError {
  constructor(what: string) {
    super('QUORATE_NATS_SERVER', what)
  }
}

export interface NatsServer {
  /** `nats://host:port`, without credentials. */
  readonly url: string
  readonly port: number
  /** Of the server itself. */
  readonly pid: number
  /** Ends the process and waits until it is gone. Idempotent. @default signal `SIGTERM` */
  close(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

export interface NatsServerOptions {
  /** @default 0, any free one */
  readonly port?: number
  /** More arguments, e.g. `['--user', 'alice', '--pass', 'secret']`. */
  readonly args?: readonly string[]
}

/** The path of `nats-server` when it is on the PATH. */
export function findNatsServer(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const names = process.platform === 'win32' ? ['nats-server.exe'] : ['nats-server']
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable)
}

/**
 * Starts the `nats-server` that is on the PATH, on 127.0.0.1. It ends with this process, also where that is
 * killed.
 * @throws {@link NatsServerError} `QUORATE_NATS_SERVER` when there is none, or it does not start.
 */
export async function startNatsServer({ port = 0, args = [] }: NatsServerOptions = {}): Promise<NatsServer> {
  const path = findNatsServer()
  if (!path) {
    throw new NatsServerError(
      'no nats-server on the PATH: install it (Debian: apt-get install nats-server), or use startBroker',
    )
  }
  // For nats-server port -1 is any free one.
  const child = spawn(process.execPath, ['-e', guard, '--', path, '-a', '127.0.0.1', '-p', `${port || -1}`, ...args], {
    stdio: ['pipe', 'ignore', 'pipe'],
    // Ctrl-C in a terminal is for those who use the server; it ends when they are done.
    detached: true,
  })
  const exited = new Promise<void>((resolve) => {
    child.once('exit', resolve)
    child.once('error', () => resolve())
  })
  const { port: listening, pid } = await waitUntilListening(child, exited)
  return {
    url: `nats://127.0.0.1:${listening}`,
    port: listening,
    pid,
    async close(signal = 'SIGTERM') {
      if (child.exitCode === null) kill(pid, signal)
      await exited
    },
  }
}

const kill = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended by itself.
  }
}

/**
 * The program between this process and the server. Its standard input closes when this process is gone, however it ended
 * and as early as it may have been; then it kills the server. It ends when the server does.
 */
const guard = `
const { spawn } = require('node:child_process')
const [, path, ...args] = process.argv
const server = spawn(path, args, { stdio: ['ignore', 'ignore', 'inherit'] })
server.on('error', (error) => { console.error(error.message); process.exit(1) })
server.on('exit', (code) => process.exit(code ?? 1))
process.stdin.on('close', () => server.kill('SIGKILL')).resume()
`

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The server names its process and its port in its log, and says when it is ready. */
function waitUntilListening(
  child: ChildProcess,
  exited: Promise<void>,
): Promise<{ readonly port: number; readonly pid: number }> {
  return new Promise((resolve, reject) => {
    let log = ''
    const read = (text: string) => {
      log += text
      const port = /Listening for client connections on \S*:(\d+)/.exec(log)?.[1]
      const pid = /^\[(\d+)\]/m.exec(log)?.[1]
      if (!port || !pid || !log.includes('Server is ready')) return
      child.stderr?.off('data', read)
      // What it says later is not read by anyone, but must not fill the pipe.
      child.stderr?.resume()
      resolve({ port: Number(port), pid: Number(pid) })
    }
    child.stderr?.setEncoding('utf8').on('data', read)
    void exited.then(() =>
      reject(new NatsServerError(`nats-server did not start: ${lastLineOf(log) || 'it said nothing'}`)),
    )
  })
}

/** What it said last is why it ended. */
const lastLineOf = (log: string): string => log.trim().split('\n').at(-1) ?? ''
