import type { AnyActorLogic } from 'xstate'
import type { DurableEffect, Effect, RequestId } from '../actor/effect.js'
import { emptyOutbox, enqueue, type Outbox, take, written } from '../actor/outbox.js'
import { invariant } from '../errors/errors.js'
import type { GroupDefinition, RoleDefinition, RoleStatus } from '../group/protocol.js'
import type { Command, Entry, LogId, Message, Snapshot } from '../log/message.js'
import { origin } from '../log/message.js'
import type { Random } from '../ports/ports.js'
import { decodeAppliedState, encodeAppliedState } from '../stateMachine/appliedSnapshot.js'
import { type Applied, type AppliedState, applyEntries, initialAppliedState } from '../stateMachine/appliedState.js'
import { type Address, addressOf, everyNode, type NodeId, parseAddress } from '../values/address.js'
import { type Driven, drive } from './harness.js'

/** A message on its way, which stays where it is until somebody delivers, repeats or drops it. */
export interface Packet {
  readonly from: Address
  readonly to: Address
  readonly message: Message
}

/** What an actor would find after a crash. */
export interface StageDisk {
  readonly record: Uint8Array | undefined
  readonly snapshot: Snapshot | undefined
  readonly base: LogId
  readonly entries: readonly Entry[]
}

const emptyDisk: StageDisk = { record: undefined, snapshot: undefined, base: origin, entries: [] }

/** One actor of a group with its outbox, its disk and its state machine: a host's part, done by hand, step by step. */
export class StageActor {
  readonly address: Address
  readonly node: NodeId
  readonly role: string
  readonly definition: RoleDefinition
  disk: StageDisk = emptyDisk
  /** The write under way. */
  writing: readonly DurableEffect<Effect>[] = []
  outbox: Outbox<Effect> = emptyOutbox
  driven: Driven<AnyActorLogic> | undefined
  appliedState: AppliedState
  /** What its state machine applied, since somebody last looked and emptied it. */
  applied: Applied[] = []
  readable: { readonly request: RequestId; readonly at: number }[] = []
  refused: RequestId[] = []
  answered: { readonly request: RequestId; readonly bytes: Uint8Array }[] = []
  readonly #stage: Stage

  constructor(stage: Stage, role: string, node: NodeId, definition: RoleDefinition) {
    this.#stage = stage
    this.role = role
    this.node = node
    this.definition = definition
    this.address = addressOf(stage.group, role, node)
    this.appliedState = initialAppliedState(stage.definition.stateMachine)
  }

  get isUp(): boolean {
    return this.driven !== undefined
  }
  get status(): RoleStatus {
    invariant(this.driven !== undefined, `${this.address} is down`)
    return this.definition.status(this.driven.snapshot)
  }

