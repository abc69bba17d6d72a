import type { Span } from '@opentelemetry/api'
import { errorOf } from '@quorate/core'
import { endCallSpan } from '../system/telemetry.js'
import type { Flight } from './flights.js'

/** What may be special of a call. */
export interface CallTraits {
  /** By which a member is found, where each falls to one. @default none */
  readonly key?: string | undefined
  /** True of what must not be sent again once it may have been taken. @default false */
  readonly isOnce?: boolean
}

/** One thing that a caller waits for. */
export interface Call extends CallTraits {
  readonly bytes: Uint8Array
  readonly deadlineMs: number
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  readonly signal: AbortSignal | undefined
  readonly span: Span | undefined
  /** Ends the call, because its signal was aborted. */
  readonly give: ((call: Call) => void) | undefined
  /** Its number in the session, or among the questions of this client; 0 until it is sent. */
  number: number
  /** The message that carries it, once it was sent. */
  flight: Flight | undefined
  isOpen: boolean
}

/** What a caller may say of one call. */
export interface CallOptions {
  /** Gives up when it is aborted. @default a deadline of the client */
  readonly signal?: AbortSignal | undefined
}

export function openCall<Value>(
  options: CallTraits & {
    readonly bytes: Uint8Array
    readonly deadlineMs: number
    readonly signal: AbortSignal | undefined
    readonly span: Span | undefined
    /** Called when the signal is aborted. */
    readonly give: (call: Call) => void
    readonly take: (call: Call) => void
  },
): Promise<Value> {
  return new Promise<Value>((resolve, reject) => {
    const { bytes, key, isOnce = false, deadlineMs, signal, span } = options
    const call: Call = {
      bytes,
      key,
      isOnce,
      deadlineMs,
      resolve: resolve as (value: unknown) => void,
      reject,
      signal,
      span,
      give: signal && options.give,
      number: 0,
      flight: undefined,
      isOpen: true,
    }
    options.take(call)
    if (signal?.aborted) options.give(call)
    else if (signal && call.isOpen) watch(signal, call)
  })
}

/** Ends a call with a value, made by `make`; what that throws is how it ends instead. */
export function succeed(call: Call, make: () => unknown): void {
  let value: unknown
  try {
    value = make()
  } catch (error) {
    fail(call, error)
    return
  }
  end(call)
  call.resolve(value)
}

export function fail(call: Call, error: unknown): void {
  end(call, errorOf(error))
  call.reject(error)
}

function end(call: Call, error?: Error): void {
  call.isOpen = false
  if (call.signal) unwatch(call.signal, call)
  if (call.span) endCallSpan(call.span, error)
}

/** Calls by their signal. Many calls may share one, which would not bear a listener for each. */
const watched = new WeakMap<AbortSignal, { readonly calls: Set<Call>; readonly listen: () => void }>()

function watch(signal: AbortSignal, call: Call): void {
  const known = watched.get(signal)
  if (known) {
    known.calls.add(call)
    return
  }
  const calls = new Set([call])
  const listen = () => {
    for (const each of [...calls]) each.give?.(each)
  }
  watched.set(signal, { calls, listen })
  signal.addEventListener('abort', listen, { once: true })
}

function unwatch(signal: AbortSignal, call: Call): void {
  const known = watched.get(signal)
  known?.calls.delete(call)
  if (known?.calls.size !== 0) return
  watched.delete(signal)
  signal.removeEventListener('abort', known.listen)
}
