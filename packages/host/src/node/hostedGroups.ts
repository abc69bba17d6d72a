import { type Effect, type GroupDefinition, invariant, type NodeId } from '@quorate/core'
import type { ClientOptions } from '../client/clientOptions.js'
import { ApplierTurns } from '../engine/applierTurns.js'
import type { HostedActor } from '../engine/hostedActor.js'
import type { RecoveredRoles } from '../engine/recoverRoles.js'
import type { NodeStoppedError } from '../errors.js'
import type { GroupReport } from '../status/nodeStatus.js'
import { type GroupSurroundings, HostedGroup } from './hostedGroup.js'
import { type LocalGroup, localGroup } from './nodeGroup.js'

/** What the groups of a node stand on. */
interface HostedGroupsOptions extends Omit<GroupSurroundings, 'asked' | 'toWork'> {
  readonly node: NodeId
  /** Of the clients that {@link HostedGroups.handle} gives. */
  readonly client: ClientOptions
  /** True if the clock and the bus are not those of others in this process. */
  readonly isAlone: boolean
  /** What is to be said of a bus that is, or was, away. */
  outage(): string | undefined
}

/** The groups of a node. What a turn does costs what was touched, however many there are. */
export class HostedGroups {
  readonly #options: HostedGroupsOptions
  readonly #groups = new Map<string, HostedGroup>()
  readonly #handles = new Map<string, LocalGroup>()
  readonly #applierTurns: ApplierTurns
  /** Those whose clients have asked for something since the last turn. */
  #asked = new Set<HostedGroup>()

  constructor(options: HostedGroupsOptions) {
    this.#options = options
    this.#applierTurns = new ApplierTurns(options.clock)
  }

  get names(): readonly string[] {
    return [...this.#groups.keys()]
  }

  add(name: string, definition: GroupDefinition, recovered: RecoveredRoles): void {
    const group = new HostedGroup(name, definition, recovered, {
      ...this.#options,
      asked: (group) => {
        this.#asked.add(group)
        this.#options.engine.schedule()
      },
      toWork: (applier) => this.#applierTurns.add(applier),
    })
    this.#groups.set(name, group)
  }

  /** Resolves when all of them are heard and take part. */
  async start(): Promise<void> {
    await Promise.all([...this.#groups.values()].map((group) => group.start()))
  }

  /** Clients are taken no more; in each group, when that is so. */
  stopServing(): readonly Promise<void>[] {
    return [...this.#groups.values()].map((group) => group.stopServing())
  }

  /** Ends what the program that embeds the node has under way. */
  stopHandles(stopped: NodeStoppedError): readonly Promise<void>[] {
    return [...this.#handles.values()].map((handle) => handle.stop(stopped))
  }

  /** Before the actors step: brings what clients asked for. */
  gather(): void {
    if (this.#asked.size === 0) return
    const asked = this.#asked
    this.#asked = new Set()
    for (const group of asked) group.gather()
  }

  /** A bounded piece of work on state machines. True if some is left. */
  work(): boolean {
    return this.#applierTurns.work()
  }

  carryOut(actor: HostedActor, effect: Effect): void {
    this.#groups.get(actor.group)?.carryOut(actor, effect)
  }

  stepped(actor: HostedActor): void {
    this.#groups.get(actor.group)?.stepped(actor)
  }

  /**
   * The group as a program uses it that embeds the node, made when it is first asked for.
   * @throws `QUORATE_INVALID_CONFIGURATION` of one that does nothing for clients.
   */
  handle(name: string): LocalGroup {
    const known = this.#handles.get(name)
    if (known) return known
    const group = this.#groups.get(name)
    invariant(group !== undefined, `there is no group ${name}`)
    const { node, bus, clock, random, client, isAlone, outage } = this.#options
    const calls = { group: name, bus, clock, random, behaviour: client, isAlone, outage }
    const handle = localGroup(node, group, calls)
    this.#handles.set(name, handle)
    return handle
  }

  has(name: string): boolean {
    return this.#groups.has(name)
  }

  hasHandle(name: string): boolean {
    return this.#handles.has(name)
  }

  status(): Readonly<Record<string, GroupReport>> {
    return Object.fromEntries([...this.#groups].map(([name, group]) => [name, group.status()]))
  }
}
