import type { Cause, Clock, Effect, Observe, OpenStore, StoreOperation, StoreWrite } from '@quorate/core'
import type { Telemetry } from '../system/telemetry.js'
import type { ActorClock, HostedActor, HostedEvent } from './hostedActor.js'

/** What an engine asks of the node around it. */
export interface EngineSurroundings {
  readonly clock: Clock
  readonly store: OpenStore
  readonly telemetry: Telemetry
  /** Hears of writes. */
  readonly observe?: Observe | undefined
  /** An effect that nothing holds back any more. */
  carryOut(actor: HostedActor, effect: Effect): void
  /** An actor may have changed, and what it emitted was taken. */
  stepped(actor: HostedActor): void
  /** Before the actors step: brings what clients asked for. */
  gather(): void
  /** What they said leaves. */
  flush(): void
  /** After that: a bounded piece of work on state machines. True if some is left. */
  work(): boolean
  /** Something is broken that cannot be mended while the node runs. */
  fail(error: unknown): void
}

type StageOperation = Extract<StoreOperation, { type: 'stage' }>

/** Of pieces of snapshots, in one write: whatever else is in it waits for them. */
const stagedBytesMax = 1024 * 1024

interface Arrival {
  readonly actor: HostedActor
  readonly event: HostedEvent
  readonly cause?: Cause | undefined
}

interface WriteUnderWay {
  readonly writes: readonly StoreWrite[]
  readonly actors: readonly HostedActor[]
  readonly done: readonly (() => void)[]
  readonly operations: number
  readonly beganAtMs: number
}

/**
 * The turn: take what has arrived, step the actors, carry out what may leave, begin one durable write of all actors,
 * and give the state machines a piece of work. While a write is under way the next turns fill it up, so that batches come
 * from load and not from a timer. It awaits nothing.
 */
export class Engine {
  readonly #around: EngineSurroundings
  /** In which order they were started: the order of their writes. */
  readonly #actors = new Map<HostedActor, number>()
  #started = 0
  readonly #touched = new Set<HostedActor>()
  /** Those that wait for the disk, and may not have been asked what is to be written. */
  readonly #unwritten = new Set<HostedActor>()
  #arrivals: Arrival[] = []
  #others: { readonly writes: readonly StoreWrite[]; readonly done: () => void }[] = []
  #stages: { readonly key: string; readonly operation: StageOperation; readonly done: () => void }[] = []
  #write: WriteUnderWay | undefined
  #afterWrite: (() => void)[] = []
  #isScheduled = false
  #isStopped = false

  constructor(around: EngineSurroundings) {
    this.#around = around
  }

  /** Adds an actor and starts it. */
  start(actor: HostedActor): void {
    this.#actors.set(actor, this.#started++)
    actor.start()
    this.#touch(actor)
  }

