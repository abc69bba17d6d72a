import { choicesOf } from '../actor/choose.js'
import type {
  AskOutcome,
  CallOutcome,
  DurableEffect,
  Effect,
  OwnRequest,
  Question,
  RequestId,
} from '../actor/effect.js'
import { LocalActor, type LocalState, type LocalStep } from '../actor/localActor.js'
import { emptyOutbox, type Outbox } from '../actor/outbox.js'
import { requestText } from '../actor/questions.js'
import { invariant } from '../errors/errors.js'
import type { Members } from '../group/members.js'
import { hostsOf } from '../group/placement.js'
import type { GroupDefinition, RoleDefinition, RoleStatus } from '../group/protocol.js'
import type { LogService } from '../group/service.js'
import type { Command, Message } from '../log/message.js'
import type { Instant } from '../log/time.js'
import type { Random, Recovered } from '../ports/ports.js'
import { nothingStored, recoveredFrom, storedFrom } from '../ports/storedLog.js'
import type { AnyActorLogic } from '../role/statechart.js'
import { encodeAppliedState } from '../stateMachine/appliedSnapshot.js'
import { type Applied, type AppliedState, initialAppliedState } from '../stateMachine/appliedState.js'
import { type Address, addressOf, type NodeId } from '../values/address.js'
import { type Driven, driven, type Seat } from './harness.js'

/** A message on its way, which stays where it is until somebody delivers, repeats or drops it. */
export interface Packet {
  readonly from: Address
  readonly to: Address
  readonly message: Message
}

/** What an actor would find after a crash. */
export type StageDisk = Recovered

