import type { Span } from '@opentelemetry/api'
import { endCallSpan } from '../telemetry.js'
import type { Flight } from './flights.js'

/** One thing that a caller waits for. */
export interface Call {
  readonly bytes: Uint8Array
  readonly deadlineMs: number
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  readonly signal: AbortSignal | undefined
  readonly span: Span | undefined
  /** Listens to the signal. */
  aborted: (() => void) | undefined
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

export function openCall<Value>(options: {
  readonly bytes: Uint8Array
  readonly deadlineMs: number
  readonly signal: AbortSignal | undefined
  readonly span: Span | undefined
  /** Called when the signal is aborted. */
  readonly give: (call: Call) => void
  readonly take: (call: Call) => void
}): Promise<Value> {
  return new Promise<Value>((resolve, reject) => {
    const { bytes, deadlineMs, signal, span } = options
    const call: Call = {
      bytes,
      deadlineMs,
      resolve: resolve as (value: unknown) => void,
      reject,
      signal,
      span,
      aborted: undefined,
      number: 0,
      flight: undefined,
      isOpen: true,
    }
    if (signal) {
      call.aborted = () => options.give(call)
      signal.addEventListener('abort', call.aborted, { once: true })
    }
    options.take(call)
    if (signal?.aborted) options.give(call)
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
  end(call, error instanceof Error ? error : new Error(String(error)))
  call.reject(error)
}

function end(call: Call, error?: Error): void {
  call.isOpen = false
  if (call.aborted) call.signal?.removeEventListener('abort', call.aborted)
  if (call.span) endCallSpan(call.span, error)
}