  /**
   * Ends actors as a crash would: what they have not begun to write is lost, and nothing of them is carried out any more. `done` is
   * called when nothing of them is being written.
   */
  remove(actors: readonly HostedActor[], done: () => void): void {
    const keys = new Set(actors.map(({ key }) => key))
    for (const actor of actors) {
      actor.stop()
      this.#actors.delete(actor)
      this.#touched.delete(actor)
      this.#unwritten.delete(actor)
    }
    this.#stages = this.#stages.filter(({ key }) => !keys.has(key))
    if (this.#write) this.#afterWrite.push(done)
    else done()
  }

  /** Time for one actor: what a timer makes it emit is taken in the next turn. */
  actorClock(actorOf: () => HostedActor): ActorClock {
    const { clock, fail } = this.#around
    return {
      setTimeout: (fire, delayMs) =>
        clock.setTimeout(() => {
          if (this.#isStopped) return
          try {
            fire()
          } catch (error) {
            fail(error)
            return
          }
          this.#touch(actorOf())
        }, delayMs),
      clearTimeout: (timer) => clock.clearTimeout(timer),
      instant: () => ({ nowMs: Math.floor(clock.nowMs()), wallMs: Math.floor(clock.wallMs()) }),
    }
  }

  /** An event for an actor, in the next turn; of a message with its cause, where the actor is observed. */
  post(actor: HostedActor, event: HostedEvent, cause?: Cause): void {
    this.#arrivals.push({ actor, event, cause })
    this.schedule()
  }

  /** Writes what is no actor's, all of it in the next write; `done` is called when it is durable. */
  write(writes: readonly StoreWrite[], done: () => void): void {
    this.#others.push({ writes, done })
    this.schedule()
  }

  /**
   * Writes a piece of a snapshot beside the log of `key`, with the next write that has room for it; `done` is called when it
   * is durable. In the order of the calls.
   */
  stage(key: string, operation: StageOperation, done: () => void): void {
    this.#stages.push({ key, operation, done })
    this.schedule()
  }

  /** There is something to do. */
  schedule(): void {
    if (this.#isScheduled || this.#isStopped) return
    this.#isScheduled = true
    this.#around.clock.soon(() => {
      this.#isScheduled = false
      this.#turn()
    })
  }

  /** Nothing is stepped, written or carried out any more. `done` is called after the write under way, or at once. */
  stop(done: () => void): void {
    this.#isStopped = true
    for (const actor of this.#actors.keys()) actor.stop()
    this.#arrivals = []
    if (this.#write) this.#afterWrite.push(done)
    else done()
  }

  get isWriting(): boolean {
    return this.#write !== undefined
  }

  #touch(actor: HostedActor): void {
    this.#touched.add(actor)
    this.schedule()
  }

  #turn(): void {
    if (this.#isStopped) return
    try {
      this.#around.gather()
      this.#step()
      this.#beginWrite()
      if (!this.#isStopped && this.#around.work()) this.schedule()
    } catch (error) {
      this.#around.fail(error)
    }
  }

  #step(): void {
    const arrivals = this.#arrivals
    this.#arrivals = []
    for (const { actor, event, cause } of arrivals) {
      actor.send(event, cause)
      if (this.#isStopped) return
      this.#touched.add(actor)
    }
    for (const actor of this.#touched) {
      this.#carryOut(actor)
      if (this.#isStopped) return
      if (!actor.isStopped) this.#around.stepped(actor)
    }
    this.#touched.clear()
    this.#around.flush()
  }

  #carryOut(actor: HostedActor): void {
    if (actor.isStopped) return
    if (actor.waiting > 0) this.#unwritten.add(actor)
    for (const effect of actor.collect()) {
      if (this.#isStopped) return
      this.#around.carryOut(actor, effect)
    }
  }

  /** Those that have something to be written, in the order in which they were started. */
  #takeUnwritten(): readonly HostedActor[] {
    const orderOf = (actor: HostedActor): number => this.#actors.get(actor) ?? 0
    const actors = [...this.#unwritten].filter(({ waiting }) => waiting > 0)
    this.#unwritten.clear()
    return actors.sort((one, other) => orderOf(one) - orderOf(other))
  }

  #beginWrite(): void {
    if (this.#write || this.#isStopped) return
    const actors = this.#takeUnwritten()
    const writes: StoreWrite[] = actors.map((actor) => ({ key: actor.key, operations: actor.beginWrite() }))
    const others = this.#others
    this.#others = []
    for (const other of others) writes.push(...other.writes)
    const stages = this.#takeStages()
    for (const { key, operation } of stages) writes.push({ key, operations: [operation] })
    if (writes.length === 0) return
    const operations = writes.reduce((sum, write) => sum + write.operations.length, 0)
    const done = [...others, ...stages].map((each) => each.done)
    const { observe, store } = this.#around
    observe?.({ type: 'written', isDurable: false, writes })
    this.#write = { writes, actors, done, operations, beganAtMs: this.#around.clock.nowMs() }
    store.write(writes, (error) => this.#endWrite(error))
  }

  /** As many of the pieces that wait as one write has room for, but at least one. */
  #takeStages() {
    let [count, bytes] = [0, 0]
    for (const { operation } of this.#stages) {
      bytes += operation.piece.length
      if (count > 0 && bytes > stagedBytesMax) break
      count++
    }
    return this.#stages.splice(0, count)
  }

  #endWrite(error: Error | undefined): void {
    const write = this.#write
    this.#write = undefined
    if (write && !error && !this.#isStopped) {
      const { clock, telemetry, observe } = this.#around
      observe?.({ type: 'written', isDurable: true, writes: write.writes })
      telemetry.written(write.operations, clock.nowMs() - write.beganAtMs)
      try {
        for (const actor of write.actors) {
          const told = actor.endWrite()
          if (told) this.#arrivals.push({ actor, event: told })
          this.#carryOut(actor)
        }
        for (const done of write.done) done()
        if (!this.#isStopped) this.#around.flush()
      } catch (thrown) {
        this.#around.fail(thrown)
      }
      this.#turn()
    } else if (error && !this.#isStopped) this.#around.fail(error)
    const waiting = this.#afterWrite
    this.#afterWrite = []
    for (const done of waiting) done()
  }
}
