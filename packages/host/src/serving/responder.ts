import { type Address, addressOf, type Clock, type NodeId, type RoleStatus } from '@quorate/core'
import { clientRole } from '../bus/addresses.js'
import type { Bus } from '../bus/bus.js'
import { type ClientMessage, messages, type RefusalReason } from '../generated/client.js'
import type { RecentRequests } from './recentRequests.js'
import type { RequestMemory } from './requestMemories.js'
import type { ResultsByClient } from './results.js'

/** What one member of a group says to clients, and for clients to other members. */
export class Responder {
  readonly group: string
  readonly node: NodeId
  /** Where this member hears clients. */
  readonly address: Address
  readonly bus: Bus
  readonly #status: () => RoleStatus
  readonly #incarnation: () => number
  readonly #members: () => readonly NodeId[]
  readonly #membersVersion: () => number
  /** A client takes a refusal for a proof that what it asked for was not done. */
  readonly #refused: RecentRequests

  constructor(options: {
    group: string
    node: NodeId
    bus: Bus
    clock: Clock
    /** Of the actor that clients turn to, as it is now. */
    status: () => RoleStatus
    /** Which life of the group this is, as far as this member knows; 0 where it has no state machine. */
    incarnation: () => number
    memory: Pick<RequestMemory, 'refused'>
    /** All that clients may ask, where any of them may be asked; else none. */
    members: () => readonly NodeId[]
    membersVersion: () => number
  }) {
    this.group = options.group
    this.node = options.node
    this.address = addressOf(options.group, clientRole, options.node)
    this.bus = options.bus
    this.#status = options.status
    this.#incarnation = options.incarnation
    this.#members = options.members
    this.#membersVersion = options.membersVersion
    this.#refused = options.memory.refused
  }

  /** True if clients are right here. */
  get serves(): boolean {
    return this.#status().serves
  }

  /** Where the log ends that this member knows to be decided; 0 where it does not know. */
  get committed(): number {
    return this.#status().committed ?? 0
  }

  send(to: Address, message: ClientMessage): void {
    this.bus.publish(this.address, to, messages, message)
  }

  sendResults(results: ResultsByClient): void {
    results.publish(this.bus, this.address, this.#incarnation())
  }

  sendSessionOpened(client: Address, request: number, session: number): void {
    this.send(client, { type: 'SessionOpened', request, session, incarnation: this.#incarnation() })
  }

  sendWhoLeads(client: Address, request: number): void {
    const { epoch, whom } = this.#whom()
    const [members, membersVersion] = [this.#members(), this.#membersVersion()]
    const about = { incarnation: this.#incarnation(), waitingFor: [], members, membersVersion }
    this.send(client, { type: 'Leader', request, epoch, ...about, ...(whom !== undefined && { node: whom }) })
  }

  /** Refuses a message, or those commands of it. `maybeTaken` unless it is certain that it had no effect. */
  refuse(
    { client, request }: Asker,
    reason: RefusalReason,
    maybeTaken: boolean,
    sequences: readonly number[] = [],
  ): void {
    if (sequences.length === 0) this.#refused.note(client, request)
    const { epoch, whom } = this.#whom()
    const refused = { type: 'Refused', request, sequences, reason, maybeTaken, epoch } as const
    this.send(client, { ...refused, incarnation: this.#incarnation(), ...(whom !== undefined && { leader: whom }) })
  }

  /** To whom clients turn, as far as this member knows: to itself while it serves them, whoever leads then. */
  #whom(): { readonly epoch: number; readonly whom: NodeId | undefined } {
    const { serves, leader, epoch = 0 } = this.#status()
    return { epoch, whom: serves ? this.node : leader }
  }

  /**
   * True if this very message was refused: it is a copy. Its client counts on its having no effect; or, where it may have been
   * taken before this member was deposed, a second refusal, without that word, would be a proof of what is not so.
   */
  hasRefused(client: Address, request: number): boolean {
    return this.#refused.has(client, request)
  }
}

/** Who asked for something with one message. */
export interface Asker {
  /** Where the client hears answers. */
  readonly client: Address
  /** The client's own number of its message. */
  readonly request: number
}
