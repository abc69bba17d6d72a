import type { Ordering } from './ordering.js'
import { nothingLeft, Position } from './position.js'
import { type HistoryStepper, impossible } from './stepper.js'
import { Values } from './values.js'
import { VisitedSet } from './visitedSet.js'

/** A place in the search: what was placed to come here, and what is still to be tried. */
interface Frame {
  /** How many operations stood in the order before. */
  readonly from: number
  readonly state: number
  /** The state before, if an open operation led here that nothing has seen yet; else {@link impossible}. */
  readonly stateBefore: number
  /** Where its candidates end, and the next one. */
  readonly end: number
  next: number
}

/** How many states are remembered of where the search got stuck. */
const stuckStatesMax = 32

/**
 * Looks for an order of operations that an {@link Ordering} permits and a model can do: depth first, one operation after
 * another (Wing and Gong 1993), never twice from one configuration (Lowe 2017). A configuration is what was placed, and the
 * state. Beyond that:
 *
 * - What only observes is placed as soon as it may be: it takes nothing away from what comes later.
 * - An open operation is placed only where the next one can tell; and where some of one kind are open, the first of them.
 * - Where it is known who read what, nothing is overwritten before all have read it.
 * - Who got equally far with fewer open operations used stands for who used more.
 */
export class OrderSearch {
  /** `illegal`: there is no such order. Undefined as long as the search goes on. */
  verdict: 'ok' | 'illegal' | undefined
  readonly #ordering: Ordering
  readonly #stepper: HistoryStepper
  readonly #position: Position
  readonly #values: Values | undefined
  readonly #visited: VisitedSet
  readonly #words: Int32Array
  readonly #frames: Frame[] = []
  readonly #candidates: number[] = []
  readonly #openOf = new Map<number, number>()
  /** The open operations, by their numbers among them: those of one kind together. */
  readonly #opensByKind: readonly (readonly number[])[]
  readonly #path: number[] = []
  #steps = 0
  #furthest = -1
  #furthestLength = 0
  #furthestPath: readonly number[] | undefined
  readonly #stuckStates = new Set<number>()

  constructor(ordering: Ordering, stepper: HistoryStepper) {
    this.#ordering = ordering
    this.#stepper = stepper
    this.#position = new Position(ordering)
    this.#values = ordering.knownReads && new Values(ordering.knownReads)
    const { equal, open } = this.#position.words
    this.#visited = new VisitedSet(equal, open)
    this.#words = new Int32Array(equal + open)
    for (const [number, { operation }] of ordering.opens.entries()) this.#openOf.set(operation, number)
    this.#opensByKind = opensByKind(ordering, stepper)
    this.#enter(0, stepper.initial, impossible)
  }

  /** Goes on for so many steps at most: operations tried. Returns how many it took. */
  advance(stepsMax: number): number {
    const before = this.#steps
    while (this.verdict === undefined && this.#steps - before < stepsMax) {
      const frame = this.#frames.at(-1)
      if (frame === undefined) this.verdict = 'illegal'
      else if (frame.next === frame.end) this.#leave(frame)
      else this.#try(frame, this.#candidates[frame.next++] ?? 0)
    }
    return this.#steps - before
  }

  /** Configurations seen. */
  get visited(): number {
    return this.#visited.size
  }

  /** The order found; or of all orders that came furthest, the first. */
  get order(): readonly number[] {
    return this.verdict === 'ok' ? this.#path : (this.#furthestPath ?? this.#path.slice(0, this.#furthestLength))
  }

  /** The operation that no order gets past, as far as the search has come: of real time, the first whose return was not passed. */
  get stuckAt(): number {
    return this.#ordering.returned.indexOf(this.#furthest)
  }

  /** States in which that operation could not be placed. */
  get stuckStates(): readonly number[] {
    return [...this.#stuckStates]
  }

  #try({ state, stateBefore }: Frame, operation: number): void {
    this.#steps++
    const next = this.#stepper.step(state, operation)
    if (next === impossible) return
    // Nothing has seen the open operation before this one: the way without it is as good.
    if (stateBefore !== impossible && this.#stepper.step(stateBefore, operation) === next) return
    const isOpen = this.#openOf.has(operation)
    if (isOpen && next === state) return
    const from = this.#path.length
    this.#place(operation)
    this.#enter(from, next, isOpen ? state : impossible)
  }

  #enter(from: number, state: number, stateBefore: number): void {
    const placed = this.#path.length
    const deadline = this.#placeObservers(state)
    if (this.#position.left === 0) {
      this.verdict = 'ok'
      return
    }
    const isUnseen = stateBefore !== impossible && this.#path.length === placed
    this.#position.write(this.#words, state, deadline)
    if (!this.#visited.add(this.#words)) {
      this.#takeBack(from)
      return
    }
    this.#note(state, deadline)
    const begin = this.#candidates.length
    this.#addHeads(deadline, isUnseen)
    this.#addOpens(deadline, isUnseen)
    const frame = { from, state, stateBefore: isUnseen ? stateBefore : impossible, end: this.#candidates.length }
    this.#frames.push({ ...frame, next: begin })
  }

  #leave({ from }: Frame): void {
    this.#frames.pop()
    this.#candidates.length = this.#frames.at(-1)?.end ?? 0
    this.#takeBack(from)
  }

