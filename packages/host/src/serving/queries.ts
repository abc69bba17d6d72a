import { type Address, addressOf, failureTextMax, type NodeId, nodeOf, textOf } from '@quorate/core'
import { clientRole } from '../bus/addresses.js'
import type { Applier } from '../engine/applier.js'
import type { Answer, Query, Question, RefusalReason } from '../generated/client.js'
import type { Responder } from './responder.js'
import { publishAnswers } from './results.js'

/** Questions that one message of a client brought. */
type Asked = Pick<Query, 'request' | 'questions'>

/** By whom the questions of a group's clients are answered. */
export interface Queries {
  /** Messages whose questions wait here until enough is applied. */
  readonly waiting: number
  /** Their size. */
  readonly waitingBytes: number
  /** Has questions answered once everything up to `at` is applied. */
  answer(client: Address, query: Query, at: number): void
  refuseAll(reason: RefusalReason): void
}

/** Messages that may wait, and bytes of questions in them; what comes beyond is refused. */
const waitingMax = 16_384
const waitingBytesMax = 64 * 1024 * 1024

/** What the questions of a message count against a limit in bytes. */
export const bytesOf = (questions: readonly Question[]): number =>
  questions.reduce((sum, { bytes }) => sum + bytes.length, 0)

/** Answers from the state machine of this node. */
export class OwnQueries implements Queries {
  readonly #responder: Responder
  readonly #applier: Applier
  readonly #waiting = new Set<{ readonly client: Address; readonly request: number }>()
  #waitingBytes = 0

  constructor(responder: Responder, applier: Applier) {
    this.#responder = responder
    this.#applier = applier
  }

  get waiting(): number {
    return this.#waiting.size
  }
  get waitingBytes(): number {
    return this.#waitingBytes
  }

  answer(client: Address, { request, questions }: Asked, at: number): void {
    if (this.#applier.appliedState.applied.index >= at) {
      this.#answer(client, questions)
      return
    }
    const asker = { client, request }
    const bytes = bytesOf(questions)
    if (this.#waiting.size >= waitingMax || this.#waitingBytes + bytes > waitingBytesMax) {
      this.#responder.refuse(asker, 'overloaded', false)
      return
    }
    this.#waiting.add(asker)
    this.#waitingBytes += bytes
    this.#applier.whenApplied(at, () => {
      if (!this.#waiting.delete(asker)) return
      this.#waitingBytes -= bytes
      this.#answer(client, questions)
    })
  }

  refuseAll(reason: RefusalReason): void {
    for (const asker of this.#waiting) this.#responder.refuse(asker, reason, false)
    this.#waiting.clear()
    this.#waitingBytes = 0
  }

  #answer(client: Address, questions: readonly Question[]): void {
    const { index } = this.#applier.appliedState.applied
    const answers = questions.map(({ number, bytes }): Answer => {
      try {
        return { number, index, status: 'ok', bytes: this.#applier.query(bytes) }
      } catch (error) {
        return { number, index, status: 'failed', bytes: textEncoder.encode(textOf(error).slice(0, failureTextMax)) }
      }
    })
    publishAnswers(this.#responder.bus, this.#responder.address, client, answers)
  }
}

/**
 * Has questions answered by members with a state machine, where this node has none. A forward that is lost is not noticed
 * here: the client asks again, and says so, and another member is chosen.
 */
export class ForwardedQueries implements Queries {
  readonly waiting = 0
  readonly waitingBytes = 0
  readonly #responder: Responder
  readonly #nodes: () => readonly NodeId[]

  /** `nodes` are those with a state machine. */
  constructor(responder: Responder, nodes: () => readonly NodeId[]) {
    this.#responder = responder
    this.#nodes = nodes
  }

  answer(client: Address, { request, attempt, questions }: Query, at: number): void {
    const name = nodeOf(client)
    const start = spread(`${name}/${questions[0]?.number}`)
    const nodes = this.#nodes()
    const node = nodes[(start + attempt) % nodes.length]
    if (node === undefined) return
    const to = addressOf(this.#responder.group, clientRole, node)
    this.#responder.send(to, { type: 'QueryAt', client: name, request, index: at, questions })
  }

  refuseAll(): void {}
}

/** Another number for almost every text, so that the members share the work (FNV-1a). */
function spread(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  // The low bits, of which few are looked at, have seen the least.
  return (hash ^ (hash >>> 15)) >>> 0
}

const textEncoder = new TextEncoder()
