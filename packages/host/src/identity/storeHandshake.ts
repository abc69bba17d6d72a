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
import type { Charter } from '../topology/charter.js'
import type { Accord } from './accord.js'
import type { Joining } from './joining.js'
import { hex, isSameStore, type PeerStores } from './peerStores.js'
import type { Rosters } from './roster.js'

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
  readonly #rosters: Rosters
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
  readonly #joining: Joining
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
    rosters: Rosters
    joining: Joining
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
    this.#rosters = options.rosters
    this.#joining = options.joining
    this.#fail = options.fail
    this.#differs = options.differs
  }

  /** Asks a node that speaks in a group which this one joins whether it is a member now. */
  knock(group: string, node: NodeId): void {
    if (!this.#joining.mayAsk(group)) return
    const charters = this.#accord.charters.filter((charter) => charter.group === group)
    this.#ask(node, charters)
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
    else if (this.#rosters.has(node) || this.#joining.groups.length > 0) this.#answered(node, envelope, message)
  }

  #answer(node: NodeId, envelope: Envelope, { request, groups }: Introduce): void {
    const store = envelope.fromStore.slice()
    const isStranger = !this.#rosters.has(node)
    const others = this.#accord.differing(groups)
    const named = groups.flatMap(({ group }) => {
      const roster = this.#rosters.of(group)
      const of = roster?.storeOf(node)
      return roster && of ? [{ group, of, version: roster.version }] : []
    })
    const naming = named.filter(({ of }) => isSameStore(of, store))
    const takenIn = naming.map(({ group }) => group)
    const takenInBy = naming.map(({ version }) => version)
    const common = { type: 'Introduced', request, store, others, isStranger } as const
    const answer: Introduced = { ...common, otherStore: noBytes, takenIn, takenInBy }
    if (isStranger || others.length > 0) {
      if (others.length > 0)
        this.#logger.error(
          { node, others },
          'a node came with other members, quorums or settings of a group: it must not take part',
        )
      this.#publish(node, answer)
      return
    }
    // Where the group has named its store, that counts, and not the one that it had before.
    const isNamed = takenIn.length > 0 && takenIn.length === groups.length
    const known = named.find(({ of }) => !isSameStore(of, store))?.of ?? this.#peerStores.storeOf(node)
    if (known && !isNamed && !isSameStore(known, store)) {
      this.#logger.error(
        { node, store: hex(store), known: hex(known) },
        'a node came with another store than it is known with: it must not take part',
      )
      this.#publish(node, { ...answer, otherStore: known })
      return
    }
    this.#peerStores.admit(node, envelope, () => this.#publish(node, answer), isNamed ? store : undefined)
  }

  #answered(node: NodeId, envelope: Envelope, introduced: Introduced): void {
    const { store: ours, otherStore, others, isStranger, takenIn, takenInBy } = introduced
    if (this.#waiting.size + this.#joining.groups.length === 0 || !isSameStore(ours, this.#store)) return
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
      this.#isReplaced(node, otherStore)
      return
    }
    for (const [at, group] of takenIn.entries()) this.#joining.takenIn(group, takenInBy[at] ?? 0)
    if (this.#waiting.size === 0) return
    this.#peerStores.admit(node, envelope, () => {
      const done = [...this.#waiting].filter(({ unanswered }) => unanswered.delete(node) && unanswered.size === 0)
      for (const waiting of done) this.#waiting.delete(waiting)
      if (this.#waiting.size === 0) this.stop()
      for (const waiting of done) waiting.done()
    })
  }

  /** One that waits for the others must not go on. One that joins a group does not come to be a member, and all else goes on. */
  #isReplaced(peer: NodeId, otherStore: Uint8Array): void {
    const [store, known] = [hex(this.#store), hex(otherStore)]
    const error = new StoreReplacedError({ node: this.#node, peer, store, otherStore: known })
    if (this.#waiting.size > 0) this.#fail(error)
    else this.#logger.error({ groups: this.#joining.groups, peer, error }, error.message)
  }

  #ask(node: NodeId, charters: readonly Charter[]): void {
    const address = addressOf(nodeGroup, nodeRole, node)
    this.#bus.publish(addressOf(nodeGroup, nodeRole, this.#node), address, messages, {
      type: 'Introduce',
      request: ++this.#request,
      groups: charters.map(({ group, text }) => ({ group, charter: text })),
    })
  }

  #askAgain(): void {
    this.#ask(everyNode, this.#accord.charters)
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