/** One actor of a group with its outbox, its disk and its state machine: a host's part, done by hand, step by step. */
export class StageActor {
  readonly address: Address
  readonly node: NodeId
  readonly role: string
  readonly definition: RoleDefinition
  /** What its state machine applied, since somebody last looked and emptied it. */
  applied: Applied[] = []
  readable: { readonly request: RequestId; readonly at: number }[] = []
  refused: RequestId[] = []
  answered: { readonly request: RequestId; readonly body: unknown }[] = []
  readonly #stage: Stage
  readonly #local: LocalActor
  #state: LocalState = {
    actor: undefined,
    stored: nothingStored,
    appliedState: undefined,
    questions: [],
    suspected: [],
    members: undefined,
  }
  #emitted: readonly Effect[] = []
  #driven: Driven<AnyActorLogic> | undefined

  constructor(stage: Stage, role: string, node: NodeId) {
    const { group, definition, random } = stage
    this.#stage = stage
    this.#local = new LocalActor({ group, definition, role, node, random })
    this.role = role
    this.node = node
    this.definition = this.#local.definition
    this.address = this.#local.address
  }

  /** `undefined`: it is down. */
  get driven(): Driven<AnyActorLogic> | undefined {
    return this.#driven
  }
  get isUp(): boolean {
    return this.#state.actor !== undefined
  }
  get status(): RoleStatus {
    invariant(this.#state.actor !== undefined, `${this.address} is down`)
    return this.definition.status(this.#state.actor.snapshot)
  }
  get outbox(): Outbox {
    return this.#state.actor?.outbox ?? emptyOutbox
  }
  /** The write under way. */
  get writing(): readonly DurableEffect<Effect>[] {
    return this.#state.actor?.writing ?? []
  }
  /** @throws {@link BrokenInvariantError} `QUORATE_BROKEN_INVARIANT` of a role that drives no state machine. */
  get appliedState(): AppliedState {
    return this.#state.appliedState ?? initialAppliedState(this.#log.stateMachine)
  }
  /** Other nodes of which it expects something now. */
  get awaited(): readonly NodeId[] {
    return this.#local.awaited(this.#state)
  }
  /** Those of them that it was told to be lost. */
  get suspected(): readonly NodeId[] {
    return this.#state.suspected
  }
  /** Whom its group consists of, as it said last; `undefined` while that is whom the group began with. */
  get members(): Members | undefined {
    return this.#state.members
  }
  /** What it asked and has no answer to: choices, in order, and then all else. */
  get questions(): readonly Question[] {
    return this.#state.questions
  }
  get disk(): StageDisk {
    return recoveredFrom(this.#state.stored)
  }
  set disk(disk: StageDisk) {
    this.#state = { ...this.#state, stored: storedFrom(disk) }
  }

  /** Whom an address means that it speaks to now. */
  addresseesOf(to: Address): readonly Address[] {
    return this.#local.addressees(to, this.#state.members)
  }

  /** Begins with what its disk holds. */
  start(doubtful = false): void {
    this.#take(this.#local.begin(this.#state.stored, doubtful))
    this.#driven = driven(this.#seat())
  }

  /** What was not on the disk is gone. */
  crash(): void {
    const { clock } = this.#state
    this.#state = { ...this.#local.crash(this.#state), ...(clock && { clock }) }
    this.#driven = undefined
  }

  /** Takes a step by hand, unless the actor is down: what it emits goes where the effects of every step go. */
  do(step: (driven: Driven<AnyActorLogic>) => readonly Effect[]): void {
    if (this.#driven) step(this.#driven)
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

  /**
   * Answers the first of its choices, with these in whatever order.
   * @throws {@link BrokenInvariantError} `QUORATE_BROKEN_INVARIANT` when it asked nothing, or these are no answer.
   */
  choose(...chosen: readonly string[]): void {
    const question = this.questions.find(({ type }) => type === 'choose')
    invariant(question?.type === 'choose', `${this.address} asked nothing`)
    const meant = [...choicesOf(question)].find(
      (choice) => choice.chosen.length === chosen.length && chosen.every((each) => choice.chosen.includes(each)),
    )
    invariant(
      meant !== undefined,
      () => `${this.address} asked for ${question.count} of ${question.among}, not for ${chosen}`,
    )
    this.#take(this.#local.answer(this.#state, meant))
  }

  /**
   * Ends one of its calls. No handler runs here: what it would return is said.
   * @param request which of them. @default the only one
   * @throws {@link BrokenInvariantError} `QUORATE_BROKEN_INVARIANT` when there is no such call, or several and none is named.
   */
  endCall(outcome: CallOutcome, request?: OwnRequest): void {
    this.#take(this.#local.answer(this.#state, { type: 'called', request: request ?? this.#only('call'), outcome }))
  }

  /** Ends what it asked another group, likewise. */
  endAsk(outcome: AskOutcome, request?: OwnRequest): void {
    this.#take(this.#local.answer(this.#state, { type: 'answered', request: request ?? this.#only('ask'), outcome }))
  }

  /** Tells it that a node that it awaits is lost, rightly or not. */
  lose(node: NodeId): void {
    this.#take(this.#local.suspect(this.#state, { type: 'peer.lost', node }))
  }

  /** Tells it that a node that it was told to be lost is heard again. */
  find(node: NodeId): void {
    this.#take(this.#local.suspect(this.#state, { type: 'peer.found', node }))
  }

  /** From now on the clocks of its node show this, until they are set again. */
  setClock(clock: Instant): void {
    this.#state = { ...this.#state, clock }
  }

  /** Begins a write of all that waits, unless one is under way. */
  beginWrite(): void {
    if (this.writing.length === 0) this.#state = this.#local.beginWrite(this.#state)
  }

  finishWrite(): void {
    if (this.writing.length > 0) this.#take(this.#local.endWrite(this.#state))
  }

  takeSnapshot(): void {
    if (!this.#local.log || this.appliedState.applied.index === 0) return
    const bytes = encodeAppliedState(this.#log.stateMachine, this.appliedState)
    this.tell({ type: 'snapshot.taken', snapshot: { last: this.appliedState.applied, bytes } })
  }

  #only(type: 'call' | 'ask'): OwnRequest {
    const open = this.questions.flatMap((each) => (each.type === type ? [each.request] : []))
    const [only] = open
    const names = open.map(requestText).join(', ') || 'none'
    invariant(only !== undefined && open.length === 1, `${this.address} has open: ${names}; say which ${type} ends`)
    return only
  }

  get #log(): LogService {
    const { log } = this.#local
    invariant(log !== undefined, `${this.address} drives no state machine`)
    return log
  }

  #seat(): Seat {
    return {
      state: () => {
        invariant(this.#state.actor !== undefined, `${this.address} is down`)
        return this.#state.actor
      },
      effects: () => this.#emitted,
      deliver: (event) => this.#take(this.#local.deliver(this.#state, event)),
      fire: (timer) => this.#take(this.#local.fire(this.#state, timer)),
    }
  }

  #take({ state, emitted, leaves, applied }: LocalStep): void {
    const { clock } = this.#state
    let { members } = this.#state
    this.#state = clock ? { ...state, clock } : state
    this.#emitted = emitted
    this.applied.push(...applied)
    for (const effect of leaves) {
      switch (effect.type) {
        case 'send':
          this.#stage.put(this.address, this.#local.addressees(effect.to, members), effect.message)
          break
        case 'members':
          members = effect
          break
        case 'readable':
          this.readable.push({ request: effect.request, at: effect.at })
          break
        case 'refuse':
          this.refused.push(effect.request)
          break
        case 'answer':
          this.answered.push({ request: effect.request, body: effect.body })
          break
      }
    }
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

  /** Starts every actor that the definition places, of nodes that join too. */
  constructor(definition: GroupDefinition, random: Random = { below: () => 0 }) {
    this.definition = definition
    this.random = random
    const actors = Object.entries(definition.roles).flatMap(([role, of]) =>
      hostsOf(of).map((node) => new StageActor(this, role, node)),
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

  /** Puts a message on its way: to one actor, or to each that its sender takes for a member now, but itself. */
  say(from: Address, to: Address, message: Message): void {
    this.put(from, this.actors.get(from)?.addresseesOf(to) ?? [to], message)
  }

  /** Puts a message on its way to each of those but its sender. Who may speak is not asked: a host that is behind would let it pass too. */
  put(from: Address, to: readonly Address[], message: Message): void {
    const { messages } = this.definition
    const decoded = messages.decode(message.type, messages.encode(message))
    for (const receiver of to) if (receiver !== from) this.packets.push({ from, to: receiver, message: decoded })
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
