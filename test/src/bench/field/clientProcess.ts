import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { programPath } from '../../nodeProcess.js'
import type { ClientsSettings, PutsQuestion, PutsReport } from '../../programs/clients.js'

/** A process with many clients. */
export class ClientProcess {
  readonly #child: ChildProcess
  readonly #isReady: Promise<unknown>

  constructor(settings: ClientsSettings) {
    this.#child = fork(programPath('clients'), [JSON.stringify(settings)], { serialization: 'advanced' })
    this.#isReady = once(this.#child, 'message')
  }

  /** Settles when all are connected. */
  async connected(): Promise<void> {
    await this.#isReady
  }

  async puts(question: PutsQuestion): Promise<PutsReport> {
    this.#child.send(question)
    const [report] = (await once(this.#child, 'message')) as [PutsReport]
    return report
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}
