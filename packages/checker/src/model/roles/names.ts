import {
  type Address,
  addressOf,
  everyNode,
  type GroupDefinition,
  invariant,
  type NodeId,
  parseAddress,
} from '@quorate/core'

/** The name of the group in addresses. */
export const group = 'g'

/** Where actors are, and what they are called in a model: by their node, and by their role too where there are several. */
export class Names {
  readonly #definition: GroupDefinition
  readonly #addresses = new Map<string, Address>()

  constructor(definition: GroupDefinition) {
    this.#definition = definition
    for (const [role, { nodes }] of Object.entries(definition.roles)) {
      for (const node of nodes) this.#addresses.set(this.of(role, node), addressOf(group, role, node))
    }
  }

  of(role: string, node: NodeId): string {
    return Object.keys(this.#definition.roles).length === 1 ? node : `${role}/${node}`
  }
  addressOf(name: string): Address {
    const address = this.#addresses.get(name)
    invariant(address !== undefined, `there is no actor ${name}`)
    return address
  }
  /** All of a role. */
  all(role: string): readonly string[] {
    return (this.#definition.roles[role]?.nodes ?? []).map((node) => this.of(role, node))
  }
  /** Whom an address means. */
  at(address: Address): readonly string[] {
    const place = parseAddress(address)
    invariant(place !== undefined, `${address} is no address`)
    return place.node === everyNode ? this.all(place.role) : [this.of(place.role, place.node)]
  }
}
