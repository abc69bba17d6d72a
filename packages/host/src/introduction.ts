import {
  addressOf,
  type Clock,
  type Envelope,
  everyNode,
  type Logger,
  type NodeId,
  nodeOf,
  type Random,
} from '@quorate/core'
import { nodeGroup, nodeRole } from './addresses.js'
import type { Bus } from './bus.js'
import { StoreReplacedError } from './errors.js'
import { type Introduce, type Introduced, messages } from './generated/node.js'
import { hex, isSameStore, type Peers } from './peers.js'
import { jittered } from './random.js'

const askEveryMs = 250
const logEveryMs = 5000

/**
 * A store that was never introduced may be an empty disk under an old id. Before it speaks, the node asks all others of
 * its groups whether they know it with another store; and it answers those who ask.
 */
export class Introduction {
  readonly #node: NodeId
  readonly #store: Uint8Array
  readonly #others: ReadonlySet<NodeId>
  readonly #bus: Bus
  readonly #clock: Clock
  readonly #random: Random
  readonly #logger: Logger
  readonly #peers: Peers
  readonly #unanswered: Set<NodeId>
  readonly #done: () => void
  readonly #fail: (error: Error) => void
  #timer: unknown
  #isAsking = false
  #request = 0
  #logAtMs = 0

  constructor(options: {
    node: NodeId
    store: Uint8Array
    others: readonly NodeId[]
    bus: Bus
    clock: Clock
    random: Random
    logger: Logger
    peers: Peers
    /** All others have answered, and none knows another store. */
    done: () => void
    fail: (error: Error) => void
  }) {
    this.#node = options.node
    this.#store = options.store
    this.#others = new Set(options.others)
    this.#unanswered = new Set(options.others)
    this.#bus = options.bus
    this.#clock = options.clock
    this.#random = options.random
    this.#logger = options.logger
    this.#peers = options.peers
    this.#done = options.done
    this.#fail = options.fail
  }

  /** Asks until all have answered. */
  ask(): void {
    this.#isAsking = true
    this.#logAtMs = this.#clock.nowMs() + logEveryMs
    this.#askAgain()
  }

  stop(): void {
    this.#isAsking = false
    this.#clock.clearTimeout(this.#timer)
  }

  /** The others that have not answered yet. */
  get waitingFor(): readonly NodeId[] {
    return this.#isAsking ? [...this.#unanswered] : []
  }

  receive(envelope: Envelope, message: Introduce | Introduced): void {
    const node = nodeOf(envelope.from)
    if (!this.#others.has(node)) return
    if (message.type === 'Introduce') this.#answer(node, envelope.fromStore.slice(), message)
    else this.#answered(node, envelope.fromStore, message)
  }

  #answer(node: NodeId, store: Uint8Array, { request }: Introduce): void {
    const known = this.#peers.storeOf(node)
    if (known && !isSameStore(known, store)) {
      this.#logger.error(
        { node, store: hex(store), known: hex(known) },
        'a node came with another store than it is known with: it must not take part',
      )
      this.#say(node, { type: 'Introduced', request, store, otherStore: known })
      return
    }
    this.#peers.admit(node, store, () => {
      this.#say(node, { type: 'Introduced', request, store, otherStore: new Uint8Array(0) })
    })
  }

  #answered(node: NodeId, store: Uint8Array, { store: ours, otherStore }: Introduced): void {
    if (!this.#isAsking || !isSameStore(ours, this.#store)) return
    if (otherStore.length > 0) {
      this.#fail(
        new StoreReplacedError({ node: this.#node, peer: node, store: hex(this.#store), otherStore: hex(otherStore) }),
      )
      return
    }
    this.#peers.admit(node, store, () => {
      if (!this.#isAsking) return
      this.#unanswered.delete(node)
      if (this.#unanswered.size > 0) return
      this.stop()
      this.#done()
    })
  }

  #askAgain(): void {
    const address = addressOf(nodeGroup, nodeRole, everyNode)
    this.#bus.say(addressOf(nodeGroup, nodeRole, this.#node), address, messages, {
      type: 'Introduce',
      request: ++this.#request,
    })
    const nowMs = this.#clock.nowMs()
    if (nowMs >= this.#logAtMs) {
      this.#logAtMs = nowMs + logEveryMs
      this.#logger.info(
        { waitingFor: [...this.#unanswered] },
        'this store is new: waiting until every other node has said that it knows no older one (or start with bootstrap)',
      )
    }
    this.#timer = this.#clock.setTimeout(() => this.#askAgain(), jittered(this.#random, askEveryMs))
  }

  #say(node: NodeId, message: Introduced): void {
    this.#bus.say(addressOf(nodeGroup, nodeRole, this.#node), addressOf(nodeGroup, nodeRole, node), messages, message)
  }
}
