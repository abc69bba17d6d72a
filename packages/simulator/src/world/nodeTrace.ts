import {
  type Address,
  type NodeId,
  type Observed,
  type StepRecord,
  type StoreWrite,
  statePath,
  traceEventOf,
} from '@quorate/core'
import type { StateValue } from '@quorate/core/statechart'
import type { Trace } from '../trace/trace.js'
import type { Agenda } from './agenda.js'

/** Tells a trace what one node does, through all of its lives. */
export class NodeTrace {
  readonly #id: NodeId
  readonly #trace: Trace
  readonly #agenda: Agenda
  /** Where its actors stand. */
  readonly #values = new Map<Address, { readonly value: StateValue; readonly path: string }>()

  constructor(id: NodeId, { trace, agenda }: { readonly trace: Trace; readonly agenda: Agenda }) {
    this.#id = id
    this.#trace = trace
    this.#agenda = agenda
  }

  note(text: string): void {
    this.#trace.note(this.#agenda.nowUs, this.#id, text)
  }

  /** An actor took a step. It counts for the fingerprint where it led elsewhere. */
  stepped(step: StepRecord): void {
    const { address, before, after } = step
    if (before?.snapshot !== after.snapshot) this.#markState(address, after.snapshot.value)
    this.#trace.tell?.(traceEventOf(step, this.#agenda.nowUs, this.#id))
  }

  /** Anything else that its host tells. Messages and writes are not: the network and the disk know better what becomes of them. */
  observed(observed: Exclude<Observed, StepRecord>): void {
    if (observed.type === 'dropped' || observed.type === 'applied') {
      this.#trace.tell?.(traceEventOf(observed, this.#agenda.nowUs, this.#id))
    }
  }

  /** The disk begins a write, or has it. */
  wrote(isDurable: boolean, writes: readonly StoreWrite[]): void {
    const { nowUs } = this.#agenda
    for (const { key, operations } of writes) {
      const types = operations.map(({ type }) => type).join('+')
      this.#trace.mark(nowUs, this.#id, isDurable ? 'has written' : 'writes', key, types)
    }
    this.#trace.tell?.(traceEventOf({ type: 'written', isDurable, writes }, nowUs, this.#id))
  }

  #markState(address: Address, value: StateValue): void {
    const known = this.#values.get(address)
    if (known?.value === value) return
    const path = statePath(value)
    if (known?.path !== path) this.#trace.mark(this.#agenda.nowUs, address, path)
    this.#values.set(address, { value, path })
  }
}
