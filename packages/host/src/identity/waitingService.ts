import { addressOf, type Envelope, everyNode, type NodeId, parseAddress, type Subscription } from '@quorate/core'
import { answersRole, clientRole, isClientName } from '../bus/addresses.js'
import type { Bus } from '../bus/bus.js'
import { type ClientMessage, messages } from '../generated/client.js'

/** Tells clients for whom a node waits before it takes part in its groups, so that they can say why nobody serves them. */
export class WaitingService {
  readonly #node: NodeId
  readonly #bus: Bus
  readonly #waitingFor: () => readonly NodeId[]
  #subscriptions: readonly Subscription[] = []

  constructor(options: { node: NodeId; bus: Bus; waitingFor: () => readonly NodeId[] }) {
    this.#node = options.node
    this.#bus = options.bus
    this.#waitingFor = options.waitingFor
  }

  /** Resolves when the clients of these groups are heard. */
  async listen(groups: readonly string[]): Promise<void> {
    this.#subscriptions = groups.map((group) =>
      this.#bus.subscribe(addressOf(group, clientRole, everyNode), (envelope) => this.#receive(group, envelope)),
    )
    await Promise.all(this.#subscriptions.map(({ ready }) => ready))
  }

  async stop(): Promise<void> {
    await Promise.all(this.#subscriptions.map((subscription) => subscription.close()))
  }

  #receive(group: string, envelope: Envelope): void {
    const from = parseAddress(envelope.from)
    if (from?.group !== group || from.role !== answersRole || !isClientName(from.node)) return
    const message = this.#bus.read<ClientMessage>(messages, envelope)
    if (message?.type !== 'WhoLeads') return
    this.#bus.publish(addressOf(group, clientRole, this.#node), envelope.from, messages, {
      type: 'Leader',
      request: message.request,
      epoch: 0,
      incarnation: 0,
      waitingFor: this.#waitingFor(),
      members: [],
      membersVersion: 0,
    })
  }
}
