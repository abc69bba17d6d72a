/** What happens at one time: first what arrives, then the timers that are due. */
export type Rank = 'arrival' | 'timer'

/** Something that will happen, unless it is cancelled. */
export interface Appointment {
  readonly atUs: number
  readonly rank: number
  readonly order: number
  run: (() => void) | undefined
}

const ranks: Readonly<Record<Rank, number>> = { arrival: 0, timer: 1 }

/** So many calls without time passing: something asks for itself `soon`, for ever. */
const callsMax = 100_000

/** Something goes on for ever without time passing. */
export class EndlessMomentError extends Error {}

/**
 * Virtual time, in whole microseconds. Everything happens in one order that depends on nothing but the calls: by time, then
 * arrivals before timers, then in the order in which it was asked for.
 */
export class Agenda {
  #nowUs = 0
  #asked = 0
  #events = 0
  readonly #heap: Appointment[] = []
  #ready: (() => void)[] = []

  get nowUs(): number {
    return this.#nowUs
  }
  /** How many events have happened. */
  get events(): number {
    return this.#events
  }

  at(atUs: number, rank: Rank, run: () => void): Appointment {
    const appointment = { atUs: Math.max(atUs, this.#nowUs), rank: ranks[rank], order: this.#asked++, run }
    push(this.#heap, appointment)
    return appointment
  }

  after(delayUs: number, rank: Rank, run: () => void): Appointment {
    return this.at(this.#nowUs + delayUs, rank, run)
  }

  cancel(appointment: Appointment): void {
    // The heap forgets it when it comes up.
    appointment.run = undefined
  }

  /** After everything that is ready now. */
  soon(run: () => void): void {
    this.#ready.push(run)
  }

  /**
   * Runs what is ready, or else the next event and what it makes ready. False when nothing is left up to `untilUs`, which
   * it then is.
   * @throws {@link EndlessMomentError}
   */
  step(untilUs: number): boolean {
    if (this.#settle()) return true
    for (let next = this.#heap[0]; next && next.atUs <= untilUs; next = this.#heap[0]) {
      pop(this.#heap)
      const { run } = next
      if (!run) continue
      next.run = undefined
      this.#nowUs = next.atUs
      this.#events++
      run()
      this.#settle()
      return true
    }
    if (untilUs < Number.MAX_SAFE_INTEGER) this.#nowUs = Math.max(this.#nowUs, untilUs)
    return false
  }

  #settle(): boolean {
    if (this.#ready.length === 0) return false
    for (let calls = 0; this.#ready.length > 0; ) {
      const batch = this.#ready
      this.#ready = []
      calls += batch.length
      if (calls > callsMax) throw new EndlessMomentError(`more than ${callsMax} calls, and none lets time pass`)
      for (const run of batch) run()
    }
    return true
  }
}

const isBefore = (a: Appointment, b: Appointment): boolean => {
  if (a.atUs !== b.atUs) return a.atUs < b.atUs
  return a.rank === b.rank ? a.order < b.order : a.rank < b.rank
}

function push(heap: Appointment[], appointment: Appointment): void {
  let at = heap.push(appointment) - 1
  while (at > 0) {
    const above = (at - 1) >> 1
    const parent = heap[above]
    if (!parent || !isBefore(appointment, parent)) break
    heap[at] = parent
    at = above
  }
  heap[at] = appointment
}

function pop(heap: Appointment[]): void {
  const last = heap.pop()
  if (!last || heap.length === 0) return
  let at = 0
  for (;;) {
    const left = heap[2 * at + 1]
    const right = heap[2 * at + 2]
    const isRight = left !== undefined && right !== undefined && isBefore(right, left)
    const child = isRight ? right : left
    if (!child || !isBefore(child, last)) break
    heap[at] = child
    at = 2 * at + (isRight ? 2 : 1)
  }
  heap[at] = last
}
