import { MalformedEventError } from './errors.js'
import { isWithinDepth, type Json, textOf } from './json.js'
import type { ProcessId } from './operation.js'

const types = ['invoke', 'ok', 'fail', 'info'] as const

/** One line of a history. */
export interface HistoryEvent {
  readonly process: ProcessId
  /** `fail`: it did not take place. `info`: nobody knows whether it did, or will. */
  readonly type: (typeof types)[number]
  readonly f: string
  readonly key?: Json
  /** Of an invocation: what it is given. Of an `ok`: what it gave, where it is given nothing. */
  readonly value?: Json
  /** Of an `ok`: what it gave, where it is given something: `false` of a `cas` that was refused. */
  readonly result?: Json
  /** Of an invocation: the name of the model that it is meant for, of those that have all operations. @default the first of these */
  readonly model?: string
  /** In nanoseconds. For people: order is the order of lines. */
  readonly time?: number
}

/** Values nest at most so deep. */
const depthMax = 64

/**
 * Checks that a value is an event of a history.
 * @throws {@link MalformedEventError} `QUORATE_MALFORMED_EVENT`
 */
export const eventOf = (value: unknown, line: number): HistoryEvent => {
  const refuse = (what: string): never => {
    throw new MalformedEventError(line, what)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse(`expected an object, {"process":...,"type":...,"f":...}, found ${brief(value)}`)
  }
  const { process, type, f, time } = value as Readonly<Record<string, unknown>>
  if (!Number.isSafeInteger(process) && typeof process !== 'string') {
    refuse(`"process" must be an integer or a string, found ${brief(process)}`)
  }
  if (!types.some((each) => each === type)) refuse(`"type" must be one of ${types.join(', ')}; found ${brief(type)}`)
  if (typeof f !== 'string' || f === '') refuse(`"f" must name the operation, found ${brief(f)}`)
  if (time !== undefined && time !== null && typeof time !== 'number') {
    refuse(`"time" must be a number of nanoseconds, found ${brief(time)}`)
  }
  if (!isWithinDepth(value, depthMax)) refuse(`values may nest ${depthMax} deep, and this one is deeper`)
  return value as HistoryEvent
}

/** A value for a message: what it is, in few characters. */
export const brief = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  const text = textOf(value as Json)
  return text.length > 60 ? `${text.slice(0, 60)}...` : text
}
