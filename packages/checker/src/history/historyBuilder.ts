import {
  HistoryTooLargeError,
  MalformedEventError,
  OverlappingOperationsError,
  UnknownOperationError,
  UnmatchedCompletionError,
} from './errors.js'
import { brief, eventOf, type HistoryEvent } from './event.js'
import type { History } from './history.js'
import { isSame, type Json, textOf } from './json.js'
import type { HistoryModel, OperationForm } from './model.js'
import type { Operation, ProcessId } from './operation.js'

/** What a reader keeps at most. */
export interface HistoryLimits {
  /** @default 1,000,000 */
  readonly operationsMax?: number
}

/** An operation that has begun. */
interface Invocation {
  readonly place: number
  readonly line: number
  readonly event: HistoryEvent
}

const isNamed = (value: unknown): boolean => value !== undefined && value !== null

/** Puts a history together from its events, one by one, in their order. */
export class HistoryBuilder {
  #models: readonly HistoryModel[]
  readonly #operationsMax: number
  readonly #running = new Map<ProcessId, Invocation>()
  /** By the place of the invocation. */
  readonly #operations: Omit<Operation, 'index'>[] = []
  #events = 0
  #failed = 0

  /** @param models those that the history may be about. */
  constructor(models: readonly HistoryModel[], { operationsMax = 1_000_000 }: HistoryLimits = {}) {
    this.#models = models
    this.#operationsMax = operationsMax
  }

