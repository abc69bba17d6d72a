import {
  type Address,
  addressOf,
  type Clock,
  type Effect,
  type Envelope,
  everyNode,
  type GroupDefinition,
  invariant,
  type Logger,
  type NodeId,
  type Random,
  type RoleDefinition,
  type RoleStatus,
  type Subscription,
} from '@quorate/core'
import type { InspectionEvent } from 'xstate'
import type { Bus } from '../bus/bus.js'
import type { DropLog } from '../bus/dropLog.js'
import { Applier } from '../engine/applier.js'
import type { Engine } from '../engine/engine.js'
import { Cell, keyOf } from '../engine/hostedActor.js'
import type { RecoveredRoles } from '../engine/recoverRoles.js'
import type { Accord } from '../identity/accord.js'
import type { Peers } from '../identity/peerStores.js'
import { ClientFace } from '../serving/clientService.js'
import { type GroupReport, placementOf, type RoleReport } from '../status/nodeStatus.js'
import type { Telemetry } from '../system/telemetry.js'
import { isServing } from '../topology/roleTraits.js'
import { tellNotices } from './tellNotices.js'

/** What a group needs of its node. */
export interface GroupSurroundings {
  readonly node: NodeId
  readonly bus: Bus
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly drops: DropLog
  readonly telemetry: Telemetry
  readonly engine: Engine
  readonly peers: Peers
  readonly accord: Accord
  readonly inspect: ((event: InspectionEvent) => void) | undefined
  fail(error: unknown): void
}

/** One group on one node: its actors, its state machine, and the face that it shows to clients. */
export class HostedGroup {
  readonly name: string
  readonly definition: GroupDefinition
  readonly applier: Applier | undefined
  readonly #around: GroupSurroundings
  readonly #bus: Bus
  readonly #cells = new Map<string, Cell>()
  readonly #senders = new Map<Address, NodeId>()
  readonly #recovered: RecoveredRoles
  readonly #face: ClientFace | undefined
  /** The actor that clients turn to. */
  #serving: Cell | undefined
  #applying: Cell | undefined
  #status: RoleStatus = unknownStatus
  #subscriptions: readonly Subscription[] = []

  constructor(name: string, definition: GroupDefinition, recovered: RecoveredRoles, around: GroupSurroundings) {
    this.name = name
    this.definition = definition
    this.#around = around
    this.#bus = around.bus.in(around.accord.fingerprintOf(name))
    this.#recovered = recovered
    for (const [role, { nodes }] of Object.entries(definition.roles)) {
      for (const node of nodes) this.#senders.set(addressOf(name, role, node), node)
    }
    this.applier = this.#makeApplier()
    this.#face = this.#makeFace()
  }

