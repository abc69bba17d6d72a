import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type ConnectionSettings, variablesOf } from '../connection/settings.js'
import { NodeExitedError } from '../errors.js'
import type { Digest } from './digest.js'
import type { DigestRequest, NodeEnded, NodeMessage } from './nodeMessages.js'

/** How a process ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface NodeProcessOptions {
  readonly topology: string
  readonly id: string
  readonly data: string
  readonly connection: ConnectionSettings
  /** Beside those that say which node of what. */
  readonly flags?: readonly string[]
  /** Beside those of this process. */
  readonly variables?: Readonly<Record<string, string>>
  readonly print: (line: string, stream: 'stdout' | 'stderr') => void
  /** Called when the node has said for whom it waits. */
  readonly waits?: () => void
}

const binary = fileURLToPath(new URL('../bin.js', import.meta.url))

/** Lines that are kept, to say why a process ended. */
const lastWordsMax = 5

/** One node of a topology as a process of its own, which ends when this one does. */
export class NodeProcess {
  readonly id: string
  /** Resolves when the process has ended and its output is printed. */
  readonly exited: Promise<Exit>
  /** Resolves when the process has ended, with an error that says how. */
  readonly failed: Promise<NodeExitedError>
  /** Resolves when the actors of the node run. Rejects when the process ends before. */
  readonly ready: Promise<void>
  readonly #child: ChildProcess
  readonly #answers = new Map<number, { resolve: (digest: Digest) => void; reject: (error: Error) => void }>()
  readonly #lastWords: string[] = []
  #lastRequest = 0
  #isReady = () => {}
  #waitingFor: readonly string[] = []

  constructor({ topology, id, data, connection, flags = [], variables, print, waits = () => {} }: NodeProcessOptions) {
    this.id = id
    this.#child = spawn(process.execPath, [binary, 'up', topology, '--node', id, '--data', data, ...flags], {
      env: { ...process.env, ...variablesOf(connection), ...variables },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    for (const stream of ['stdout', 'stderr'] as const) {
      const input = this.#child[stream]
      if (input) createInterface({ input }).on('line', (line) => this.#heard(line, stream, print))
    }
    this.#child.on('message', (message) => this.#receive(message as NodeMessage, waits))
    this.exited = new Promise((resolve) => this.#child.on('close', (code, signal) => resolve({ code, signal })))
    this.failed = this.exited.then((exit) => this.#exitError(exit))
    this.ready = new Promise((resolve, reject) => {
      this.#isReady = resolve
      void this.failed.then(reject)
    })
    // Who does not wait for it shall not be ended by it.
    this.ready.catch(() => {})
    void this.failed.then((error) => {
      for (const { reject } of this.#answers.values()) reject(error)
    })
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Nodes that must answer before the actors of this one run, as it said last. */
  get waitingFor(): readonly string[] {
    return this.#waitingFor
  }

  /** Tells it that another node has ended, and asks anew for whom it waits. */
  tellEnded(): void {
    this.#waitingFor = []
    const message: NodeEnded = { type: 'ended' }
    // One that has ended meanwhile waits for nobody.
    if (this.#child.connected) this.#child.send(message, () => {})
  }

  /** What the node holds under a prefix of a key-value group, computed in its own process. */
  digest(group: string, prefix: string): Promise<Digest> {
    const request = ++this.#lastRequest
    return new Promise((resolve, reject) => {
      this.#answers.set(request, { resolve, reject })
      const message: DigestRequest = { type: 'digest', request, group, prefix }
      this.#child.send(message, (error) => error && reject(error))
    })
  }

  #receive(message: NodeMessage, waits: () => void): void {
    if (message.type === 'ready') {
      this.#waitingFor = []
      return this.#isReady()
    }
    if (message.type === 'waiting') {
      this.#waitingFor = message.for
      return waits()
    }
    const answer = this.#answers.get(message.request)
    this.#answers.delete(message.request)
    if (message.type === 'digest') answer?.resolve(message.digest)
    else answer?.reject(new Error(`node ${this.id}: ${message.reason}`))
  }

  #heard(line: string, stream: 'stdout' | 'stderr', print: NodeProcessOptions['print']): void {
    this.#lastWords.push(line)
    if (this.#lastWords.length > lastWordsMax) this.#lastWords.shift()
    print(line, stream)
  }

  #exitError({ code, signal }: Exit): NodeExitedError {
    return new NodeExitedError(this.id, signal ?? `exit code ${code}`, this.#lastWords.join('\n'))
  }
}
