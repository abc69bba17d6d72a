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
import { type MembersChangedError, StoreReplacedError } from '../errors.js'
import { type Introduce, type Introduced, messages } from '../generated/node.js'
import { jittered } from '../system/random.js'
import type { Accord } from './accord.js'
import { hex, isSameStore, type PeerStores } from './peerStores.js'

const askEveryMs = 250
const logEveryMs = 5000

/** Somebody waits until all of these have answered. */
interface Waiting {
  readonly unanswered: Set<NodeId>
  readonly done: () => void
}

/**
 * A store that was never introduced may be an empty disk under an old id. Before it speaks, the node asks all others of
 * its groups whether they know it with another store; and it answers those who ask.
 */
export class StoreHandshake {
  readonly #node: NodeId
  readonly #store: Uint8Array
  /** Other nodes of this one's groups, and how many of the groups name each. */
  readonly #others = new Map<NodeId, number>()
  readonly #bus: Bus
  readonly #clock: Clock
  readonly #random: Random
  readonly #logger: Logger
  readonly #peerStores: PeerStores
  readonly #accord: Accord
  /** Who waits for whom to answer. */
  readonly #waiting = new Set<Waiting>()
  /** Those of them that said that no group of theirs names this node. */
  readonly #strangers = new Set<NodeId>()
  readonly #fail: (error: Error) => void
  readonly #differs: (error: MembersChangedError) => void
  #timer: unknown
  #request = 0
  #logAtMs = 0

  constructor(options: {
    node: NodeId
    store: Uint8Array
    bus: Bus
    clock: Clock
    random: Random
    logger: Logger
    peerStores: PeerStores
    accord: Accord
    fail: (error: Error) => void
    /** A group of this node is another one than the others know. */
    differs: (error: MembersChangedError) => void
  }) {
    this.#node = options.node
    this.#store = options.store
    this.#bus = options.bus
    this.#clock = options.clock
    this.#random = options.random
    this.#logger = options.logger
    this.#peerStores = options.peerStores
    this.#accord = options.accord
    this.#fail = options.fail
    this.#differs = options.differs
  }

  /** A group of this node names them. */
  meet(nodes: readonly NodeId[]): void {
    for (const node of nodes) this.#others.set(node, (this.#others.get(node) ?? 0) + 1)
  }

  /** A group that named them is no more one of this node. */
  part(nodes: readonly NodeId[]): void {
    for (const node of nodes) {
      const groups = (this.#others.get(node) ?? 0) - 1
      if (groups > 0) this.#others.set(node, groups)
      else this.#others.delete(node)
    }
  }

  /** Asks those nodes until all have answered, and none knows another store: then `done` is called, unless that was cancelled. */
  ask(nodes: readonly NodeId[], done: () => void): { cancel(): void } {
    const waiting: Waiting = { unanswered: new Set(nodes), done }
    this.#waiting.add(waiting)
    if (this.#timer === undefined) {
      this.#logAtMs = this.#clock.nowMs() + logEveryMs
      this.#askAgain()
    }
    return {
      cancel: () => {
        this.#waiting.delete(waiting)
        if (this.#waiting.size === 0) this.stop()
      },
    }
  }

  stop(): void {
    this.#waiting.clear()
    this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** The others that have not answered yet. */
  get waitingFor(): readonly NodeId[] {
    return [...new Set([...this.#waiting].flatMap(({ unanswered }) => [...unanswered]))]
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
    if (this.#waiting.size === 0 || !isSameStore(ours, this.#store)) return
    const changed = this.#accord.errorOf(node, others)
    if (changed) {
      this.#differs(changed)
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
      const done = [...this.#waiting].filter(({ unanswered }) => unanswered.delete(node) && unanswered.size === 0)
      for (const waiting of done) this.#waiting.delete(waiting)
      if (this.#waiting.size === 0) this.stop()
      for (const waiting of done) waiting.done()
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
    const { waitingFor } = this
    if (this.#strangers.size === 0) {
      this.#logger.info(
        { waitingFor },
        'these nodes do not know this store yet: waiting until each has started and said that it knows no older one',
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
