import type { GroupDefinition, NodeId } from '@quorate/core'
import type { Ending } from '../observation/history.js'
import { type Operation, whoLeads } from '../script/script.js'
import { clientGroups } from '../subject/clientGroups.js'
import type { World } from './world.js'

/** Elections, reads and snapshots in pieces take so many round trips, where these are long. */
const roundTripsMax = 60
/** How often it is looked at how far members have come, in milliseconds. */
const lookEveryMs = 100

/**
 * What is demanded after the healing: that a new client of each group gets something written, and reads it; and that every
 * node of the core that runs the state machine comes to have it, while one of the core leads.
 */
export class Demand {
  readonly #world: World
  readonly #withinMs: number
  /** What is still to be done, by group. */
  readonly #unmet = new Map<string, string>()
  #core: ReadonlySet<NodeId> = new Set()
  #begunAtUs: number | undefined
  #metAtUs: number | undefined
  #isDisappointed = false
  #asked = 0

  constructor(world: World, withinMs: number) {
    this.#world = world
    this.#withinMs = withinMs
  }

  /** True while it waits to be met. */
  get isOpen(): boolean {
    return this.#begunAtUs !== undefined && this.#metAtUs === undefined
  }
  get isDisappointed(): boolean {
    return this.#isDisappointed
  }
  /** What is still to be done. */
  get lacking(): string {
    return [...this.#unmet.values()].join(', and ')
  }
  get metAfterMs(): number | undefined {
    if (this.#metAtUs === undefined || this.#begunAtUs === undefined) return undefined
    return (this.#metAtUs - this.#begunAtUs) / 1000
  }

  begin(core: readonly NodeId[]): void {
    const world = this.#world
    this.#begunAtUs = world.agenda.nowUs
    this.#core = new Set(core)
    const withinMs = this.#withinMs + (roundTripsMax * world.network.links.roundTripUs) / 1000
    const groups = clientGroups(world.groups)
    for (const [group] of groups) this.#unmet.set(group, 'a new client got nothing done')
    // The numbers of clients count through the groups: each has one.
    groups.forEach(([group, definition], at) => {
      this.#ask(`probe${at + 1}`, withinMs, (index) => this.#awaitMembers(group, definition, index))
    })
    if (groups.length === 0) this.#metAtUs = world.agenda.nowUs
    world.later(withinMs, () => {
      if (this.isOpen) this.#isDisappointed = true
    })
  }

  /** `met` is told the index of what was written; 0 where there is no log. */
  #ask(name: string, withinMs: number, met: (index: number) => void): void {
    const world = this.#world
    let isWritten = false
    const answered = (ending: Ending) => {
      if (ending.type === 'ok') {
        if (isWritten || isDecision) return met(ending.revision)
        isWritten = true
      }
      client.perform(this.#operation(isDecision, isWritten))
    }
    // It takes what is slow for progress, where links to who leads stay slow: the others try for less long.
    const client = world.client(name, answered, withinMs)
    const isDecision = !client.ordersLog
    client.perform(this.#operation(isDecision, false))
    world.woken()
  }

  #operation(isDecision: boolean, isWritten: boolean): Operation {
    // Beyond what any script has clients write.
    const value = 1_000_000_000 + ++this.#asked
    if (isDecision) return { f: 'propose', key: 'decision', value }
    return { f: isWritten ? 'read' : 'write', key: 'probe', value }
  }

  #awaitMembers(group: string, definition: GroupDefinition, index: number): void {
    const behind = this.#membersBehind(group, definition, index)
    if (behind.length > 0) {
      this.#unmet.set(group, `${behind.join(', ')} never had what it wrote`)
      this.#world.later(lookEveryMs, () => this.#awaitMembers(group, definition, index))
      return
    }
    this.#unmet.delete(group)
    if (this.#unmet.size === 0) this.#metAtUs ??= this.#world.agenda.nowUs
  }

  /**
   * Nodes of the core that run the state machine, and have not come so far. Links that stay bad or cut may keep them apart
   * from who leads: that one must be of the core, and hear them.
   */
  #membersBehind(group: string, { roles }: GroupDefinition, index: number): readonly NodeId[] {
    const leader = this.#world.named(whoLeads)?.id
    if (leader === undefined || !this.#core.has(leader)) return []
    const applying = Object.values(roles).flatMap(({ applies, nodes }) => (applies ? nodes : []))
    const { links } = this.#world.network
    const isHeard = (node: NodeId) => !links.isCut(node, leader) && !links.isCut(leader, node)
    return applying.filter(
      (node) => this.#core.has(node) && isHeard(node) && this.#world.node(node).appliedOf(group) < index,
    )
  }
}