  /** Begins with what its disk holds. */
  start(torn = false): void {
    const { record, snapshot, base, entries } = this.disk
    const machine = this.#stage.definition.stateMachine
    this.appliedState =
      snapshot && this.definition.applies ? decodeAppliedState(machine, snapshot.bytes) : initialAppliedState(machine)
    this.outbox = emptyOutbox
    this.writing = []
    const recovered = {
      record: record && this.definition.record.decode(record),
      snapshot,
      base,
      entries,
      torn,
    }
    const logic = this.definition.logic(this.#stage.random, this.node)
    this.driven = drive(logic, this.definition.input({ group: this.#stage.group, node: this.node, recovered }))
    this.#emit(this.driven.effects)
  }

  /** What was not on the disk is gone. */
  crash(): void {
    this.driven = undefined
    this.outbox = emptyOutbox
    this.writing = []
  }

  /** Takes a step by hand, unless the actor is down: what it emits goes where the effects of every step go. */
  do(step: (driven: Driven<AnyActorLogic>) => readonly Effect[]): void {
    if (this.driven) this.#emit(step(this.driven))
  }

  tell(event: { readonly type: string } & Readonly<Record<string, unknown>>): void {
    this.do((driven) => driven.tell(event as never) as readonly Effect[])
  }

  /** Lets a pending timer fire, by the name of its delay. */
  fire(timer: string): void {
    this.do((driven) => driven.fire(timer) as readonly Effect[])
  }

  receive({ message, from }: Packet): void {
    this.do((driven) => driven.receive({ ...message, from } as never) as readonly Effect[])
  }

  /** Begins a write of all that waits, unless one is under way. */
  beginWrite(): void {
    if (this.writing.length > 0) return
    const { outbox, write } = take(this.outbox)
    this.outbox = outbox
    this.writing = write
  }

  finishWrite(): void {
    if (this.writing.length === 0) return
    for (const effect of this.writing) this.disk = this.#onDisk(effect)
    const last = this.writing.flatMap((effect) => (effect.type === 'append' ? effect.entries : [])).at(-1)
    this.writing = []
    const { outbox, leaves } = written(this.outbox)
    this.outbox = outbox
    this.#carryOut(leaves)
    if (last) this.tell({ type: 'storage.persisted', last: { index: last.index, term: last.term } })
  }

  takeSnapshot(): void {
    if (!this.definition.applies || this.appliedState.applied.index === 0) return
    const bytes = encodeAppliedState(this.#stage.definition.stateMachine, this.appliedState)
    this.tell({ type: 'snapshot.taken', snapshot: { last: this.appliedState.applied, bytes } })
  }

  #onDisk(effect: DurableEffect<Effect>): StageDisk {
    const { disk } = this
    switch (effect.type) {
      case 'persist':
        return { ...disk, record: this.definition.record.encode(effect.record) }
      case 'append': {
        const next = (disk.entries.at(-1)?.index ?? disk.base.index) + 1
        invariant(
          effect.entries[0]?.index === next,
          `${this.address} appends at ${effect.entries[0]?.index}, not ${next}`,
        )
        return { ...disk, entries: [...disk.entries, ...effect.entries] }
      }
      case 'truncate':
        return { ...disk, entries: disk.entries.filter(({ index }) => index <= effect.after.index) }
      case 'stage':
        return disk
      case 'compact': {
        const entries = disk.entries.filter(({ index }) => index > effect.through.index)
        return { ...disk, snapshot: effect.snapshot, base: effect.through, entries }
      }
      case 'install':
        return { ...disk, snapshot: effect.snapshot, base: effect.snapshot.last, entries: [] }
    }
  }

  #emit(effects: readonly Effect[]): void {
    const { outbox, leaves } = enqueue(this.outbox, effects)
    this.outbox = outbox
    this.#carryOut(leaves)
  }

  #carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) {
      switch (effect.type) {
        case 'send':
          this.#stage.say(this.address, effect.to, effect.message)
          break
        case 'commit':
          this.#apply(effect.entries)
          break
        case 'restore':
          this.appliedState = decodeAppliedState(this.#stage.definition.stateMachine, effect.snapshot.bytes)
          break
        case 'readable':
          this.readable.push({ request: effect.request, at: effect.at })
          break
        case 'refuse':
          this.refused.push(effect.request)
          break
        case 'answer':
          this.answered.push({ request: effect.request, bytes: effect.bytes })
          break
        default:
          invariant(false, `${effect.type} is carried out by the disk`)
      }
    }
  }

  #apply(entries: readonly Entry[]): void {
    const { stateMachine, limits } = this.#stage.definition
    const next = applyEntries(stateMachine, this.appliedState, entries, limits)
    this.appliedState = next.appliedState
    this.applied.push(...next.applied)
  }
}

/**
 * The actors of one group with no host, bus, disk or clock around them: packets wait until they are delivered, writes until
 * they are finished, timers until they are fired. Messages and records pass through their codecs, as they do in a process.
 * For scripts and random schedules over any protocol.
 */
export class Stage {
  readonly group = 'g'
  readonly definition: GroupDefinition
  readonly random: Random
  packets: Packet[] = []
  readonly actors: ReadonlyMap<Address, StageActor>

  /** Starts every actor that the definition places. */
  constructor(definition: GroupDefinition, random: Random = { below: () => 0 }) {
    this.definition = definition
    this.random = random
    const actors = Object.entries(definition.roles).flatMap(([role, of]) =>
      of.nodes.map((node) => new StageActor(this, role, node, of)),
    )
    this.actors = new Map(actors.map((actor) => [actor.address, actor]))
    for (const actor of actors) actor.start()
  }

  /** @throws {@link BrokenInvariantError} `QUORATE_BROKEN_INVARIANT` when there is no such actor. */
  actor(role: string, node: NodeId): StageActor {
    const actor = this.actors.get(addressOf(this.group, role, node))
    invariant(actor !== undefined, `no ${role} is on ${node}`)
    return actor
  }

  /** All actors of a role. */
  actorsOf(role: string): readonly StageActor[] {
    return [...this.actors.values()].filter((actor) => actor.role === role)
  }

  /** Puts a message on its way: to one actor, or to each of a role but its sender. */
  say(from: Address, to: Address, message: Message): void {
    const { messages } = this.definition
    const decoded = messages.decode(message.type, messages.encode(message))
    const place = parseAddress(to)
    invariant(place !== undefined, `${to} is no address`)
    const receivers = place.node === everyNode ? this.actorsOf(place.role).map(({ address }) => address) : [to]
    for (const receiver of receivers) if (receiver !== from) this.packets.push({ from, to: receiver, message: decoded })
  }

  /** Hands a packet over; it is lost when the actor is down. */
  deliver(packet: Packet): void {
    this.actors.get(packet.to)?.receive(packet)
  }

  /** Delivers and writes until nothing is left to do. Timers do not fire. */
  stabilize(isOpen: (packet: Packet) => boolean = () => true): void {
    for (let quiet = false; !quiet; ) {
      const packets = this.packets
      this.packets = []
      quiet = packets.length === 0
      for (const packet of packets) if (isOpen(packet)) this.deliver(packet)
      for (const actor of this.actors.values()) {
        actor.beginWrite()
        if (actor.writing.length > 0) quiet = false
        actor.finishWrite()
      }
    }
  }

  /** A client asks an actor to have something ordered. */
  propose(actor: StageActor, request: RequestId, ...commands: readonly Command[]): void {
    actor.tell({ type: 'client.proposed', request, commands })
  }
}