  /** Places what only observes and may be placed; returns the deadline then. */
  #placeObservers(state: number): number {
    for (;;) {
      const deadline = this.#position.deadline()
      const before = this.#path.length
      for (let chain = 0; chain < this.#ordering.chains.length; chain++) {
        for (let head = this.#position.head(chain); head !== -1; head = this.#position.head(chain)) {
          if (!this.#stepper.observesOnly(head) || !this.#mayCome(head, deadline)) break
          if (this.#stepper.step(state, head) !== state) break
          this.#place(head)
        }
      }
      if (this.#path.length === before) return deadline
    }
  }

  /** What returned and may come next, first what must return first. What overwrites sees nothing of an open operation. */
  #addHeads(deadline: number, isUnseen: boolean): void {
    const { chains, returned } = this.#ordering
    const candidates = this.#candidates
    const begin = candidates.length
    for (let chain = 0; chain < chains.length; chain++) {
      const head = this.#position.head(chain)
      if (head === -1 || !this.#mayCome(head, deadline)) continue
      if (isUnseen && this.#stepper.overwrites(head)) continue
      let at = candidates.push(head) - 1
      for (; at > begin && (returned[candidates[at - 1] ?? 0] ?? 0) > (returned[head] ?? 0); at--) {
        candidates[at] = candidates[at - 1] ?? 0
      }
      candidates[at] = head
    }
  }

  /** Open operations that may come next, of each kind the first. */
  #addOpens(deadline: number, isUnseen: boolean): void {
    for (const twins of this.#opensByKind) {
      const open = this.#firstAvailable(twins, deadline)
      const operation = this.#ordering.opens[open]?.operation
      if (operation === undefined || (isUnseen && this.#stepper.overwrites(operation))) continue
      if (this.#isReady(operation)) this.#candidates.push(operation)
    }
  }

  /** Of open operations of one kind. In real time they are placed in their order, and become available in it. */
  #firstAvailable(twins: readonly number[], deadline: number): number {
    for (const open of twins) {
      if (this.#position.isAvailable(open, deadline)) return open
      if (this.#ordering.isRealTime && !this.#position.hasOpen(open)) return -1
    }
    return -1
  }

  #mayCome(operation: number, deadline: number): boolean {
    const { isRealTime, invoked } = this.#ordering
    return (!isRealTime || (invoked[operation] ?? 0) < deadline) && this.#isReady(operation)
  }

  /** Whether nothing that must come before is missing. */
  #isReady(operation: number): boolean {
    return this.#position.isReady(operation) && (this.#values?.mayOverwrite(operation, this.#position) ?? true)
  }

  #place(operation: number): void {
    this.#path.push(operation)
    this.#values?.place(operation)
    this.#position.place(operation)
  }

  #takeBack(length: number): void {
    if (this.#furthestPath === undefined && length < this.#furthestLength) {
      this.#furthestPath = this.#path.slice(0, this.#furthestLength)
    }
    while (this.#path.length > length) {
      const operation = this.#path.pop() ?? 0
      this.#position.takeBack(operation)
      this.#values?.takeBack(operation)
    }
  }

  /** Remembers how far the search came: of real time, which returns were passed; else how much was placed. */
  #note(state: number, deadline: number): void {
    const furthest = deadline === nothingLeft ? -this.#position.left : deadline
    if (furthest < this.#furthest && this.#furthestLength > 0) return
    if (furthest !== this.#furthest || this.#furthestLength === 0) {
      this.#furthest = furthest
      this.#furthestLength = this.#path.length
      this.#furthestPath = undefined
      this.#stuckStates.clear()
    }
    if (this.#stuckStates.size < stuckStatesMax) this.#stuckStates.add(state)
  }
}

const opensByKind = ({ opens }: Ordering, stepper: HistoryStepper): readonly (readonly number[])[] => {
  const byKind = new Map<number, number[]>()
  for (const [open, { operation }] of opens.entries()) {
    const kind = stepper.kindOf(operation)
    const twins = byKind.get(kind)
    if (twins === undefined) byKind.set(kind, [open])
    else twins.push(open)
  }
  return [...byKind.values()]
}
