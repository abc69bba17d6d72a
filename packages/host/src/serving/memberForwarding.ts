import { addressOf, type Envelope, type NodeId } from '@quorate/core'
import { answersRole, isClientName } from '../bus/addresses.js'
import type { DropLog } from '../bus/dropLog.js'
import { type ClientMessage, messages, type QueryAt } from '../generated/client.js'
import type { Membership } from '../identity/membership.js'
import type { ClientCommands } from './clientCommands.js'
import type { OwnQueries } from './queries.js'
import type { Responder } from './responder.js'

/**
 * What members hand on to each other for clients, where one that orders is not one that applies: queries to who can answer
 * them, and results to who knows the client. Members are known by their store, as they are among roles.
 */
export class MemberForwarding {
  readonly #responder: Responder
  readonly #drops: DropLog
  readonly #membership: Membership
  readonly #ordering: () => readonly NodeId[]
  readonly #applying: () => readonly NodeId[]
  readonly #queries: OwnQueries | undefined
  readonly #commands: ClientCommands | undefined
  #isStopping = false

  constructor(options: {
    responder: Responder
    /** Members that take commands, and that execute them. */
    ordering: () => readonly NodeId[]
    applying: () => readonly NodeId[]
    drops: DropLog
    membership: Membership
    queries: OwnQueries | undefined
    commands: ClientCommands | undefined
  }) {
    this.#responder = options.responder
    this.#drops = options.drops
    this.#membership = options.membership
    this.#ordering = options.ordering
    this.#applying = options.applying
    this.#queries = options.queries
    this.#commands = options.commands
  }

  receive(envelope: Envelope, node: NodeId): void {
    // What it says to all members it hears itself.
    if (envelope.from === this.#responder.address) return
    if (!this.#mayBeFrom(node, envelope.type)) {
      this.#drops.note('unknownSender', { from: envelope.from, to: envelope.to, type: envelope.type }, envelope)
      return
    }
    if (!this.#membership.agrees(node, envelope)) return
    const take = (): void => {
      const message = this.#responder.bus.read<ClientMessage>(messages, envelope)
      if (message?.type === 'Results') this.#commands?.handOn(message)
      else if (message?.type === 'QueryAt') this.#answer(envelope, message)
    }
    this.#membership.admit(node, envelope, take)
  }

  /** Refers clients to others. */
  stop(): void {
    this.#isStopping = true
  }

  /** Who orders hands on queries, and who applies hands on results. */
  #mayBeFrom(node: NodeId, type: string): boolean {
    if (type === 'QueryAt') return this.#ordering().includes(node)
    return type === 'Results' && this.#applying().includes(node)
  }

  #answer({ from, to, type }: Envelope, message: QueryAt): void {
    if (!this.#queries) {
      this.#drops.note('misaddressed', { from, to, type })
      return
    }
    if (!isClientName(message.client)) {
      this.#drops.note('malformed', { from, to, type, client: message.client })
      return
    }
    const client = addressOf(this.#responder.group, answersRole, message.client)
    if (this.#isStopping) this.#responder.refuse({ client, request: message.request }, 'stopping', false)
    else this.#queries.answer(client, message, message.index)
  }
}
