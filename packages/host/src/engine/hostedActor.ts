import {
  type Actor,
  type ActorState,
  type ActorStep,
  type Address,
  type Answer,
  actorOf,
  addressOf,
  awaitedBy,
  beginWrite,
  type Cause,
  type ClientAsked,
  type Effect,
  endWrite,
  type Instant,
  invariant,
  isTimed,
  type LeaderTransfer,
  type LocalEvent,
  type Members,
  type MembersDenied,
  type Message,
  type NodeId,
  type Observe,
  operationOf,
  type PeerFound,
  type PeerLost,
  type Question,
  type Received,
  type RecoveredState,
  type RoleDefinition,
  type RoleStatus,
  type StoreOperation,
  stepRecord,
  stillSuspected,
  suspectedAfter,
  type TimerChange,
} from '@quorate/core'
import type { AnyActorLogic } from '@quorate/core/statechart'
import { type AskGroup, RoleQuestions } from './roleQuestions.js'

/** Time, as an actor sees it. */
export interface ActorClock {
  setTimeout(fire: () => void, delayMs: number): unknown
  clearTimeout(timer: unknown): void
  /** What clocks show, for a role that asks. */
  instant(): Instant
}

/** Which role of which group, and on which node. */
interface Place {
  readonly group: string
  readonly role: string
  readonly node: NodeId
}

/** Under which key of its store a node keeps what a role of a group remembers. */
export const keyOf = (group: string, role: string): string => `${group}/${role}`

/** What an actor is given. */
export type HostedEvent =
  | LeaderTransfer
  | LocalEvent
  | ClientAsked
  | Answer
  | PeerLost
  | PeerFound
  | MembersDenied
  | Received<Message>

interface EarlyEvent {
  readonly event: HostedEvent
  readonly cause: Cause | undefined
}

/** One actor of a node: where it stands, its timers on the clock, and what it said that nobody has carried out yet. */
export class HostedActor {
  /** Whose log it is, in the store. */
  readonly key: string
  readonly group: string
  readonly role: string
  readonly address: Address
  readonly definition: RoleDefinition
  readonly logic: AnyActorLogic
  readonly #node: NodeId
  readonly #actor: Actor
  readonly #clock: ActorClock
  readonly #observe: Observe | undefined
  readonly #makeQuestions: () => RoleQuestions
  /** What it calls and asks, when it does so first. */
  #questions: RoleQuestions | undefined
  /** By id: the pending ones, on the clock. */
  readonly #timers = new Map<string, unknown>()
  #state: ActorState
  #leaves: Effect[] = []
  #suspected: readonly NodeId[] = []
  #isStopped = false
  /** The timers that it began with, in their order, and what came before it was let go. */
  #early: { readonly timers: readonly TimerChange[]; readonly events: EarlyEvent[] } | undefined

  /** Begins with what was recovered. It takes no step and its timers do not run before `start`. */
  constructor(options: {
    place: Place
    definition: RoleDefinition
    logic: AnyActorLogic
    recovered: RecoveredState
    clock: ActorClock
    /** Gives it an event, but not at once. */
    post: (event: HostedEvent) => void
    ask: AskGroup
    /** Its handler threw this. */
    threw: (thrown: unknown) => void
    observe?: Observe | undefined
  }) {
    const { place, definition, logic, recovered, clock, post, ask, threw, observe } = options
    this.key = keyOf(place.group, place.role)
    this.group = place.group
    this.role = place.role
    this.address = addressOf(place.group, place.role, place.node)
    this.definition = definition
    this.#node = place.node
    this.logic = logic
    this.#actor = actorOf(logic, observe !== undefined)
    this.#clock = clock
    this.#observe = observe
    const { handler } = definition
    this.#makeQuestions = () => new RoleQuestions({ place, handler, ask, post, threw })
    const step = this.#actor.begin(definition.input({ group: place.group, node: place.node, recovered }))
    this.#state = step.state
    this.#leaves.push(...step.leaves)
    this.#early = { timers: step.timers, events: [] }
    observe?.(stepRecord(this, undefined, undefined, step))
  }

  start(): void {
    const { timers = [], events = [] } = this.#early ?? {}
    this.#early = undefined
    for (const change of timers) this.#change(change)
    for (const { event, cause } of events) this.send(event, cause)
  }

