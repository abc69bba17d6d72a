import {
  type Called,
  type CallHandler,
  type CallOutcome,
  type CallPlace,
  type Effect,
  messageOf,
  type OwnRequest,
  requestText,
} from '@quorate/core'

type Call = Extract<Effect, { type: 'call' }>

/** What may be under way of one role on one node, and how large what comes of a call may be. */
export const callsMax = 1024
export const callBytesMax = 16 * 1024 * 1024
export const resultBytesMax = 1024 * 1024

const textMax = 1000

/** What a role's handler is doing. Nothing that it does is waited for but by the role. */
export class HandlerCalls {
  readonly #handler: CallHandler
  readonly #place: Omit<CallPlace, 'signal'>
  readonly #answer: (called: Called) => void
  /** One for each call: a handler may leave its listeners behind. */
  readonly #underWay = new Set<AbortController>()
  /** By request: the call whose answer the role waits for. */
  readonly #awaited = new Map<string, AbortController>()
  #bytes = 0
  #isClosed = false

  /** `answer` is called with what came of each call, also within {@link HandlerCalls.begin}, and not after `close`. */
  constructor(handler: CallHandler, place: Omit<CallPlace, 'signal'>, answer: (called: Called) => void) {
    this.#handler = handler
    this.#place = place
    this.#answer = answer
  }

  begin({ request, bytes }: Call): void {
    if (this.#isClosed) return
    const call = new AbortController()
    this.#awaited.set(requestText(request), call)
    const ended = (outcome: CallOutcome) => this.#ended(request, call, outcome)
    if (this.#underWay.size >= callsMax || this.#bytes + bytes.length > callBytesMax) {
      const underWay = `${this.#underWay.size} calls with ${this.#bytes} bytes are under way`
      ended(failed('overloaded', `${underWay}, of ${callsMax} with ${callBytesMax}`))
      return
    }
    this.#underWay.add(call)
    this.#bytes += bytes.length
    const leave = (outcome: CallOutcome) => {
      this.#underWay.delete(call)
      this.#bytes -= bytes.length
      ended(outcome)
    }
    const place = { ...this.#place, signal: call.signal }
    // What is thrown at once is a rejection here. The bytes are a value that others hold too.
    new Promise<unknown>((resolve) => resolve(this.#handler(bytes.slice(), place))).then(
      (result) => leave(outcomeOf(result)),
      (thrown: unknown) => leave(failed('threw', messageOf(thrown))),
    )
  }

  /** Nobody waits any more: what is under way is told so by its signal. */
  close(): void {
    this.#isClosed = true
    this.#awaited.clear()
    for (const call of this.#underWay) call.abort()
  }

  #ended(request: OwnRequest, call: AbortController, outcome: CallOutcome): void {
    const key = requestText(request)
    if (this.#awaited.get(key) !== call) return
    this.#awaited.delete(key)
    this.#answer({ type: 'called', request, outcome })
  }
}

function outcomeOf(result: unknown): CallOutcome {
  if (!(result instanceof Uint8Array)) {
    return failed('malformed', `the handler returned ${result === null ? 'null' : typeof result} and not a Uint8Array`)
  }
  if (result.length > resultBytesMax) {
    return failed('malformed', `the handler returned ${result.length} bytes, and may return ${resultBytesMax}`)
  }
  // The handler keeps what it returned.
  return { type: 'returned', bytes: new Uint8Array(result) }
}

const failed = (reason: Extract<CallOutcome, { type: 'failed' }>['reason'], text: string): CallOutcome => ({
  type: 'failed',
  reason,
  text: text.slice(0, textMax),
})
