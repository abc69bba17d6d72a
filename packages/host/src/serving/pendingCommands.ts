import { type Command, type RequestId, sizeOf } from '@quorate/core'
import type { Part, TakenCommands } from './takenCommands.js'

/** What was handed to an actor as one proposal. */
interface Proposal {
  readonly request: RequestId
  readonly parts: Part[]
  readonly sinceMs: number
  open: number
}

interface Waiting {
  readonly part: Part
  readonly proposal: Proposal
}

/** Who waits for which command, by session and sequence; answered from apply, on the node that was asked. */
export class PendingCommands implements TakenCommands {
  readonly #keepMs: number
  readonly #sessions = new Map<number, Map<number, Waiting>>()
  readonly #openings = new Map<string, Waiting>()
  readonly #proposals = new Map<RequestId, Proposal>()
  #commands = 0
  #bytes = 0

  /**
   * `keepMs` is how long a command may be thought to be in flight. For ever, where the actor that takes it also sees it
   * decided, or says that it leads no more; not where another actor decides and may never hear of it.
   */
  constructor(keepMs: number = Number.POSITIVE_INFINITY) {
    this.#keepMs = keepMs
  }

  /** Commands that wait. */
  get commands(): number {
    return this.#commands
  }
  /** Their size, in bytes. */
  get bytes(): number {
    return this.#bytes
  }

  /** True if somebody waits for this command already: it is in flight. */
  has(command: Command): boolean {
    return this.#find(command) !== undefined
  }

  /** One more part of a proposal. None of its commands may wait already. */
  add(request: RequestId, part: Part, nowMs: number): void {
    const proposal = this.#proposals.get(request) ?? { request, parts: [], sinceMs: nowMs, open: 0 }
    this.#proposals.set(request, proposal)
    proposal.parts.push(part)
    proposal.open += part.open
    this.#commands += part.open
    const waiting = { part, proposal }
    for (const command of part.commands) {
      if (command.kind === 'openSession') this.#openings.set(keyOf(command), waiting)
      else this.#of(command.session).set(command.sequence, waiting)
      this.#bytes += sizeOf(command)
    }
  }

  /** Who waits for this command; nobody does afterwards. */
  take(command: Command): Part | undefined {
    const waiting = this.#find(command)
    if (!waiting) return undefined
    this.#forget(command)
    waiting.part.open--
    waiting.proposal.open--
    if (waiting.proposal.open === 0) this.#proposals.delete(waiting.proposal.request)
    return waiting.part
  }

  /** Those of a proposal who still wait, each with commands that are open; nobody does afterwards. */
  takeProposal(request: RequestId): readonly Part[] {
    const proposal = this.#proposals.get(request)
    if (!proposal) return []
    this.#proposals.delete(request)
    const parts = proposal.parts.filter(({ open }) => open > 0)
    for (const part of parts) {
      for (const command of part.commands) if (this.#find(command)?.part === part) this.#forget(command)
      part.open = 0
    }
    return parts
  }

  /** All who wait; nobody does afterwards. */
  takeAll(): readonly Part[] {
    return [...this.#proposals.keys()].flatMap((request) => this.takeProposal(request))
  }

  expire(nowMs: number): void {
    for (const { request, sinceMs } of this.#proposals.values()) {
      if (nowMs - sinceMs < this.#keepMs) break
      this.takeProposal(request)
    }
  }

  /** Who waits is answered from here, and by nobody else. */
  clientOf(): undefined {
    return undefined
  }

  #find(command: Command): Waiting | undefined {
    if (command.kind === 'openSession') return this.#openings.get(keyOf(command))
    return this.#sessions.get(command.session)?.get(command.sequence)
  }

  #forget(command: Command): void {
    this.#commands--
    this.#bytes -= sizeOf(command)
    if (command.kind === 'openSession') {
      this.#openings.delete(keyOf(command))
      return
    }
    const session = this.#sessions.get(command.session)
    session?.delete(command.sequence)
    if (session?.size === 0) this.#sessions.delete(command.session)
  }

  #of(session: number): Map<number, Waiting> {
    const known = this.#sessions.get(session)
    if (known) return known
    const waiting = new Map<number, Waiting>()
    this.#sessions.set(session, waiting)
    return waiting
  }
}

/** Commands that open a session have none yet: they are known by the client's name and its own number. */
const keyOf = ({ bytes, sequence }: Command): string => `${textDecoder.decode(bytes)}/${sequence}`

const textDecoder = new TextDecoder()
