import { type Clock, InvalidConfigurationError, type Logger, type NodeId, type RoleStatus } from '@quorate/core'
import { Deferred } from '../system/deferred.js'

/** Whether this node leads a group. */
export interface LeadershipState {
  readonly leads: boolean
  /**
   * A number that is greater whenever another one comes to lead, or this one is elected anew: a term, the round of a ballot. While
   * this node leads, its fencing token. After a transfer that came to nothing this node leads again in the same epoch.
   */
  readonly epoch: number
}

/**
 * Tells the program that embeds a node when this node begins to lead a group, and when it ends.
 *
 * It is what this node knows, and no lock: **another node may lead already**, while this one has not heard of it (its process stood
 * still, or the network parted them). Of two that take themselves for the leader, the one with the greater epoch is right. So
 * what is done elsewhere in the name of the leader must bear the epoch, and whoever does it must refuse a smaller one than it has
 * seen. What is done through the log of the group needs nothing of the kind.
 */
export interface Leadership extends AsyncIterable<LeadershipState> {
  /** As it is now. */
  readonly now: LeadershipState
  /**
   * Tells the state as it is, and each that follows, until the node stops or the group is closed: then the last says that it does not lead.
   * Whoever is slow misses what is no more, and two states in a row may lead in different epochs.
   */
  [Symbol.asyncIterator](): AsyncIterator<LeadershipState>
  /**
   * Runs something each time that this node begins to lead, also if it leads now; `signal` is aborted when it ends, or leads in
   * another epoch. An earlier run may still be ending when the next begins. What `run` throws, or rejects with, is logged.
   * @returns a function that ends it: what runs is aborted, and nothing is run any more
   * @throws `QUORATE_INVALID_CONFIGURATION` without a function
   */
  whileLeading(run: (epoch: number, signal: AbortSignal) => unknown): () => void
}

/** {@link Leadership} of one group, from what its actor says of itself. */
export class LeadershipWatch implements Leadership {
  readonly #group: string
  readonly #node: NodeId
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #runs = new Set<LeaderRun>()
  #now: LeadershipState = { leads: false, epoch: 0 }
  #changed = new Deferred<void>()
  #isStopped = false

  constructor(options: { group: string; node: NodeId; clock: Clock; logger: Logger }) {
    this.#group = options.group
    this.#node = options.node
    this.#clock = options.clock
    this.#logger = options.logger
  }

  get now(): LeadershipState {
    return this.#now
  }

  async *[Symbol.asyncIterator](): AsyncIterator<LeadershipState> {
    let told: LeadershipState | undefined
    while (told !== this.#now || !this.#isStopped) {
      if (told === this.#now) await this.#changed.promise
      else {
        told = this.#now
        yield told
      }
    }
  }

  whileLeading(run: (epoch: number, signal: AbortSignal) => unknown): () => void {
    if (typeof run !== 'function') {
      throw new InvalidConfigurationError(
        `whileLeading takes a function, e.g. (epoch, signal) => work(epoch, signal), not ${typeof run}`,
      )
    }
    const wanted = new LeaderRun(run, {
      // Not in the turn of the engine: it is somebody else's code.
      soon: (work) => this.#clock.soon(work),
      threw: (error) => this.#logger.error({ group: this.#group, error }, 'what runs while this node leads threw'),
    })
    this.#runs.add(wanted)
    wanted.follow(this.#now)
    return () => {
      this.#runs.delete(wanted)
      wanted.follow({ leads: false, epoch: 0 })
    }
  }

  /** The actor that clients turn to may have changed. */
  stepped({ serves, leader, epoch = 0 }: RoleStatus): void {
    const leads = serves && leader === this.#node
    if (this.#isStopped || (leads === this.#now.leads && (!leads || epoch === this.#now.epoch))) return
    this.#become({ leads, epoch })
  }

  /** It leads no more, as far as this program is concerned. */
  stop(): void {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#become(this.#now.leads ? { ...this.#now, leads: false } : this.#now)
  }

  #become(state: LeadershipState): void {
    this.#now = state
    const changed = this.#changed
    this.#changed = new Deferred()
    changed.resolve()
    for (const run of this.#runs) run.follow(state)
  }
}

type Run = Parameters<Leadership['whileLeading']>[0]

interface RunSurroundings {
  soon(work: () => void): void
  threw(error: unknown): void
}

/** What is run while this node leads, one time for each epoch. */
class LeaderRun {
  readonly #run: Run
  readonly #around: RunSurroundings
  #leading: AbortController | undefined

  constructor(run: Run, around: RunSurroundings) {
    this.#run = run
    this.#around = around
  }

  follow({ leads, epoch }: LeadershipState): void {
    this.#leading?.abort()
    this.#leading = undefined
    if (!leads) return
    const leading = new AbortController()
    this.#leading = leading
    this.#around.soon(() => {
      if (!leading.signal.aborted) void this.#begin(epoch, leading.signal)
    })
  }

  async #begin(epoch: number, signal: AbortSignal): Promise<void> {
    try {
      await this.#run(epoch, signal)
    } catch (error) {
      this.#around.threw(error)
    }
  }
}
