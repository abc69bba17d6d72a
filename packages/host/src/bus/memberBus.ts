import {
  type Address,
  addressOf,
  type Envelope,
  everyNode,
  fingerprintOf,
  type Message,
  type MessageCodec,
  type NodeId,
  nodeOf,
  type Subscription,
} from '@quorate/core'
import { membersRole, nodeGroup } from './addresses.js'
import type { Bus } from './bus.js'
import type { DropLog } from './dropLog.js'
import { Parcels } from './parcels.js'

/** Beside the envelopes of a parcel: an upper bound. */
const parcelOverheadBytes = 576

type Receive = (envelope: Envelope) => void

/** An address that several groups hear. */
interface Shared {
  readonly subscription: Subscription
  groups: number
}

/**
 * What the members of groups say to each other. All that is for one node travels to one address, all that is for the same set of
 * nodes to one more, however many groups and roles there are; and what is said there in one turn shares messages of the bus.
 */
export class MemberBus {
  readonly #node: NodeId
  readonly #bus: Bus
  readonly #drops: DropLog
  readonly #own: Address
  readonly #parcels = new Parcels()
  /** Who is heard on this node, by its address in its group: also by the one that it shares with others of its role. */
  readonly #receivers = new Map<Address, Receive>()
  /** Where all hear that host a role, by the address of all of them. */
  readonly #everyone = new Map<Address, readonly Address[]>()
  readonly #shared = new Map<Address, Shared>()

  constructor(options: { node: NodeId; bus: Bus; drops: DropLog }) {
    this.#node = options.node
    this.#bus = options.bus
    this.#drops = options.drops
    this.#own = memberAddress(options.node)
  }

  /** Resolves when what is said to this node alone is heard. */
  async listen(): Promise<void> {
    await this.#bus.subscribeMembers(this.#own, (envelope) => this.#receive(envelope)).ready
  }

  /**
   * Hands over what is said to the roles of a group that this node hosts.
   * @param roles who hosted each role of the group when it began
   * @param receiveOf who hears what is said to a role; nobody where this node does not host it
   */
  join(
    group: string,
    roles: Readonly<Record<string, { readonly nodes: readonly NodeId[] }>>,
    receiveOf: (role: string) => Receive | undefined,
  ): Subscription {
    const addresses: Address[] = []
    const shared = new Set<Address>()
    for (const [role, { nodes }] of Object.entries(roles)) {
      const everyone = addressOf(group, role, everyNode)
      const heardAt = everyoneAddress(nodes)
      this.#everyone.set(everyone, [heardAt])
      addresses.push(everyone)
      const receive = receiveOf(role)
      if (!receive) continue
      const own = addressOf(group, role, this.#node)
      addresses.push(own)
      this.#receivers.set(own, receive)
      this.#receivers.set(everyone, receive)
      if (heardAt !== this.#own && nodes.includes(this.#node)) shared.add(heardAt)
    }
    const ready = [...shared].map((address) => this.#share(address))
    const leave = async (): Promise<void> => {
      for (const address of addresses) {
        this.#receivers.delete(address)
        this.#everyone.delete(address)
      }
      await Promise.all([...shared].map((address) => this.#unshare(address)))
    }
    return { ready: Promise.all(ready).then(() => {}), close: leave }
  }

  /**
   * From now on these host a role. A node that does not know of that yet, or was added since, hears where it always did: those that
   * the role began with at the address that they share, for as long as all of them host it; anybody else at its own.
   * @param began who hosted it when the group began
   */
  place(group: string, role: string, began: readonly NodeId[], nodes: readonly NodeId[]): void {
    const areAllLeft = began.every((node) => nodes.includes(node))
    const apart = areAllLeft ? nodes.filter((node) => !began.includes(node)) : nodes
    const heardAt = [...(areAllLeft ? [everyoneAddress(began)] : []), ...apart.map(memberAddress)]
    this.#everyone.set(addressOf(group, role, everyNode), heardAt)
  }

  /** Says something when the turn ends. `bus` is that of the group. What is said to a role that nobody hosts is lost. */
  publish<M extends Message>(bus: Bus, from: Address, to: Address, codec: MessageCodec<M>, message: M): void {
    const bytesMax = bus.bytesMax - parcelOverheadBytes
    if (nodeOf(to) !== everyNode) {
      this.#parcels.put(from, memberAddress(nodeOf(to)), bus.sealed(from, to, codec, message), bytesMax)
      return
    }
    const heardAt = this.#everyone.get(to)
    if (heardAt === undefined) return
    const sealed = bus.sealed(from, to, codec, message)
    for (const address of heardAt) this.#parcels.put(from, address, sealed, bytesMax)
  }

  /** The turn ends: what was said in it leaves. */
  flush(): void {
    for (const { to, envelopes } of this.#parcels.take()) this.#bus.publishSealed(this.#own, to, envelopes)
  }

  #share(address: Address): Promise<void> {
    const known = this.#shared.get(address)
    if (known) {
      known.groups++
      return known.subscription.ready
    }
    const subscription = this.#bus.subscribeMembers(address, (envelope) => this.#receive(envelope))
    this.#shared.set(address, { subscription, groups: 1 })
    return subscription.ready
  }

  async #unshare(address: Address): Promise<void> {
    const shared = this.#shared.get(address)
    if (!shared || --shared.groups > 0) return
    this.#shared.delete(address)
    await shared.subscription.close()
  }

  #receive(envelope: Envelope): void {
    const receive = this.#receivers.get(envelope.to)
    if (receive) receive(envelope)
    else this.#drops.note('notHosted', { from: envelope.from, to: envelope.to }, envelope)
  }
}

/** Where a node hears what is said to its roles alone. */
const memberAddress = (node: NodeId): Address => addressOf(nodeGroup, membersRole, node)

/**
 * Where all of these nodes hear: those of one set share an address, whichever groups it is for. Should two sets ever have one
 * fingerprint, either hears what is not for it, and drops that.
 */
const everyoneAddress = (nodes: readonly NodeId[]): Address => {
  const [first, ...others] = nodes
  if (first !== undefined && others.length === 0) return memberAddress(first)
  return addressOf(nodeGroup, `${membersRole}-${fingerprintOf([...nodes].sort().join(' ')).toString(36)}`, everyNode)
}
