import { type Address, addressOf, type GroupDefinition, hostsOf, invariant, type NodeId } from '@quorate/core'

/** The name of the group in addresses. */
export const group = 'g'

/** Where actors are, and what they are called in a model: by their node, and by their role too where there are several. */
export class Names {
  readonly #definition: GroupDefinition
  readonly #addresses = new Map<string, Address>()
  readonly #names = new Map<Address, string>()

  constructor(definition: GroupDefinition) {
    this.#definition = definition
    for (const [role, of] of Object.entries(definition.roles)) {
      for (const node of hostsOf(of)) {
        const [name, address] = [this.of(role, node), addressOf(group, role, node)]
        this.#addresses.set(name, address)
        this.#names.set(address, name)
      }
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
  /** All that run a role, members or not. */
  all(role: string): readonly string[] {
    const of = this.#definition.roles[role]
    return of ? hostsOf(of).map((node) => this.of(role, node)) : []
  }
  /** Who is there; `undefined` where the scope has nobody. */
  at(address: Address): string | undefined {
    return this.#names.get(address)
  }
}
