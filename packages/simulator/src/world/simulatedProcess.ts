import type { Clock } from '@quorate/core'
import type { Boundary } from '../script/script.js'
import type { Agenda, Appointment } from './agenda.js'

interface Timer {
  readonly fire: () => void
  /** By the clock of the process. */
  readonly dueUs: number
  appointment: Appointment | undefined
}

/** What a clock counts while one second passes, in microseconds. */
export const trueRate = 1_000_000

/**
 * One process, from its start to its end: a clock of its own, that may run at another rate or jump, and everything that
 * reaches it. When it is dead nothing reaches it any more, and nothing that it does is seen; while it is paused what
 * arrives waits, and its timers wait behind that.
 */
export class SimulatedProcess {
  readonly name: string
  readonly clock: Clock
  /** True while it may have promises under way: they want their turn after everything that reaches it. */
  usesPromises = true
  /** Whoever asks a group waits for it by promises. */
  asks = false
  readonly #agenda: Agenda
  readonly #woken: () => void
  readonly #timers = new Set<Timer>()
  #isDead = false
  #isPaused = false
  /** While work is done that takes time. */
  #isBusy = false
  /** How much of it what runs now has done so far. */
  #workedUs = 0
  #arrivals: (() => void)[] = []
  #due: Timer[] = []
  /** What it was about to do next. */
  #rest: (() => void)[] = []
  #rate: number
  #clockUs: number
  /** By how much its wall clock shows more. */
  #wallAheadUs: number
  #setAtUs: number
  #strike: { readonly before: Boundary | undefined; left: number; readonly now: () => void } | undefined

