import {
  addressOf,
  type Clock,
  type Envelope,
  everyNode,
  type Logger,
  type NodeId,
  noBytes,
  nodeOf,
  type Random,
} from '@quorate/core'
import { nodeGroup, nodeRole } from '../bus/addresses.js'
import type { Bus } from '../bus/bus.js'
import { StoreReplacedError } from '../errors.js'
import { type Introduce, type Introduced, messages } from '../generated/node.js'
import { jittered } from '../system/random.js'
import type { Accord } from './accord.js'
import { hex, isSameStore, type PeerStores } from './peerStores.js'

const askEveryMs = 250
const logEveryMs = 5000

/**
 * A store that was never introduced may be an empty disk under an old id. Before it speaks, the node asks all others of
 * its groups whether they know it with another store; and it answers those who ask.
 */
export class StoreHandshake {
  readonly #node: NodeId
  readonly #store: Uint8Array
  readonly #others: ReadonlySet<NodeId>
  readonly #bus: Bus
  readonly #clock: Clock
  readonly #random: Random
  readonly #logger: Logger
  readonly #peerStores: PeerStores
  readonly #accord: Accord
  readonly #unanswered: Set<NodeId>
  /** Those of them that said that no group of theirs names this node. */
  readonly #strangers = new Set<NodeId>()
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
    peerStores: PeerStores
    accord: Accord
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
    this.#peerStores = options.peerStores
    this.#accord = options.accord
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
    if (message.type === 'Introduce') this.#answer(node, envelope, message)
    else if (this.#others.has(node)) this.#answered(node, envelope, message)
  }

  #answer(node: NodeId, envelope: Envelope, { request, groups }: Introduce): void {
    const store = envelope.fromStore.slice()
    const isStranger = !this.#others.has(node)
    const others = this.#accord.differing(groups)
    const answer: Introduced = { type: 'Introduced', request, store, otherStore: noBytes, others, isStranger }
    if (isStranger || others.length > 0) {
      if (others.length > 0)
        this.#logger.error(
          { node, others },
          'a node came with other members, quorums or settings of a group: it must not take part',
        )
      this.#publish(node, answer)
      return
    }
    const known = this.#peerStores.storeOf(node)
    if (known && !isSameStore(known, store)) {
      this.#logger.error(
        { node, store: hex(store), known: hex(known) },
        'a node came with another store than it is known with: it must not take part',
      )
      this.#publish(node, { ...answer, otherStore: known })
      return
    }
    this.#peerStores.admit(node, envelope, () => this.#publish(node, answer))
  }

  #answered(node: NodeId, envelope: Envelope, { store: ours, otherStore, others, isStranger }: Introduced): void {
    if (!this.#isAsking || !isSameStore(ours, this.#store)) return
    const changed = this.#accord.errorOf(node, others)
    if (changed) {
      this.#fail(changed)
      return
    }
    if (isStranger) {
      this.#strangers.add(node)
      return
    }
    this.#strangers.delete(node)
    if (otherStore.length > 0) {
      this.#fail(
        new StoreReplacedError({ node: this.#node, peer: node, store: hex(this.#store), otherStore: hex(otherStore) }),
      )
      return
    }
    this.#peerStores.admit(node, envelope, () => {
      if (!this.#isAsking) return
      this.#unanswered.delete(node)
      if (this.#unanswered.size > 0) return
      this.stop()
      this.#done()
    })
  }

  #askAgain(): void {
    const address = addressOf(nodeGroup, nodeRole, everyNode)
    this.#bus.publish(addressOf(nodeGroup, nodeRole, this.#node), address, messages, {
      type: 'Introduce',
      request: ++this.#request,
      groups: this.#accord.charters.map(({ group, text }) => ({ group, charter: text })),
    })
    const nowMs = this.#clock.nowMs()
    if (nowMs >= this.#logAtMs) {
      this.#logAtMs = nowMs + logEveryMs
      this.#sayWhyItWaits()
    }
    this.#timer = this.#clock.setTimeout(() => this.#askAgain(), jittered(this.#random, askEveryMs))
  }

  #sayWhyItWaits(): void {
    const waitingFor = [...this.#unanswered]
    if (this.#strangers.size === 0) {
      this.#logger.info(
        { waitingFor },
        'this store is new: waiting until every other node has started and said that it knows no older one',
      )
      return
    }
    this.#logger.warn(
      { waitingFor, strangers: [...this.#strangers] },
      `waiting: these nodes run, and none of their groups names node ${this.#node}; start them with the groups of this node`,
    )
  }

  #publish(node: NodeId, message: Introduced): void {
    this.#bus.publish(
      addressOf(nodeGroup, nodeRole, this.#node),
      addressOf(nodeGroup, nodeRole, node),
      messages,
      message,
    )
  }
}