  /**
   * Takes the next event.
   * @param line where it stands, for messages; counted from 1. @default the number of the event
   * @throws {@link UnreadableHistoryError} one of its kinds, which names the line.
   */
  add(value: HistoryEvent, line: number = this.#events + 1): void {
    const event = eventOf(value, line)
    const place = this.#events++
    const running = this.#running.get(event.process)
    if (event.type === 'invoke') {
      if (running !== undefined) throw new OverlappingOperationsError(line, textOf(event.process), running.line)
      if (this.#operations.length + this.#running.size >= this.#operationsMax) {
        throw new HistoryTooLargeError(line, `more than ${this.#operationsMax} operations`)
      }
      this.#invoke(event, line)
      this.#running.set(event.process, { place, line, event })
      return
    }
    const begun = matching(running, event, line)
    checkValue(this.#formOf(event.f), begun, event, line)
    this.#running.delete(event.process)
    if (event.type === 'fail') this.#failed++
    else this.#end(begun, event, line, place)
  }

  /**
   * The history, if it ends here: what is still running stays open for ever.
   * @throws {@link MalformedEventError} `QUORATE_MALFORMED_EVENT` for an argument or a result that the model cannot have.
   */
  build(): History {
    const [model] = this.#models
    if (model === undefined) throw new UnknownOperationError(this.#events, 'there is no model to read this history by')
    const running = [...this.#running.values()].map((begun) => this.#operationOf(begun))
    const operations = [...this.#operations, ...running].sort((left, right) => left.invoked - right.invoked)
    for (const operation of operations) checkCall(model, operation)
    return {
      model,
      operations: operations.map((operation, index) => ({ ...operation, index })),
      failed: this.#failed,
    }
  }

  /**
   * Keeps the models that have this operation, the one that it names before others: several groups may name several, of which
   * one has all operations. Checks its argument.
   */
  #invoke({ f, value, model }: HistoryEvent, line: number): void {
    const fitting = this.#models.filter(({ operations }) => Object.hasOwn(operations, f))
    if (fitting.length === 0) throw new UnknownOperationError(line, unknownText(f, this.#models))
    this.#models =
      model === undefined || fitting[0]?.name === model
        ? fitting
        : fitting.toSorted((one, other) => Number(other.name === model) - Number(one.name === model))
    const { argument } = this.#formOf(f)
    if (argument === 'value' && value === undefined) {
      throw new MalformedEventError(line, `${f} needs what it is given in "value"`)
    }
    if (argument === 'pair' && !(Array.isArray(value) && value.length === 2)) {
      throw new MalformedEventError(line, `${f} needs "value": [old, new], found ${brief(value)}`)
    }
  }

  #end(begun: Invocation, event: HistoryEvent, line: number, place: number): void {
    const isKnown = event.type === 'ok'
    this.#operations.push({
      ...this.#operationOf(begun),
      result: isKnown ? resultOf(this.#formOf(event.f), begun.event, event, line) : undefined,
      returned: isKnown ? place : Number.POSITIVE_INFINITY,
      returnedLine: line,
      returnedNs: event.time ?? undefined,
    })
  }

  #operationOf({ event, place, line }: Invocation): Omit<Operation, 'index'> {
    const { process, f, key, value, time } = event
    return {
      process,
      f,
      key: key ?? undefined,
      argument: this.#formOf(f).argument === 'none' ? undefined : value,
      result: undefined,
      invoked: place,
      returned: Number.POSITIVE_INFINITY,
      invokedLine: line,
      returnedLine: undefined,
      invokedNs: time ?? undefined,
      returnedNs: undefined,
    }
  }

  #formOf(f: string): OperationForm {
    return this.#models[0]?.operations[f] ?? { argument: 'none', result: 'none' }
  }
}

/** @throws {@link MalformedEventError} for what the model cannot have been given, or have answered. */
const checkCall = (model: HistoryModel, operation: Omit<Operation, 'index'>): void => {
  const expected = model.expectedOf?.(operation)
  if (expected === undefined) return
  const { f, argument, result, returnedLine, invokedLine } = operation
  const found = argument === undefined ? brief(result) : brief(argument)
  throw new MalformedEventError(
    returnedLine ?? invokedLine,
    `${f} of a ${model.name}: expected ${expected}; found ${found}`,
  )
}

const unknownText = (f: string, models: readonly HistoryModel[]): string => {
  const known = models.map(({ name, operations }) => `${name} has ${Object.keys(operations).join(', ')}`)
  return `no such operation: ${brief(f)}; ${known.join('; ')}`
}

/** The invocation that an event ends. */
const matching = (begun: Invocation | undefined, event: HistoryEvent, line: number): Invocation => {
  const { process, type, f, key } = event
  const who = `process ${textOf(process)}`
  if (begun === undefined)
    throw new UnmatchedCompletionError(line, `${who} has no open operation that ${type} could end`)
  if (begun.event.f !== f) {
    const text = `${who} ends ${brief(f)}, but what it began in line ${begun.line} is ${brief(begun.event.f)}`
    throw new UnmatchedCompletionError(line, text)
  }
  if (isNamed(key) && !isSame(key, begun.event.key)) {
    const text = `${who} ends key ${brief(key)}, but what it began in line ${begun.line} is of ${brief(begun.event.key)}`
    throw new UnmatchedCompletionError(line, text)
  }
  return begun
}

/**
 * An `ok` may say again what was given, and nothing else in its place; where `value` is free, a flag may stand there. Other
 * ends tell no result: what they say in `value` is for people.
 */
const checkValue = (
  form: OperationForm,
  { event: begun, line: begunLine }: Invocation,
  event: HistoryEvent,
  line: number,
) => {
  const { process, type, f, value } = event
  if (type !== 'ok' || form.argument === 'none' || !isNamed(value) || isSame(value, begun.value)) return
  if (event.result === undefined && toldByValue(form, begun, event) !== undefined) return
  const text = `process ${textOf(process)} ends ${f} of ${brief(value)}, but what it began in line ${begunLine} is of ${brief(begun.value)}`
  throw new UnmatchedCompletionError(line, form.result === 'none' ? text : `${text}: what it gave belongs in "result"`)
}

/** What an `ok` tells of the result. */
const resultOf = (form: OperationForm, begun: HistoryEvent, event: HistoryEvent, line: number): Json | undefined => {
  if (form.result === 'none') return undefined
  const told = event.result === undefined ? toldByValue(form, begun, event) : event.result
  if (form.result === 'success' && !isNamed(told)) return true
  if (form.result === 'optional' && !isNamed(told)) return undefined
  if (told === undefined) {
    const field = form.argument === 'none' ? '"value"' : '"result"'
    throw new MalformedEventError(line, `${event.f} that is ok needs what it gave in ${field}`)
  }
  if (form.result !== 'value' && typeof told !== 'boolean') {
    throw new MalformedEventError(line, `the result of ${event.f} is true or false, found ${brief(told)}`)
  }
  return told
}

/** `value` tells the result of what is given nothing; and of a flag, where it can be told from what was given. */
const toldByValue = (form: OperationForm, begun: HistoryEvent, { value }: HistoryEvent): Json | undefined => {
  if (form.argument === 'none' && form.result === 'value') return value
  return form.result === 'flag' && typeof value === 'boolean' && typeof begun.value !== 'boolean' ? value : undefined
}