  /**
   * `woken` is called whenever the process has run something after which promises may want their turn. The clocks of two
   * processes have nothing to do with each other: this one shows `epochUs` more than the time that has passed, and as wall clock
   * `wallUs` when it starts.
   */
  constructor(name: string, agenda: Agenda, woken: () => void, { rate = trueRate, epochUs = 0, wallUs = 0 } = {}) {
    this.name = name
    this.#agenda = agenda
    this.#woken = woken
    this.#rate = rate
    this.#clockUs = agenda.nowUs + epochUs
    this.#setAtUs = agenda.nowUs
    this.#wallAheadUs = wallUs - epochUs - agenda.nowUs
    this.clock = {
      nowMs: () => this.#nowUs() / 1000,
      wallMs: () => (this.#nowUs() + this.#wallAheadUs) / 1000,
      setTimeout: (fire, delayMs) => this.#setTimer(fire, delayMs),
      clearTimeout: (timer) => this.#clearTimer(timer as Timer | undefined),
      soon: (run) => agenda.soon(() => this.#goOn(run)),
    }
  }

  get isDead(): boolean {
    return this.#isDead
  }
  get isPaused(): boolean {
    return this.#isPaused
  }

  /** Something reaches the process from outside. */
  enter(run: () => void): void {
    if (this.#isDead) return
    if (this.#isHeld) this.#arrivals.push(run)
    else this.#run(run)
  }

  #goOn(run: () => void): void {
    if (this.#isDead) return
    if (this.#isHeld) this.#rest.push(run)
    else this.#run(run)
  }

  /** How long what runs now has worked: what it does to the world is done so much later. */
  get workedUs(): number {
    return this.#workedUs
  }

  /** What runs now takes so much longer. Nothing else runs meanwhile: what reaches the process waits, as do its timers. */
  work(us: number): void {
    this.#workedUs += us
  }

  /**
   * The process comes to a boundary between what it has done to the world outside and what it is about to do. False when it
   * is dead: here is where a crash may strike.
   */
  mayAct(boundary: Boundary): boolean {
    const strike = this.#strike
    if (this.#isDead || !strike || (strike.before !== undefined && strike.before !== boundary)) return !this.#isDead
    if (strike.left-- > 0) return true
    this.#strike = undefined
    strike.now()
    return !this.#isDead
  }

  /** Calls `now` at the boundary that follows so many others, of one kind or of any. */
  strikeAfter(others: number, before: Boundary | undefined, now: () => void): void {
    this.#strike = { before, left: others, now }
  }

  /** Ends the process as SIGKILL does. */
  kill(): void {
    this.#isDead = true
    for (const { appointment } of this.#timers) if (appointment) this.#agenda.cancel(appointment)
    this.#timers.clear()
    this.#arrivals = []
    this.#due = []
    this.#rest = []
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#release()
  }

  get #isHeld(): boolean {
    return this.#isPaused || this.#isBusy
  }

  /** What waited has its turn: a process that is busy again and again still hears, and its timers are not forgotten. */
  #release(): void {
    if (this.#isHeld || this.#isDead) return
    const [arrivals, due, rest] = [this.#arrivals, this.#due, this.#rest]
    this.#arrivals = []
    this.#due = []
    this.#rest = []
    for (const run of arrivals) this.#agenda.soon(() => this.enter(run))
    for (const timer of due) this.#agenda.soon(() => this.#fire(timer))
    for (const run of rest) this.#agenda.soon(() => this.#goOn(run))
  }

  /** From now on the clock counts so many microseconds in a second. */
  setRate(rate: number): void {
    this.#clockUs = this.#nowUs()
    this.#setAtUs = this.#agenda.nowUs + this.#workedUs
    this.#rate = rate
    this.#scheduleAll()
  }

  /** The clock jumps ahead. It is monotonic, so it never jumps back. */
  jump(ms: number): void {
    this.#clockUs += ms * 1000
    this.#scheduleAll()
  }

  /** The wall clock is set so much forward, or back where it is below 0. */
  setWall(byMs: number): void {
    this.#wallAheadUs += byMs * 1000
  }

  #nowUs(): number {
    const passedUs = this.#agenda.nowUs + this.#workedUs - this.#setAtUs
    return this.#clockUs + (this.#rate === trueRate ? passedUs : Math.floor((passedUs * this.#rate) / trueRate))
  }

  #setTimer(fire: () => void, delayMs: number): Timer | undefined {
    if (this.#isDead) return undefined
    const timer: Timer = { fire, dueUs: this.#nowUs() + Math.max(0, Math.ceil(delayMs * 1000)), appointment: undefined }
    this.#timers.add(timer)
    this.#schedule(timer)
    return timer
  }

  #clearTimer(timer: Timer | undefined): void {
    if (!timer) return
    if (timer.appointment) this.#agenda.cancel(timer.appointment)
    this.#timers.delete(timer)
  }

  #schedule(timer: Timer): void {
    const leftUs = Math.max(0, timer.dueUs - this.#nowUs())
    const waitUs = this.#rate === trueRate ? leftUs : Math.ceil((leftUs * trueRate) / this.#rate)
    timer.appointment = this.#agenda.after(this.#workedUs + waitUs, 'timer', () => this.#fire(timer))
  }

  #scheduleAll(): void {
    for (const timer of this.#timers) {
      if (timer.appointment) this.#agenda.cancel(timer.appointment)
      this.#schedule(timer)
    }
  }

  #fire(timer: Timer): void {
    if (!this.#timers.has(timer)) return
    if (this.#isHeld) {
      if (!this.#due.includes(timer)) this.#due.push(timer)
      return
    }
    this.#timers.delete(timer)
    if (timer.appointment) this.#agenda.cancel(timer.appointment)
    this.#run(timer.fire)
  }

  #run(run: () => void): void {
    run()
    if (this.usesPromises || this.asks) this.#woken()
    if (this.#workedUs === 0 || this.#isBusy) return
    this.#isBusy = true
    this.#agenda.after(this.#workedUs, 'arrival', () => {
      this.#workedUs = 0
      this.#isBusy = false
      this.#release()
    })
  }
}
