import type { Json } from './json.js'

/** Who calls: one operation at a time. */
export type ProcessId = number | string

/** What a model is asked about: a call and what came of it. */
export interface Call {
  /** The function: `read`, `enqueue`, ... */
  readonly f: string
  /** What it was given; `undefined` where it takes nothing. */
  readonly argument: Json | undefined
  /** What it gave; `undefined` where it is not known, or where there is nothing to know. */
  readonly result: Json | undefined
  /** Who called. A model whose steps depend on it says so with `knowsProcess`. */
  readonly process: ProcessId
}

/** An operation of a history. What failed did not take place and is none. */
export interface Operation extends Call {
  /** Place in the order of invocation, from 0. */
  readonly index: number
  readonly key: Json | undefined
  /** When it was invoked: place of the event among all events of the history, from 0. */
  readonly invoked: number
  /** When it returned, likewise; `Infinity` where nobody knows whether it took place, or when: it stays open for ever. */
  readonly returned: number
  /** Lines of the two events, from 1. `returnedLine` is that of the `info`, if there was one. */
  readonly invokedLine: number
  readonly returnedLine: number | undefined
  /** Times of the two events in nanoseconds, where the history has them. For people: order is the order of lines. */
  readonly invokedNs: number | undefined
  readonly returnedNs: number | undefined
}

/** Whether nobody knows if the operation took place: it may have no effect, or have it at any time after its invocation. */
export const isOpen = ({ returned }: Operation): boolean => returned === Number.POSITIVE_INFINITY
