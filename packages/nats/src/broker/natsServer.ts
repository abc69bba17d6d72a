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
 * Starts the `nats-server` that is on the PATH, on 127.0.0.1. It ends with this process, unless that is killed.
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
  const child = spawn(path, ['-a', '127.0.0.1', '-p', `${port || -1}`, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = new Promise<void>((resolve) => {
    child.once('exit', resolve)
    child.once('error', () => resolve())
  })
  const endWithParent = () => child.kill('SIGKILL')
  process.once('exit', endWithParent)
  void exited.then(() => process.off('exit', endWithParent))

  const listening = await waitUntilListening(child, exited)
  return {
    url: `nats://127.0.0.1:${listening}`,
    port: listening,
    pid: child.pid ?? 0,
    async close(signal = 'SIGTERM') {
      child.kill(signal)
      await exited
    },
  }
}

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The server names its port in its log, and says when it is ready. */
function waitUntilListening(child: ChildProcess, exited: Promise<void>): Promise<number> {
  return new Promise((resolve, reject) => {
    let log = ''
    const read = (text: string) => {
      log += text
      const port = /Listening for client connections on \S*:(\d+)/.exec(log)?.[1]
      if (!port || !log.includes('Server is ready')) return
      child.stderr?.off('data', read)
      // What it says later is not read by anyone, but must not fill the pipe.
      child.stderr?.resume()
      resolve(Number(port))
    }
    child.stderr?.setEncoding('utf8').on('data', read)
    void exited.then(() => reject(new NatsServerError(`nats-server did not start: ${log.trim() || 'it said nothing'}`)))
  })
}
