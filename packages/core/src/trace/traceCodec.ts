import type { Cause } from '../actor/cause.js'
import { textOf } from '../errors/textOf.js'
import { UnreadableTraceError, UnsupportedTraceError } from './errors.js'
import { type TraceEvent, type TraceHeader, traceFormat, traceVersion } from './traceEvent.js'

/**
 * A line of a trace, without its end: JSON. The first one is the header; traces that stand one after the other, each with its
 * header, are a trace too.
 */
export const encodeTrace = (line: TraceHeader | TraceEvent): string => JSON.stringify(line)

/** The header of a trace that this program writes. */
export const traceHeader = (about: Pick<TraceHeader, 'place' | 'title'>): TraceHeader => ({
  format: traceFormat,
  version: traceVersion,
  place: about.place,
  title: about.title,
})

/** Reads a trace line by line. Fields that it does not know are kept: later writers of this version may add some. */
export class TraceReader {
  #line = 0
  #hasHeader = false

  /**
   * Reads the next line.
   * @throws {@link UnsupportedTraceError} `QUORATE_UNSUPPORTED_TRACE` for a trace of another version;
   *   {@link UnreadableTraceError} `QUORATE_UNREADABLE_TRACE` for what is none, or lacks its header. Both name the line.
   */
  read(text: string): TraceHeader | TraceEvent {
    this.#line++
    const value = this.#parse(text)
    if ('format' in value) return this.#header(value)
    if (!this.#hasHeader) throw this.#unreadable(`expected a header, {"format":"${traceFormat}",...}, before any event`)
    const { type } = value
    const kind =
      typeof type === 'string' && Object.hasOwn(fields, type) ? fields[type as TraceEvent['type']] : undefined
    if (!kind) {
      throw this.#unreadable(`expected a type out of ${Object.keys(fields).join(', ')}, found ${shown(type)}`)
    }
    for (const [name, { is, what, isOptional }] of Object.entries({ ...common, ...kind })) {
      const found = value[name]
      if (found === undefined ? isOptional : is(found)) continue
      throw this.#unreadable(`expected ${what} as ${name} of ${type}, found ${shown(found)}`)
    }
    return value as unknown as TraceEvent
  }

  #parse(text: string): Readonly<Record<string, unknown>> {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch (cause) {
      throw this.#unreadable(`expected JSON, found ${shown(text)}`, { cause })
    }
    if (!isRecord(value)) throw this.#unreadable(`expected an object, found ${shown(value)}`)
    return value
  }

  #header(value: Readonly<Record<string, unknown>>): TraceHeader {
    const { format, version, place, title } = value
    if (format !== traceFormat) throw this.#unreadable(`expected the format ${traceFormat}, found ${shown(format)}`)
    if (typeof version !== 'number') throw this.#unreadable(`expected a version, found ${shown(version)}`)
    if (version !== traceVersion) throw new UnsupportedTraceError(this.#line, version, traceVersion)
    if (!places.has(place))
      throw this.#unreadable(`expected a place out of ${[...places].join(', ')}, found ${shown(place)}`)
    if (!isText(title)) throw this.#unreadable(`expected a title, found ${shown(title)}`)
    this.#hasHeader = true
    return value as unknown as TraceHeader
  }

  #unreadable(what: string, options?: { cause?: unknown }): UnreadableTraceError {
    return new UnreadableTraceError(this.#line, what, options)
  }
}

/** What a field holds. */
interface Field {
  is(value: unknown): boolean
  /** In words. */
  readonly what: string
  readonly isOptional: boolean
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0
const isListOf = (is: (value: unknown) => boolean) => (value: unknown) => Array.isArray(value) && value.every(is)
const oneOf =
  (...texts: readonly string[]) =>
  (value: unknown) =>
    isText(value) && texts.includes(value)

const places: ReadonlySet<unknown> = new Set<TraceHeader['place']>(['host', 'simulator', 'checker'])
const causeTypes: Readonly<Record<Cause['type'], true>> = {
  start: true,
  message: true,
  timer: true,
  write: true,
  client: true,
  deadline: true,
  choice: true,
  call: true,
  ask: true,
  snapshot: true,
  suspicion: true,
  host: true,
}
const causes = oneOf(...Object.keys(causeTypes))

const isTimerChange = (value: unknown): boolean =>
  isRecord(value) && oneOf('schedule', 'cancel')(value.type) && isText(value.timer)
const isWrite = (value: unknown): boolean => isRecord(value) && isText(value.key) && isListOf(isText)(value.operations)

const field = (what: string, is: Field['is']): Field => ({ is, what, isOptional: false })
const maybe = (what: string, is: Field['is']): Field => ({ is, what, isOptional: true })

const text = field('a text', isText)
const maybeText = maybe('a text', isText)
const anything = maybe('anything', () => true)
const flag = (value: unknown): boolean => typeof value === 'boolean'

const common = { atUs: field('a number of microseconds', isCount), who: text }

/** Of each type of event, beside what all have. */
const fields: Readonly<Record<TraceEvent['type'], Readonly<Record<string, Field>>>> = {
  step: {
    actor: text,
    cause: field('a cause', (value) => isRecord(value) && causes(value.type)),
    event: anything,
    state: text,
    context: anything,
    emitted: anything,
    timers: maybe('a list of timers', isListOf(isTimerChange)),
  },
  sent: {
    id: maybeText,
    from: maybeText,
    to: text,
    message: text,
    fields: anything,
    bytes: field('a number', isCount),
    checksum: maybeText,
  },
  received: { id: maybeText, from: text, message: text, isGarbled: maybe('true or false', flag) },
  dropped: {
    by: field('bus or node', oneOf('bus', 'node')),
    why: text,
    id: maybeText,
    from: maybeText,
    message: maybeText,
    isGarbled: maybe('true or false', flag),
    fields: anything,
  },
  written: { isDurable: field('true or false', flag), writes: field('a list of writes', isListOf(isWrite)) },
  applied: {
    group: text,
    entries: field('a number', isCount),
    last: field('an index and a term', (value) => isRecord(value) && isCount(value.index) && isCount(value.term)),
  },
  fault: { fault: text },
  note: { text },
}

const shownMax = 60

const shown = (value: unknown): string => {
  const whole = value === undefined ? 'nothing' : (JSON.stringify(value) ?? textOf(value))
  return whole.length > shownMax ? `${whole.slice(0, shownMax)}…` : whole
}
