import { type Address, addressOf, type Envelope, type NodeId, nodeOf } from '@quorate/core'
import { nodeGroup, nodeRole } from '../bus/addresses.js'
import type { Bus } from '../bus/bus.js'
import { StoreClonedError } from '../errors.js'
import { messages, type OtherStart } from '../generated/node.js'
import { isSameStore } from './peerStores.js'

/**
 * Whether another process runs under the id of this node, with a copy of its store. Both hear what is said to the node: the
 * one that was started earlier stops.
 */
export class Twins {
  readonly #address: Address
  readonly #store: Uint8Array
  readonly #start: number
  readonly #bus: Bus
  readonly #fail: (error: Error) => void
  #isThere = false

  constructor(options: { node: NodeId; store: Uint8Array; start: number; bus: Bus; fail: (error: Error) => void }) {
    this.#address = addressOf(nodeGroup, nodeRole, options.node)
    this.#store = options.store
    this.#start = options.start
    this.#bus = options.bus
    this.#fail = options.fail
  }

  /** This node is there from now on. */
  begin(): void {
    this.#isThere = true
    this.#publish()
  }

  /** What the node itself said, or another that takes itself for it. */
  receive({ fromStore, fromStart }: Envelope): void {
    if (!this.#isThere || fromStart === undefined || fromStart === this.#start) return
    if (!isSameStore(fromStore, this.#store)) return
    if (fromStart < this.#start) this.#publish()
    else this.#fail(new StoreClonedError(nodeOf(this.#address)))
  }

  /** Another node knows a later start. Whoever is in it hears this one, and answers. */
  told({ start }: OtherStart): void {
    if (this.#isThere && start > this.#start) this.#publish()
  }

  /** A node speaks in another start of its store than the last one. */
  tell(node: NodeId, last: number): void {
    this.#bus.publish(this.#address, addressOf(nodeGroup, nodeRole, node), messages, {
      type: 'OtherStart',
      start: last,
    })
  }

  #publish(): void {
    this.#bus.publish(this.#address, this.#address, messages, { type: 'Present' })
  }
}
