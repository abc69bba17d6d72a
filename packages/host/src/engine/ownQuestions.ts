import { messageOf, type OwnRequest, type Question, type QuestionOutcome, requestText } from '@quorate/core'

/** What may be under way of one kind of question of a role on a node, and how large an answer may be. */
export const questionsMax = 1024
export const questionBytesMax = 16 * 1024 * 1024
export const answerBytesMax = 1024 * 1024

const textMax = 1000

/** A question whose answer takes time. */
type Asked = Exclude<Question, { readonly type: 'choose' }>

/** How questions of one kind are answered. */
export interface Answering<Of extends Asked, Reason extends string> {
  /** May do and throw whatever it wants. The signal is aborted when nobody waits any more. */
  perform(question: Of, signal: AbortSignal): unknown
  /** Why there is no answer. */
  reasonOf(what: 'overloaded' | 'malformed' | { readonly thrown: unknown }): Reason
  /** Called with what came of each question, also within {@link OwnQuestions.begin}, and not after `close`. */
  tell(request: OwnRequest, outcome: QuestionOutcome<Reason>): void
}

/** What a role asked, of one kind, and what is being done about it. Nobody waits for that but the role. */
export class OwnQuestions<Of extends Asked, Reason extends string> {
  readonly #answering: Answering<Of, Reason>
  /** One for each question: who performs it may leave listeners behind. */
  readonly #underWay = new Set<AbortController>()
  /** By request: the question whose answer the role waits for. */
  readonly #awaited = new Map<string, AbortController>()
  #bytes = 0
  #isClosed = false

  constructor(answering: Answering<Of, Reason>) {
    this.#answering = answering
  }

  begin(question: Of): void {
    if (this.#isClosed) return
    const { request, bytes } = question
    const own = new AbortController()
    this.#awaited.set(requestText(request), own)
    const ended = (outcome: QuestionOutcome<Reason>) => this.#ended(request, own, outcome)
    if (this.#underWay.size >= questionsMax || this.#bytes + bytes.length > questionBytesMax) {
      const underWay = `${this.#underWay.size} with ${this.#bytes} bytes are under way`
      ended(this.#failed('overloaded', `${underWay}, of ${questionsMax} with ${questionBytesMax}`))
      return
    }
    this.#underWay.add(own)
    this.#bytes += bytes.length
    const leave = (outcome: QuestionOutcome<Reason>) => {
      this.#underWay.delete(own)
      this.#bytes -= bytes.length
      ended(outcome)
    }
    // What is thrown at once is a rejection here.
    new Promise<unknown>((resolve) => resolve(this.#answering.perform(question, own.signal))).then(
      (result) => leave(this.#outcomeOf(result)),
      (thrown: unknown) => leave(this.#failed({ thrown }, messageOf(thrown))),
    )
  }

  /** Nobody waits any more: what is under way is told so by its signal. */
  close(): void {
    this.#isClosed = true
    this.#awaited.clear()
    for (const own of this.#underWay) own.abort()
  }

  #ended(request: OwnRequest, own: AbortController, outcome: QuestionOutcome<Reason>): void {
    const key = requestText(request)
    if (this.#awaited.get(key) !== own) return
    this.#awaited.delete(key)
    this.#answering.tell(request, outcome)
  }

  #outcomeOf(result: unknown): QuestionOutcome<Reason> {
    if (!(result instanceof Uint8Array)) {
      const found = result === null ? 'null' : typeof result
      return this.#failed('malformed', `what was returned is ${found} and not a Uint8Array`)
    }
    if (result.length > answerBytesMax) {
      return this.#failed('malformed', `${result.length} bytes were returned, and may be ${answerBytesMax}`)
    }
    try {
      // Whoever returned it may hold it still.
      return { type: 'returned', bytes: new Uint8Array(result) }
    } catch (error) {
      // It was transferred, to a worker perhaps.
      return this.#failed('malformed', `what was returned has no bytes any more: ${messageOf(error)}`)
    }
  }

  #failed(what: Parameters<Answering<Of, Reason>['reasonOf']>[0], text: string): QuestionOutcome<Reason> {
    return { type: 'failed', reason: this.#answering.reasonOf(what), text: text.slice(0, textMax) }
  }
}
