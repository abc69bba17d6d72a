import { QuorateError } from '@quorate/core'
import type { Written } from './audit.js'
import type { LedgerClient } from './cluster.js'

/** Callers that write without a pause, each the next command as soon as the one before has ended. */
export class Writers {
  readonly #written = { acknowledged: [] as string[], unknown: [] as string[], refused: [] as string[] }
  readonly #callers: readonly Promise<void>[]
  readonly #ballast: string
  #isStopping = false

  /** With so many bytes of ballast each. */
  constructor(clients: readonly LedgerClient[], callersPerClient: number, ballastBytes = 0) {
    this.#ballast = 'x'.repeat(ballastBytes)
    this.#callers = clients.flatMap((client, at) =>
      Array.from({ length: callersPerClient }, (_, caller) => this.#write(client, `${at}.${caller}`)),
    )
  }

  /** How many commands were acknowledged. */
  get count(): number {
    return this.#written.acknowledged.length
  }

  /** Begins no more, and waits until the last ones have ended. */
  async stop(): Promise<Written & { readonly refused: readonly string[] }> {
    this.#isStopping = true
    await Promise.all(this.#callers)
    return this.#written
  }

  async #write(client: LedgerClient, name: string): Promise<void> {
    for (let number = 1; !this.#isStopping; number++) {
      const id = `${name}.${number}`
      try {
        await client.propose(this.#ballast === '' ? { id } : { id, ballast: this.#ballast })
        this.#written.acknowledged.push(id)
      } catch (error) {
        const code = error instanceof QuorateError ? error.code : undefined
        if (code === 'QUORATE_UNKNOWN_OUTCOME') this.#written.unknown.push(id)
        else if (code === 'QUORATE_NOT_EXECUTED' || code === 'QUORATE_OVERLOADED') this.#written.refused.push(id)
        else throw error
      }
    }
  }
}
