import { invariant, type NodeId } from '@quorate/core'
import type { Ending, Operation } from '@quorate/core/testing'
import { whoLeads } from '../script/script.js'
import type { ClientGroup } from '../subject/clientGroups.js'
import type { World } from './world.js'

/** Elections, reads and snapshots in pieces take so many round trips, where these are long. */
const roundTripsMax = 60
/** How often it is looked at how far members have come, in milliseconds. */
const lookEveryMs = 100

/**
 * What is demanded after the healing: that a new client of each group gets done what its workload probes with; and that every
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
    const { served } = world
    for (const { name } of served) this.#unmet.set(name, 'a new client got nothing done')
    // The numbers of clients count through the groups: each has one.
    served.forEach((group, at) => {
      this.#ask(`probe${at + 1}`, group, withinMs)
    })
    if (served.length === 0) this.#metAtUs = world.agenda.nowUs
    world.later(withinMs, () => {
      if (this.isOpen) this.#isDisappointed = true
    })
  }

  /** A new client does one thing after another, each as often as it fails. */
  #ask(name: string, group: ClientGroup, withinMs: number): void {
    const world = this.#world
    let done = 0
    const answered = ({ type }: Ending) => {
      if (type === 'ok') done++
      const next = this.#probe(group)[done]
      if (next) client.perform(next)
      else this.#awaitMembers(group, client.lastIndex)
    }
    // It takes what is slow for progress, where links to who leads stay slow: the others try for less long.
    const client = world.client(name, answered, withinMs)
    const [first] = this.#probe(group)
    invariant(first !== undefined, `workload ${group.workload.name} probes with nothing`)
    client.perform(first)
    world.woken()
  }

  #probe({ workload }: ClientGroup): readonly Operation[] {
    // Beyond what any script has clients say.
    return workload.probe(1_000_000_000 + ++this.#asked)
  }

  #awaitMembers(group: ClientGroup, index: number): void {
    const behind = this.#membersBehind(group, index)
    if (behind.length > 0) {
      this.#unmet.set(group.name, `${behind.join(', ')} never had what it wrote`)
      this.#world.later(lookEveryMs, () => this.#awaitMembers(group, index))
      return
    }
    this.#unmet.delete(group.name)
    if (this.#unmet.size === 0) this.#metAtUs ??= this.#world.agenda.nowUs
  }

  /**
   * Nodes of the core that run the state machine, and have not come so far. Links that stay bad or cut may keep them apart
   * from who leads: that one must be of the core, and hear them.
   */
  #membersBehind({ name, definition: { service } }: ClientGroup, index: number): readonly NodeId[] {
    const leader = this.#world.named(whoLeads)?.id
    if (leader === undefined || !this.#core.has(leader)) return []
    const applying = service.type === 'log' ? this.#world.node(leader).membersOf(name, service.applies) : []
    const { links } = this.#world.network
    const isHeard = (node: NodeId) => !links.isCut(node, leader) && !links.isCut(leader, node)
    return applying.filter(
      (node) => this.#core.has(node) && isHeard(node) && this.#world.node(node).appliedOf(name) < index,
    )
  }
}
