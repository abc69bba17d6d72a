import {
  type Address,
  addressOf,
  type GroupDefinition,
  type Member,
  type Members,
  membersIn,
  type NodeId,
} from '@quorate/core'

/** Whom one group consists of, by all that its actors on this node say. */
export class Roster {
  readonly #group: string
  readonly #definition: GroupDefinition
  /** By the role that said it last. */
  readonly #said = new Map<string, Members>()
  #version = 0
  #roles: ReadonlyMap<string, readonly Member[]> = new Map()
  #speakers: ReadonlyMap<Address, NodeId> = new Map()
  /** By node: the stores that the group has named. */
  #stores: ReadonlyMap<NodeId, Uint8Array | undefined> = new Map()

  constructor(group: string, definition: GroupDefinition) {
    this.#group = group
    this.#definition = definition
    this.#draw()
  }

  /**
   * The actor of a role says whom the group consists of. Where several speak of one role, the latest list counts. True if that
   * is news.
   */
  follow(role: string, { version, roles }: Members): boolean {
    const known = this.#said.get(role)
    if (known?.version === version && known.roles === roles) return false
    this.#said.set(role, { version, roles })
    this.#draw()
    return true
  }

  /** That of the latest list; 0 while the group consists of whom it began with. */
  get version(): number {
    return this.#version
  }

  get nodes(): readonly NodeId[] {
    return [...this.#stores.keys()]
  }

  nodesOf(role: string): readonly NodeId[] {
    return (this.#roles.get(role) ?? []).map(({ node }) => node)
  }

  /** Who hosts each role. */
  get placement(): Readonly<Record<string, readonly NodeId[]>> {
    return Object.fromEntries([...this.#roles.keys()].map((role) => [role, this.nodesOf(role)]))
  }

  has(node: NodeId): boolean {
    return this.#stores.has(node)
  }

  /** The node of a member's role; `undefined` where nobody of the group is. */
  speakerAt(address: Address): NodeId | undefined {
    return this.#speakers.get(address)
  }

  /** With which store the group has named a node; `undefined` of one that it began with. */
  storeOf(node: NodeId): Uint8Array | undefined {
    return this.#stores.get(node)
  }

  #draw(): void {
    const latestFirst = [...this.#said.values()].sort((a, b) => b.version - a.version)
    this.#version = latestFirst[0]?.version ?? 0
    const roles = new Map<string, readonly Member[]>()
    const stores = new Map<NodeId, Uint8Array | undefined>()
    for (const role of Object.keys(this.#definition.roles)) {
      const members = membersIn(
        this.#definition,
        role,
        latestFirst.find((said) => said.roles[role]),
      )
      roles.set(role, members)
      for (const { node, store } of members) stores.set(node, store === undefined ? stores.get(node) : bytesOf(store))
    }
    this.#roles = roles
    this.#stores = stores
    this.#speakers = new Map(
      [...roles].flatMap(([role, members]) =>
        members.map(({ node }) => [addressOf(this.#group, role, node), node] as const),
      ),
    )
  }
}

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16))

/** Those of all groups of a node. */
export class Rosters {
  readonly #rosters = new Map<string, Roster>()

  open(group: string, definition: GroupDefinition): Roster {
    const roster = new Roster(group, definition)
    this.#rosters.set(group, roster)
    return roster
  }

  close(group: string): void {
    this.#rosters.delete(group)
  }

  of(group: string): Roster | undefined {
    return this.#rosters.get(group)
  }

  /** True of a member of one of the groups. */
  has(node: NodeId): boolean {
    return [...this.#rosters.values()].some((roster) => roster.has(node))
  }
}
