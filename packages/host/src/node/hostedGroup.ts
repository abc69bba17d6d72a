import {
  checkEmitted,
  drawn,
  type Effect,
  type Envelope,
  type GroupDefinition,
  hostsOf,
  invariant,
  logAppliedBy,
  type Members,
  messageOf,
  type NodeId,
  nodeOf,
  type RoleDefinition,
  type RoleStatus,
  type Subscription,
  servingRole,
} from '@quorate/core'
import type { Bus } from '../bus/bus.js'
import { causeOf } from '../bus/causeOf.js'
import type { Applier } from '../engine/applier.js'
import { HostedActor, type HostedEvent } from '../engine/hostedActor.js'
import type { RecoveredRoles } from '../engine/recoverRoles.js'
import { Membership } from '../identity/membership.js'
import { ClientService } from '../serving/clientService.js'
import { GroupLeadership } from '../serving/groupLeadership.js'
import type { RequestMemory } from '../serving/requestMemories.js'
import type { GroupReport } from '../status/nodeStatus.js'
import { groupApplier } from './groupApplier.js'
import { groupReportOf } from './groupReportOf.js'
import type { GroupSurroundings } from './groupSurroundings.js'
import { tellDenied, tellMembers } from './tellMembers.js'
import { tellNotices } from './tellNotices.js'
import { tellServing } from './tellServing.js'

/** One group on one node: its actors, its state machine, and what it does for clients. */
export class HostedGroup {
  readonly name: string
  readonly definition: GroupDefinition
  readonly applier: Applier | undefined
  readonly leadership: GroupLeadership
  readonly #around: GroupSurroundings
  readonly #membership: Membership
  #bus: Bus
  /** The roles that run on this node. */
  readonly #hosted: ReadonlyMap<string, RoleDefinition>
  readonly #actors = new Map<string, HostedActor>()
  readonly #recovered: RecoveredRoles
  readonly #service: ClientService | undefined
  /** The actor that clients turn to. */
  #serving: HostedActor | undefined
  #applying: HostedActor | undefined
  #status: RoleStatus = unknownStatus
  #subscription: Subscription | undefined
  #isClosed = false

