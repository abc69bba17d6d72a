import { type Address, addressOf, everyNode, type NodeId, nodeOf, type Subscription } from '@quorate/core'
import { answersRole, clientRole } from '../bus/addresses.js'
import type { Bus } from '../bus/bus.js'
import { type ClientMessage, messages } from '../generated/client.js'

/** How one client speaks with the members of one group. */
export class ClientLink {
  readonly id: string
  readonly group: string
  readonly #bus: Bus
  readonly #outage: () => string | undefined
  readonly #address: Address
  readonly #subscription: Subscription
  /** In which start of its store each member was when it was last heard. */
  readonly #starts = new Map<NodeId, number>()
  #isReady = false

  constructor(options: {
    bus: Bus
    group: string
    id: string
    /** What is to be said of a bus that is, or was, away. */
    outage: () => string | undefined
    receive: (message: ClientMessage, from: NodeId) => void
    /** Answers will be heard from now on. */
    ready: () => void
    failed: (error: unknown) => void
  }) {
    const { bus, group, id, receive, ready } = options
    this.id = id
    this.group = group
    this.#bus = bus
    this.#outage = options.outage
    this.#address = addressOf(group, answersRole, id)
    this.#subscription = bus.subscribeClients(this.#address, (envelope) => {
      const message = bus.read<ClientMessage>(messages, envelope)
      if (!message) return
      const node = nodeOf(envelope.from)
      if (envelope.fromStart !== undefined) this.#starts.set(node, envelope.fromStart)
      receive(message, node)
    })
    this.#subscription.ready.then(() => {
      this.#isReady = true
      ready()
    }, options.failed)
  }

  get cluster(): string {
    return this.#bus.cluster
  }

  /** What to call the bus in messages to people. */
  get bus(): string {
    return this.#bus.label
  }

  /** That the bus cannot be reached, or could not until just now, in words; `undefined` of a bus that is there. */
  get outage(): string | undefined {
    return this.#outage()
  }

  /** True when answers are heard. Nothing should be asked before. */
  get isReady(): boolean {
    return this.#isReady
  }

  /** Room for the fields of one message, in bytes: also when a member hands it on with the name of this client. */
  get bytesMax(): number {
    return this.#bus.bytesMax - 704
  }

  /** In which start of its store a member was when it was last heard; `undefined` before that. */
  startOf(node: NodeId): number | undefined {
    return this.#starts.get(node)
  }

  ask(node: NodeId, message: ClientMessage): void {
    this.#bus.publish(this.#address, addressOf(this.group, clientRole, node), messages, message)
  }

  askAll(message: ClientMessage): void {
    this.ask(everyNode, message)
  }

  close(): Promise<void> {
    return this.#subscription.close()
  }
}
