import { type Envelope, type GroupDefinition, type NodeId, nodeOf, parseAddress } from '@quorate/core'
import type { DropLog } from '../bus/dropLog.js'
import type { Accord } from './accord.js'
import type { Joining } from './joining.js'
import type { PeerStores } from './peerStores.js'
import type { Roster } from './roster.js'
import type { StoreHandshake } from './storeHandshake.js'

/** Who may speak to the roles of one group on this node, and whether this node belongs to the group. */
export class Membership {
  readonly roster: Roster
  readonly #group: string
  readonly #definition: GroupDefinition
  readonly #accord: Accord
  readonly #peerStores: PeerStores
  readonly #joining: Joining
  readonly #handshake: Pick<StoreHandshake, 'knock'>
  readonly #drops: DropLog
  /** Members that go by a later list, on which this node is not, and its version. */
  readonly #denials = new Map<NodeId, number>()
  /** While this node joins: whom it has heard. */
  readonly #heard = new Set<NodeId>()

  constructor(options: {
    group: string
    definition: GroupDefinition
    roster: Roster
    accord: Accord
    peerStores: PeerStores
    joining: Joining
    handshake: Pick<StoreHandshake, 'knock'>
    drops: DropLog
  }) {
    this.roster = options.roster
    this.#group = options.group
    this.#definition = options.definition
    this.#accord = options.accord
    this.#peerStores = options.peerStores
    this.#joining = options.joining
    this.#handshake = options.handshake
    this.#drops = options.drops
  }

  /** True while this node joins the group. */
  get isJoining(): boolean {
    return this.#joining.has(this.#group)
  }

  /** Members that go by a later list, on which this node is not. */
  get denials(): readonly NodeId[] {
    return [...this.#denials.keys()]
  }

  /**
   * Who says something to a role of the group; `undefined` of what is not to be heard. Lists are not equal on all nodes at one time: who goes by
   * a later one is heard, since this node is behind.
   */
  speakerOf(envelope: Envelope): NodeId | undefined {
    const { from, to } = envelope
    const { roster } = this
    const member = roster.speakerAt(from)
    if (member === undefined && !this.#isAhead(envelope)) {
      this.#drops.note('unknownSender', { from, to }, envelope)
      this.#accord.meetStranger(this.#group, envelope, roster.version)
      return undefined
    }
    const node = member ?? nodeOf(from)
    if (!this.agrees(node, envelope)) return undefined
    if (!this.#joining.hears(this.#group, envelope.members ?? 0)) {
      this.#drops.note('notTakenIn', { group: this.#group, node }, envelope)
      if (this.#joining.isOutside(this.#group)) this.#handshake.knock(this.#group, node)
      return undefined
    }
    if (this.isJoining) this.#heard.add(node)
    if (this.#denials.size > 0) this.#denials.delete(node)
    return node
  }

  /** True if this node may say something to a node, or to all: while it joins only to those that it hears. */
  mayReach(node: NodeId): boolean {
    return !this.isJoining || this.#heard.has(node)
  }

  /** True if a node takes the group for the same. Else it is told. */
  agrees(node: NodeId, envelope: Envelope): boolean {
    return this.#accord.agrees(this.#group, node, envelope)
  }

  /** Runs `then`, about what a speaker says, when its store is the right one: at once, or after that was recorded. Else drops it. */
  admit(node: NodeId, envelope: Envelope, then: () => void): void {
    const store = this.roster.storeOf(node)
    // For one that is ahead the group may have named another store since.
    if (this.#isAhead(envelope) && this.#peerStores.isAnother(node, envelope.fromStore, store)) then()
    else this.#peerStores.admit(node, envelope, then, store)
  }

  /** A node says that it goes by that list, and that this node is not on it. True if that is news from a member. */
  denied(by: NodeId, version: number): boolean {
    if (!this.roster.has(by) || version <= this.roster.version || this.#denials.get(by) === version) return false
    this.#denials.set(by, version)
    return true
  }

  /** The list has changed. */
  followed(): void {
    this.#joining.follows(this.#group, this.roster.version)
    for (const [by, version] of this.#denials) if (version <= this.roster.version) this.#denials.delete(by)
  }

  #isAhead({ from, charter, members = 0 }: Envelope): boolean {
    if (members <= this.roster.version || charter === undefined) return false
    const place = parseAddress(from)
    const isOfTheGroup = place?.group === this.#group && Object.hasOwn(this.#definition.roles, place.role)
    return isOfTheGroup && charter === this.#accord.fingerprintOf(this.#group)
  }
}