  constructor(name: string, definition: GroupDefinition, recovered: RecoveredRoles, around: GroupSurroundings) {
    this.name = name
    this.definition = definition
    this.#around = around
    this.#membership = new Membership({ ...around, group: name, definition })
    this.#bus = this.#busNow()
    this.#recovered = recovered
    this.#hosted = new Map(Object.entries(definition.roles).filter(([, of]) => hostsOf(of).includes(around.node)))
    this.applier = this.#makeApplier()
    this.#service = this.#makeService()
    const [status, post] = [() => this.#status, (event: HostedEvent) => this.#post(event)]
    this.leadership = new GroupLeadership({ ...around, group: name, definition, status, post })
  }

  /** Makes the actors, starts them, and resolves when everyone is heard. */
  async start(): Promise<void> {
    for (const [role, definition] of this.#hosted) {
      const actor = this.#makeActor(role, definition)
      this.#actors.set(role, actor)
      if (role === servingRole(this.definition.service)) this.#serving = actor
      if (logAppliedBy(role, this.definition)) this.#applying = actor
    }
    this.#subscription = this.#around.members.join(this.name, this.definition.roles, (role) => {
      const actor = this.#actors.get(role)
      return actor && ((envelope) => this.#receive(actor, envelope))
    })
    // Before anybody is heard, and not in the first turn.
    for (const actor of this.#actors.values()) for (const members of actor.firstMembers) this.#follow(actor, members)
    await Promise.all([this.#subscription.ready, this.#service?.listen()])
    if (this.#isClosed) return
    for (const actor of this.#actors.values()) this.#around.engine.start(actor)
  }

  get memory(): RequestMemory {
    return this.#around.memory
  }

  /** Clients are taken no more. */
  async stopServing(): Promise<void> {
    this.leadership.stop()
    await this.#service?.stop()
  }

  /** Ends it as a crash would: resolves when nothing of it is under way any more. */
  async close(): Promise<void> {
    const { engine, peerWatch } = this.#around
    this.#isClosed = true
    const actors = [...this.#actors.values()]
    // Asked of all at once, before anything is awaited: no turn comes in between.
    const served = this.stopServing()
    const left = this.#subscription?.close()
    const written = new Promise<void>((resolve) => engine.remove(actors, resolve))
    for (const actor of actors) peerWatch.forget(actor)
    await Promise.all([served, left, written])
  }

  gather(): void {
    this.#service?.gather()
  }

  carryOut(actor: HostedActor, effect: Effect): void {
    switch (effect.type) {
      case 'send':
        if (!this.#membership.mayReach(nodeOf(effect.to))) return
        this.#around.members.publish(this.#bus, actor.address, effect.to, this.definition.messages, effect.message)
        return
      case 'members':
        this.#follow(actor, effect)
        return
      case 'commit':
        this.applier?.commit(effect.entries, effect.answers)
        this.#toWork()
        return
      case 'restore':
        this.applier?.restore(effect.snapshot)
        this.#toWork()
        return
      case 'readable':
        this.#service?.readable(effect)
        return
      case 'answer':
        this.#service?.answered(effect)
        return
      case 'refuse':
        if (!this.leadership.refused(effect)) this.#service?.refused(effect)
        return
      case 'choose':
        this.#around.engine.post(actor, drawn(effect, this.#around.random))
        return
      case 'call':
      case 'ask':
        actor.begin(effect)
        return
      default:
        invariant(false, `${effect.type} is carried out by the store`)
    }
  }

  /** A node goes by a later list of members, on which this one is not. */
  denied(by: NodeId, version: number): void {
    if (!this.#membership.denied(by, version)) return
    tellDenied(this.#around, this.name, by)
    for (const actor of this.#actors.values()) {
      if (actor.definition.changesMembers) this.#around.engine.post(actor, { type: 'members.denied', by, version })
    }
  }

  stepped(actor: HostedActor): void {
    this.#around.peerWatch.stepped(actor)
    if (actor !== this.#serving) return
    const before = this.#status
    this.#status = actor.status()
    tellNotices(this.#around.logger, this.name, before.notices, this.#status.notices)
    this.leadership.stepped(this.#status)
    if (before.committed !== this.#status.committed) this.#service?.committed()
    const isSame = before.serves === this.#status.serves && before.epoch === this.#status.epoch
    if (isSame) return
    if (before.serves) this.#service?.deposed()
    if (this.#status.serves) this.#service?.led()
    tellServing(this.#around, this.name, before, this.#status)
  }

  status(): GroupReport {
    const { definition, applier } = this
    const disagrees = this.#around.accord.otherwise(this.name)
    const [actors, membership, inFlight] = [this.#actors, this.#membership, this.#service?.inFlight]
    return groupReportOf({ definition, actors, applier, membership, disagrees, inFlight })
  }

  /** What follows whom an actor takes for the group's members. */
  #follow(actor: HostedActor, members: Members): void {
    const { roster } = this.#membership
    checkEmitted(this.definition, members)
    if (!roster.follow(actor.role, members)) return
    this.#membership.followed()
    this.#bus = this.#busNow()
    for (const [role, { nodes }] of Object.entries(this.definition.roles))
      this.#around.members.place(this.name, role, nodes, roster.nodesOf(role))
    tellMembers(this.#around, this.name, roster)
  }

  #busNow(): Bus {
    const { bus, accord } = this.#around
    return bus.in(accord.fingerprintOf(this.name), this.#membership.roster.version)
  }

  #toWork(): void {
    if (this.applier) this.#around.toWork(this.applier)
  }

  #makeApplier(): Applier | undefined {
    const { service } = this.definition
    const role = service.type === 'log' ? this.#hosted.get(service.applies) : undefined
    if (service.type !== 'log' || !role) return undefined
    return groupApplier(this.name, service, role, {
      around: this.#around,
      recovered: this.#recovered,
      toWork: () => this.#toWork(),
      applied: (applied, toAnswer) => this.#service?.applied(applied, toAnswer),
      taken: (snapshot) => {
        if (this.#applying) this.#around.engine.post(this.#applying, { type: 'snapshot.taken', snapshot })
      },
    })
  }

  #makeService(): ClientService | undefined {
    const { node, clock, drops, telemetry } = this.#around
    const serving = servingRole(this.definition.service)
    const isServing = serving !== undefined && this.#hosted.has(serving)
    if (!isServing && !this.applier) return undefined
    return new ClientService({
      group: this.name,
      node,
      start: this.#around.start,
      memory: this.#around.memory,
      nextRequest: this.#around.nextRequest,
      definition: this.definition,
      isServing,
      bus: this.#bus,
      clock,
      drops,
      telemetry,
      membership: this.#membership,
      applier: this.applier,
      onDeadlineFailed: (error) => {
        const text = `deadline of the state machine threw, so it is given no tick: ${messageOf(error)}; correct it`
        this.#around.logger.error({ group: this.name, error }, text)
      },
      status: () => this.#serving?.status() ?? unknownStatus,
      post: (event) => this.#post(event),
      schedule: () => this.#around.asked(),
    })
  }

  #post(event: HostedEvent): void {
    if (this.#serving) this.#around.engine.post(this.#serving, event)
  }

  #makeActor(role: string, definition: RoleDefinition): HostedActor {
    const { node, engine, random, observe } = this.#around
    const recovered = this.#recovered.get(role)
    invariant(recovered !== undefined, `the store was not asked about role ${role} of group ${this.name}`)
    const actor: HostedActor = new HostedActor({
      place: { group: this.name, role, node },
      definition,
      logic: definition.logic(random, node),
      recovered,
      clock: engine.actorClock(() => actor),
      post: (event) => engine.post(actor, event),
      ask: (...args) => this.#around.ask(...args),
      threw: (error) => this.#around.logger.debug({ group: this.name, role, error }, 'the handler of this role threw'),
      observe,
    })
    return actor
  }

  /**
   * Others decide faster than this node applies, and it cannot refuse what they decide. It hears no more of that until it has
   * caught up: to the protocol it is a node on a slow link. One that takes commands refuses them instead.
   */
  #isTooFarBehind(actor: HostedActor): boolean {
    return actor === this.#applying && this.applier?.isTooFarBehind === true && !actor.status().serves
  }

  #receive(actor: HostedActor, envelope: Envelope): void {
    const { drops, engine, peerWatch, observe } = this.#around
    if (envelope.from === actor.address) return
    const node = this.#membership.speakerOf(envelope)
    if (node === undefined) return
    peerWatch.heard(node)
    if (this.#isTooFarBehind(actor)) {
      drops.note('behindInApply', { group: this.name, toApply: this.applier?.queued }, envelope)
      return
    }
    this.#membership.admit(node, envelope, () => {
      const message = this.#bus.read(this.definition.messages, envelope)
      if (message) engine.post(actor, { ...message, from: envelope.from }, observe && causeOf(envelope))
    })
  }
}

const unknownStatus: RoleStatus = { state: '', serves: false }