  /** Makes the actors, starts them, and resolves when everyone is heard. */
  async start(): Promise<void> {
    for (const [role, definition] of this.#hostedRoles()) {
      const cell = this.#makeCell(role, definition)
      this.#cells.set(role, cell)
      if (isServing(definition)) this.#serving = cell
      if (definition.applies) this.#applying = cell
    }
    this.#subscriptions = [...this.#cells].flatMap(([role, cell]) => [
      this.#bus.hear(cell.address, (envelope) => this.#receive(cell, envelope)),
      this.#bus.hear(addressOf(this.name, role, everyNode), (envelope) => this.#receive(cell, envelope)),
    ])
    await Promise.all([...this.#subscriptions.map(({ ready }) => ready), this.#face?.listen()])
    for (const cell of this.#cells.values()) this.#around.engine.start(cell)
  }

  /** Clients are taken no more. */
  async stopServing(): Promise<void> {
    await this.#face?.stop()
  }

  gather(): void {
    this.#face?.gather()
  }

  carryOut(cell: Cell, effect: Effect): void {
    switch (effect.type) {
      case 'send':
        this.#bus.say(cell.address, effect.to, this.definition.messages, effect.message)
        return
      case 'commit':
        this.applier?.commit(effect.entries, effect.answers)
        return
      case 'restore':
        this.applier?.restore(effect.snapshot)
        return
      case 'readable':
        this.#face?.readable(effect)
        return
      case 'answer':
        this.#face?.answered(effect)
        return
      case 'refuse':
        this.#face?.refused(effect)
        return
      default:
        invariant(false, `${effect.type} is carried out by the store`)
    }
  }

  stepped(cell: Cell): void {
    if (cell !== this.#serving) return
    const before = this.#status
    this.#status = cell.status()
    tellNotices(this.#around.logger, this.name, before.notices, this.#status.notices)
    const isSame = before.leads === this.#status.leads && before.term === this.#status.term
    if (isSame) return
    if (before.leads) this.#face?.deposed()
    const { state, term, leader, leads } = this.#status
    if (leads) this.#face?.led()
    if (leads === before.leads) return
    const fields = { group: this.name, state, term, ...(leader !== undefined && { leader }) }
    const isFront = (leads ? this.#status : before).handsTo !== undefined
    const verb = isFront ? 'takes commands' : 'leads'
    this.#around.logger.info(fields, leads ? verb : `${verb} no longer`)
  }

  status(): GroupReport {
    const { applier } = this
    const disagrees = this.#around.accord.otherwise(this.name)
    return {
      protocol: this.definition.protocol,
      placement: placementOf(this.definition),
      roles: Object.fromEntries([...this.#cells].map(([role, cell]) => [role, reportOf(cell)])),
      ...(applier && {
        applied: applier.appliedState.applied.index,
        toApply: applier.queued,
        sessions: applier.appliedState.sessions.size,
        snapshot: applier.snapshotIndex,
        ...(applier.snapshotFailure && { snapshotFailure: applier.snapshotFailure }),
      }),
      ...(disagrees.length > 0 && { disagrees }),
      ...(this.#face && { inFlight: this.#face.inFlight }),
    }
  }

  #hostedRoles(): [string, RoleDefinition][] {
    return Object.entries(this.definition.roles).filter(([, { nodes }]) => nodes.includes(this.#around.node))
  }

  #makeApplier(): Applier | undefined {
    const { clock, telemetry } = this.#around
    const [role, definition] = this.#hostedRoles().find(([, { applies }]) => applies) ?? []
    if (role === undefined || definition === undefined) return undefined
    const { stateMachine: machine, limits } = this.definition
    const { nodes, remembers = true } = definition
    const key = keyOf(this.name, role)
    return new Applier({
      group: this.name,
      machine,
      limits,
      clock,
      found: this.#recovered.get(role)?.snapshot,
      phase: (nodes.indexOf(this.#around.node) + 1) / nodes.length,
      stage: (operation, done) => {
        if (remembers) this.#around.engine.stage(key, operation, done)
        else done()
      },
      onApplied: (applied, toAnswer) => {
        telemetry.applied(this.name, applied.length)
        this.#face?.applied(applied, toAnswer)
      },
      onSnapshot: (taken) => {
        if (this.#applying) this.#around.engine.post(this.#applying, { type: 'snapshot.taken', snapshot: taken })
      },
      onSnapshotFailed: (error) => {
        this.#around.logger.error({ group: this.name, error }, error.message)
      },
    })
  }

  #makeFace(): ClientFace | undefined {
    const { node, clock, drops, telemetry, peers, accord, engine } = this.#around
    const serving = this.#hostedRoles().find(([, role]) => isServing(role))?.[1]
    if (!serving && !this.applier) return undefined
    return new ClientFace({
      group: this.name,
      node,
      definition: this.definition,
      serving,
      bus: this.#bus,
      clock,
      drops,
      telemetry,
      peers,
      accord,
      applier: this.applier,
      status: () => this.#serving?.status() ?? unknownStatus,
      post: (event) => {
        if (this.#serving) engine.post(this.#serving, event)
      },
      schedule: () => engine.schedule(),
    })
  }

  #makeCell(role: string, definition: RoleDefinition): Cell {
    const { node, engine, random, inspect, fail } = this.#around
    const recovered = this.#recovered.get(role)
    invariant(recovered !== undefined, `the store was not asked about role ${role} of group ${this.name}`)
    const cell: Cell = new Cell({
      place: { group: this.name, role, node },
      definition,
      logic: definition.logic(random, node),
      recovered,
      clock: engine.actorClock(() => cell),
      inspect,
      fail,
    })
    return cell
  }

  /**
   * Others decide faster than this node applies, and it cannot refuse what they decide. It hears no more of that until it has
   * caught up: to the protocol it is a node on a slow link. One that leads refuses commands instead.
   */
  #isTooFarBehind(cell: Cell): boolean {
    return cell === this.#applying && this.applier?.isTooFarBehind === true && !cell.status().leads
  }

  #receive(cell: Cell, envelope: Envelope): void {
    const { drops, peers, accord, engine } = this.#around
    if (envelope.from === cell.address) return
    const node = this.#senders.get(envelope.from)
    if (node === undefined) {
      drops.note('unknownSender', { from: envelope.from, to: envelope.to })
      accord.meetStranger(this.name, envelope)
      return
    }
    if (!accord.agrees(this.name, node, envelope)) return
    if (this.#isTooFarBehind(cell)) {
      drops.note('behindInApply', { group: this.name, toApply: this.applier?.queued })
      return
    }
    peers.admit(node, envelope, () => {
      const message = this.#bus.read(this.definition.messages, envelope)
      if (message) engine.post(cell, { ...message, from: envelope.from })
    })
  }
}

function reportOf(cell: Cell): RoleReport {
  const { orders, asked = false, applies } = cell.definition
  return { ...cell.status(), orders, asked, applies, waitingEffects: cell.waiting }
}

const unknownStatus: RoleStatus = { state: '', term: 0, leader: undefined, leads: false, commitIndex: 0, lastIndex: 0 }
