import type { ConnectedKvClient } from '@quorate/kv'

/** Under which keys the lines stand. */
export const linePrefix = 'line/'

/** The key of a line, counted from 1: keys are in the order of the lines. */
export const lineKey = (number: number): string => `${linePrefix}${String(number).padStart(8, '0')}`

/** How many lines are under way at once, at most; fewer where there are few. */
const underWayMax = 1024

export interface Replication {
  /** From the kill to the first acknowledgement of a line that was sent after it, in milliseconds. */
  readonly failoverMs: number
  /** From the first line sent to the last acknowledged, in milliseconds. */
  readonly elapsedMs: number
}

/**
 * Puts the lines one after the other; when half of them are acknowledged, and others under way, `kill` ends the leader's
 * process. The client must keep the order of calls.
 */
export class Replicator {
  readonly #client: ConnectedKvClient
  readonly #lines: readonly Uint8Array[]
  readonly #kill: () => Promise<unknown>
  readonly #failedOver: (failoverMs: number) => void
  readonly #acknowledgedOne: (acknowledged: number) => void
  readonly #half: number
  readonly #window: number
  #sent = 0
  #acknowledged = 0
  #state: 'before' | 'killing' | 'after' = 'before'
  #killedAtMs = 0
  /** Lines above it were sent when the leader was dead for sure. */
  #sentBeforeDeath = 0
  #failoverMs: number | undefined
  #done: () => void = () => {}
  #fail: (error: unknown) => void = () => {}

  constructor(options: {
    client: ConnectedKvClient
    lines: readonly Uint8Array[]
    /** Resolves when the process is gone. */
    kill: () => Promise<unknown>
    failedOver: (failoverMs: number) => void
    acknowledged: (lines: number) => void
  }) {
    this.#client = options.client
    this.#lines = options.lines
    this.#kill = options.kill
    this.#failedOver = options.failedOver
    this.#acknowledgedOne = options.acknowledged
    this.#half = Math.floor(options.lines.length / 2)
    this.#window = Math.min(underWayMax, Math.max(1, Math.floor(options.lines.length / 8)))
  }

  async run(): Promise<Replication> {
    const startedAtMs = performance.now()
    await new Promise<void>((resolve, reject) => {
      this.#done = resolve
      this.#fail = reject
      this.#proceed()
    })
    return { failoverMs: this.#failoverMs ?? 0, elapsedMs: performance.now() - startedAtMs }
  }

  #proceed(): void {
    if (this.#state === 'before' && this.#acknowledged >= this.#half) this.#killLeader()
    if (this.#state === 'killing') return
    while (this.#sent < this.#lines.length && this.#sent - this.#acknowledged < this.#window) this.#send()
    if (this.#acknowledged === this.#lines.length) this.#done()
  }

  /** Nothing is sent until the process is gone, so that what is acknowledged of it later was never its own work. */
  #killLeader(): void {
    this.#state = 'killing'
    this.#killedAtMs = performance.now()
    this.#kill().then(() => {
      this.#state = 'after'
      this.#sentBeforeDeath = this.#sent
      this.#send()
      this.#proceed()
    }, this.#fail)
  }

  #send(): void {
    const number = ++this.#sent
    const line = this.#lines[number - 1]
    if (!line) return
    this.#client.put(lineKey(number), line).then(() => this.#wasAcknowledged(number), this.#fail)
  }

  #wasAcknowledged(number: number): void {
    this.#acknowledged++
    if (this.#failoverMs === undefined && this.#state === 'after' && number > this.#sentBeforeDeath) {
      this.#failoverMs = performance.now() - this.#killedAtMs
      this.#failedOver(this.#failoverMs)
    }
    this.#acknowledgedOne(this.#acknowledged)
    this.#proceed()
  }
}
