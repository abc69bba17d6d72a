import { type Address, type Applied, addressOf, clientOf, type Entry, everyNode } from '@quorate/core'
import { answersRole, clientRole } from '../bus/addresses.js'
import type { Applier } from '../engine/applier.js'
import type { PendingCommands } from './pendingCommands.js'
import type { Asker, Responder } from './responder.js'
import { ResultsByClient } from './results.js'

/** Answers commands when the state machine of this node has applied them, each client with one message. */
export class CommandResults {
  readonly #responder: Responder
  readonly #applier: Applier
  readonly #pendingCommands: PendingCommands | undefined

  /** `pendingCommands` are those whose commands this node took. */
  constructor(responder: Responder, applier: Applier, pendingCommands: PendingCommands | undefined) {
    this.#responder = responder
    this.#applier = applier
    this.#pendingCommands = pendingCommands
  }

  /** Answers who waits here, and of `toAnswer`, in the order of `applied`, also those whose commands others took. */
  applied(applied: readonly Applied[], toAnswer: readonly Applied[]): void {
    if (toAnswer.length === 0 && !this.#pendingCommands?.commands) return
    const results = new ResultsByClient()
    let position = 0
    for (const each of applied) {
      const { entry, outcome } = each
      const isToAnswer = each === toAnswer[position]
      if (isToAnswer) position++
      if (entry.kind !== 'command' && entry.kind !== 'openSession') continue
      const client = this.#pendingCommands?.take(entry)?.client ?? (isToAnswer ? this.#clientOf(entry) : undefined)
      if (client === undefined) continue
      if (entry.kind === 'command') results.add(client, entry.session, entry.sequence, outcome)
      else this.#answerOpening({ client, request: entry.sequence }, each)
    }
    this.#responder.sendResults(results)
  }

  #answerOpening(asker: Asker, { session, outcome }: Applied): void {
    if (session !== undefined) this.#responder.sendSessionOpened(asker.client, asker.request, session)
    else if (outcome.status === 'failed') this.#responder.refuse(asker, 'sessionsFull', false)
    // Or the client has asked for another one since, and does not wait for this.
  }

  /** Whose command it was. Where its session has expired nobody knows, but for the member that took the command. */
  #clientOf(entry: Entry): Address {
    const { group } = this.#responder
    const name =
      entry.kind === 'openSession' ? clientOf(entry) : this.#applier.appliedState.sessions.get(entry.session)?.client
    return name === undefined ? addressOf(group, clientRole, everyNode) : addressOf(group, answersRole, name)
  }
}