  /** It takes no step any more. */
  stop(): void {
    this.#isStopped = true
    for (const timer of this.#timers.values()) this.#clock.clearTimeout(timer)
    this.#timers.clear()
    this.#questions?.close()
  }

  /**
   * @param cause of a message, where somebody observes the actor
   * @throws what the role throws.
   */
  send(event: HostedEvent, cause?: Cause): void {
    if (this.#isStopped) return
    if (this.#early) {
      this.#early.events.push({ event, cause })
      return
    }
    if (isOfPeer(event)) {
      const suspected = suspectedAfter(event, this.awaited, this.#suspected)
      if (!suspected) return
      this.#suspected = suspected
    }
    // It was made for this actor, and a copy of each message would be dear.
    if (isTimed(this.definition.timed, event.type)) Object.assign(event, this.#clock.instant())
    this.#take(event, this.#actor.deliver(this.#state, event), cause)
  }

  /** Whom the group consists of, as it says when it begins. */
  get firstMembers(): readonly Members[] {
    return this.#leaves.filter((effect) => effect.type === 'members')
  }

  /** Has its handler do something, or asks another group; what comes of it is posted. */
  begin(question: Exclude<Question, { readonly type: 'choose' }>): void {
    const hasHandler = question.type !== 'call' || this.definition.handler !== undefined
    invariant(hasHandler, `${this.address} emits call, and the definition of its role has no handler`)
    this.#questions ??= this.#makeQuestions()
    this.#questions.begin(question)
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  status(): RoleStatus {
    const { snapshot } = this.#state
    const status = this.definition.status(snapshot)
    const full = this.definition.keyed?.notices(snapshot) ?? []
    return full.length > 0 ? { ...status, notices: [...(status.notices ?? []), ...full] } : status
  }

  /** Other nodes of which it expects something now. */
  get awaited(): readonly NodeId[] {
    return awaitedBy(this.definition, this.#state.snapshot, this.#node)
  }

  /** Those of them that it was told to be lost. */
  get suspected(): readonly NodeId[] {
    return this.#suspected
  }

  /** Effects that wait for a durable one. */
  get waiting(): number {
    return this.#state.outbox.waiting.length
  }

  /** Takes what may be carried out now and was not taken before, in order. */
  collect(): readonly Effect[] {
    if (this.#leaves.length === 0) return noEffects
    const leaves = this.#leaves
    this.#leaves = []
    return leaves
  }

  /** What must be written next, in order; nothing while nothing waits for the disk. */
  beginWrite(): readonly StoreOperation[] {
    this.#state = beginWrite(this.#state)
    return this.#state.writing.map((effect) => operationOf(effect, this.definition.record))
  }

  /** The write is durable: what waited for it may be collected. What it returns the actor must be told. */
  endWrite(): HostedEvent | undefined {
    const { state, leaves, told } = endWrite(this.#state)
    this.#state = state
    this.#leaves.push(...leaves)
    return told
  }

  #fire(timer: string): void {
    this.#timers.delete(timer)
    const at = isTimed(this.definition.timed, timer) ? this.#clock.instant() : undefined
    this.#take({ type: timer, ...at }, this.#actor.fire(this.#state, timer, at))
  }

  #take(event: { readonly type: string }, step: ActorStep, cause?: Cause): void {
    const before = this.#state
    this.#state = step.state
    if (this.#suspected.length > 0) this.#suspected = stillSuspected(this.#suspected, this.awaited)
    for (const effect of step.leaves) this.#leaves.push(effect)
    for (const change of step.timers) this.#change(change)
    this.#observe?.(stepRecord(this, event, before, step, cause))
  }

  #change(change: TimerChange): void {
    const { timer } = change
    if (this.#timers.has(timer)) {
      this.#clock.clearTimeout(this.#timers.get(timer))
      this.#timers.delete(timer)
    }
    if (change.type === 'schedule') this.#set(timer, change.delayMs)
  }

  #set(timer: string, delayMs: number): void {
    this.#timers.set(
      timer,
      this.#clock.setTimeout(() => this.#fire(timer), delayMs),
    )
  }
}

const isOfPeer = (event: HostedEvent): event is PeerLost | PeerFound =>
  event.type === 'peer.lost' || event.type === 'peer.found'

const noEffects: readonly Effect[] = []
