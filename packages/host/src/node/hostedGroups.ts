import {
  type Effect,
  type GroupDefinition,
  invariant,
  type NodeId,
  type QuorateError,
  type RequestId,
} from '@quorate/core'
import type { BusPromise } from '../bus/busWatch.js'
import type { CallsOptions } from '../client/calls.js'
import type { ClientOptions } from '../client/clientOptions.js'
import { ApplierTurns } from '../engine/applierTurns.js'
import type { HostedActor } from '../engine/hostedActor.js'
import type { RecoveredRoles } from '../engine/recoverRoles.js'
import { NotLeaderError } from '../errors.js'
import { startsOf } from '../identity/nodeBook.js'
import type { Rosters } from '../identity/roster.js'
import { RequestMemories } from '../serving/requestMemories.js'
import type { NodeReport, StatusPage } from '../status/nodeStatus.js'
import { GroupClients } from './groupClients.js'
import type { GroupSurroundings } from './groupSurroundings.js'
import { HostedGroup } from './hostedGroup.js'
import { type LocalGroup, localGroup } from './nodeGroup.js'

/** What the groups of a node stand on. */
interface HostedGroupsOptions
  extends Omit<GroupSurroundings, 'asked' | 'toWork' | 'roster' | 'memory' | 'nextRequest' | 'ask'> {
  readonly node: NodeId
  readonly rosters: Rosters
  /** Of the clients that {@link HostedGroups.handle} gives. */
  readonly client: ClientOptions
  /** True if the clock and the bus are not those of others in this process. */
  readonly isAlone: boolean
  /** What is to be said of a bus that is, or was, away. */
  outage(): string | undefined
}

/**
 * A batcher asks another node about a read under the number of its request. An answer to what the node asked before it was
 * started anew, or the group was opened again, names a slot from before: taken for the answer to a later read, it would have
 * that read miss what was acknowledged since.
 */
const requestsPerStart = 2 ** 32

/** The groups of a node. What a turn does costs what was touched, however many there are. */
export class HostedGroups {
  readonly #options: HostedGroupsOptions
  readonly #groups = new Map<string, HostedGroup>()
  readonly #handles = new Map<string, LocalGroup>()
  /** Of roles that ask other groups. */
  readonly #clients: GroupClients
  readonly #applierTurns: ApplierTurns
  readonly #memories: RequestMemories
  #lastRequest: RequestId
  /** Those whose clients have asked for something since the last turn. */
  #asked = new Set<HostedGroup>()

  constructor(options: HostedGroupsOptions) {
    this.#options = options
    this.#clients = new GroupClients({
      node: options.node,
      definitionOf: (name) => this.definitionOf(name),
      callsOf: (name) => this.#callsOf(name),
    })
    this.#applierTurns = new ApplierTurns(options.clock)
    this.#memories = new RequestMemories(options.clock)
    this.#lastRequest = startsOf(options.start) * requestsPerStart
  }

  get names(): readonly string[] {
    return [...this.#groups.keys()]
  }

  add(name: string, definition: GroupDefinition, recovered: RecoveredRoles): void {
    const roster = this.#options.rosters.of(name)
    invariant(roster !== undefined, `group ${name} has no roster`)
    const group: HostedGroup = new HostedGroup(name, definition, recovered, {
      ...this.#options,
      asked: () => {
        this.#asked.add(group)
        this.#options.engine.schedule()
      },
      toWork: (applier) => this.#applierTurns.add(applier),
      roster,
      memory: this.#memories.of(name),
      nextRequest: () => ++this.#lastRequest,
      ask: this.#clients.ask,
    })
    this.#groups.set(name, group)
    void this.#clients.forget(name).catch(() => {})
  }

  definitionOf(name: string): GroupDefinition | undefined {
    return this.#groups.get(name)?.definition
  }

  /** How large the messages of the groups may be. */
  get promises(): readonly BusPromise[] {
    return [...this.#groups].map(([group, { definition }]) => ({ group, bytes: definition.messageBytesMax }))
  }

  /** Resolves when all of them are heard and take part. */
  async startAll(): Promise<void> {
    await Promise.all(this.names.map((name) => this.start(name)))
  }

  /** Resolves when the group is heard and takes part. */
  async start(name: string): Promise<void> {
    await this.#groups.get(name)?.start()
  }

  /**
   * Ends a group, if it is there: nothing is heard of it from now on, and those who wait for it are told why. Resolves when
   * nothing of it is under way, neither on the bus nor on the disk.
   */
  async remove(name: string, closed: QuorateError): Promise<void> {
    const group = this.#groups.get(name)
    const handle = this.#handles.get(name)
    if (!group) return
    this.#groups.delete(name)
    this.#handles.delete(name)
    this.#asked.delete(group)
    if (group.applier) this.#applierTurns.remove(group.applier)
    this.#memories.keep(name, group.memory)
    await Promise.all([group.close(), handle?.stop(closed), this.#clients.forget(name)])
  }

  /** @throws as {@link LeaderTransfers.begin}, and `QUORATE_NOT_LEADER` of a group that is not open here. */
  async transfer(name: string, to: NodeId | undefined): Promise<NodeId> {
    const group = this.#groups.get(name)
    if (!group) throw new NotLeaderError(this.#options.node, name, undefined)
    return group.leadership.transfers.begin(to)
  }

  /** Gives away what this node leads; of each such group, when another is known to lead it. */
  giveAway(): readonly Promise<unknown>[] {
    return [...this.#groups.values()]
      .filter(({ leadership }) => leadership.transfers.isDue)
      .map(({ leadership }) => leadership.transfers.begin())
  }

  /** Clients are taken no more; in each group, when that is so. */
  stopServing(): readonly Promise<void>[] {
    return [...this.#groups.values()].map((group) => group.stopServing())
  }

  /** Ends what the program that embeds the node, and its roles, have under way with groups. */
  stopHandles(stopped: QuorateError): readonly Promise<void>[] {
    return [...[...this.#handles.values()].map((handle) => handle.stop(stopped)), this.#clients.stop(stopped)]
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

  /** A node goes by a later list of a group's members, on which this one is not. */
  denied(by: NodeId, name: string, version: number): void {
    this.#groups.get(name)?.denied(by, version)
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
    const handle = localGroup(this.#options.node, group, this.#callsOf(name))
    this.#handles.set(name, handle)
    return handle
  }

  #callsOf(group: string): CallsOptions {
    const { bus, clock, random, client, isAlone, outage } = this.#options
    return { group, bus, clock, random, behaviour: client, isAlone, outage }
  }

  has(name: string): boolean {
    return this.#groups.has(name)
  }

  hasHandle(name: string): boolean {
    return this.#handles.has(name)
  }

  status({ groups, after, limit }: StatusPage): Pick<NodeReport, 'groups' | 'groupCount' | 'next'> {
    const asked = (groups ?? this.names)
      .filter((name) => this.has(name) && (after === undefined || name > after))
      .sort()
    const told = asked.slice(0, limit)
    const next = told.at(-1)
    return {
      groups: Object.fromEntries(told.map((name) => [name, (this.#groups.get(name) as HostedGroup).status()])),
      groupCount: this.#groups.size,
      ...(told.length < asked.length && next !== undefined && { next }),
    }
  }
}
