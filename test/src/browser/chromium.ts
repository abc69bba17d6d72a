import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome']

/** The browser that is on the PATH; undefined where there is none. */
export const chromium = names.find((name) => spawnSync(name, ['--version']).status === 0)

/** Nothing that asks the network for anything, or needs a screen. */
const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

/** A browser without a screen that shows one page. */
export class Chromium {
  readonly #process: ChildProcess
  readonly #profile = mkdtempSync(join(tmpdir(), 'quorate-chromium-'))
  #said = ''
  /** Resolves when it has ended by itself, with what it said. */
  readonly ended: Promise<string>

  constructor(url: string) {
    // In a group of its own, to which all of its processes belong.
    this.#process = spawn(chromium ?? names[0] ?? '', [...flags, `--user-data-dir=${this.#profile}`, url], {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#process.stderr?.on('data', (chunk) => {
      this.#said += chunk
    })
    this.ended = new Promise((resolve) => {
      this.#process.on('error', (error) => resolve(error.message))
      this.#process.on('exit', (code) => resolve(`it ended with ${code}: ${this.#said}`))
    })
  }

  async close(): Promise<void> {
    const { pid, exitCode } = this.#process
    if (pid !== undefined && exitCode === null) process.kill(-pid, 'SIGKILL')
    await this.ended
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 10 })
  }
}
