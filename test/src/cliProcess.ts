import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const binary = fileURLToPath(new URL('../../packages/cli/dist/bin.js', import.meta.url))

/** The command line in a process of its own, as it was built. */
export class CliProcess {
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  readonly #child: ChildProcess
  readonly #listeners = new Set<() => void>()
  out = ''
  err = ''

  constructor(argv: readonly string[], variables: Readonly<Record<string, string>> = {}) {
    const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(QUORATE|NATS)_/.test(name)))
    this.#child = spawn(process.execPath, [binary, ...argv], {
      env: { ...inherited, NO_COLOR: '1', ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child.stdout?.on('data', (chunk) => this.#heard(() => (this.out += chunk)))
    this.#child.stderr?.on('data', (chunk) => this.#heard(() => (this.err += chunk)))
    this.exited = new Promise((resolve) => this.#child.once('close', (code, signal) => resolve({ code, signal })))
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Resolves when what was written matches; rejects when the process ends before. */
  said(text: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!text.test(this.out + this.err)) return
        this.#listeners.delete(look)
        resolve()
      }
      this.#listeners.add(look)
      look()
      void this.exited.then(() => reject(new Error(`it ended and never said ${text}:\n${this.out}${this.err}`)))
    })
  }

  #heard(keep: () => void): void {
    keep()
    for (const look of this.#listeners) look()
  }
}

/** Runs a command line to its end. */
export const quorate = async (argv: readonly string[], variables?: Readonly<Record<string, string>>) => {
  const cli = new CliProcess(argv, variables)
  const { code } = await cli.exited
  return { code, out: cli.out, err: cli.err }
}

/** What the command line offers after what is typed, e.g. the protocols that it knows after `sim`. */
export const offeredAfter = (...typed: readonly string[]): readonly string[] =>
  execFileSync(process.execPath, [binary, 'completion', 'words', '--', ...typed, ''], { encoding: 'utf8' })
    .trim()
    .split('\n')
