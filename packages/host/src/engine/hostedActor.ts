import {
  type Address,
  addressOf,
  type ClientAsked,
  type DurableEffect,
  type Effect,
  emptyOutbox,
  enqueue,
  type LocalEvent,
  type LogId,
  type Message,
  type NodeId,
  type Outbox,
  type Received,
  type RecoveredState,
  type RoleDefinition,
  type RoleStatus,
  type StoreOperation,
  take,
  written,
} from '@quorate/core'
import { type Actor, type AnyActorLogic, createActor, type InspectionEvent } from 'xstate'

/** Time, as an actor sees it. */
export interface ActorClock {
  setTimeout(fire: () => void, delayMs: number): unknown
  clearTimeout(timer: unknown): void
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
export type ActorEvent = LocalEvent | ClientAsked | Received<Message>

/** One actor of a node, what it has emitted, and what of that may not leave yet. */
export class HostedActor {
  /** Whose log it is, in the store. */
  readonly key: string
  readonly group: string
  readonly address: Address
  readonly definition: RoleDefinition
  readonly #actor: Actor<AnyActorLogic>
  #emitted: Effect[] = []
  #outbox: Outbox = emptyOutbox

  constructor(options: {
    place: Place
    definition: RoleDefinition
    logic: AnyActorLogic
    recovered: RecoveredState
    clock: ActorClock
    inspect?: ((event: InspectionEvent) => void) | undefined
    fail: (error: unknown) => void
  }) {
    const { place, definition, inspect } = options
    this.key = keyOf(place.group, place.role)
    this.group = place.group
    this.address = addressOf(place.group, place.role, place.node)
    this.definition = definition
    this.#actor = createActor(options.logic, {
      id: this.address,
      input: definition.input({ group: place.group, node: place.node, recovered: options.recovered }),
      clock: options.clock as never,
      ...(inspect ? { inspect } : {}),
    })
    // What a role throws is reported here, or becomes an uncaught exception of the process.
    this.#actor.subscribe({ error: options.fail })
    // What a listener throws is reported later and to nobody: it must do nothing that can fail.
    this.#actor.on('*', (effect: Effect) => {
      this.#emitted.push(effect)
    })
  }

  start(): void {
    this.#actor.start()
  }

  stop(): void {
    this.#actor.stop()
  }

  send(event: ActorEvent): void {
    this.#actor.send(event)
  }

  status(): RoleStatus {
    return this.definition.status(this.#actor.getSnapshot())
  }

  /** Effects that wait for a durable one. */
  get waiting(): number {
    return this.#outbox.waiting.length
  }

  /** Takes what the actor emitted since the last call; what it returns may leave now. */
  collect(): readonly Effect[] {
    if (this.#emitted.length === 0) return noEffects
    const emitted = this.#emitted
    this.#emitted = []
    const { outbox, leaves } = enqueue(this.#outbox, emitted)
    this.#outbox = outbox
    return leaves
  }

  /** What must be written next, if anything. */
  beginWrite(): { readonly operations: readonly StoreOperation[]; readonly last: LogId | undefined } | undefined {
    if (this.#outbox.waiting.length === 0) return undefined
    const { outbox, write } = take(this.#outbox)
    this.#outbox = outbox
    return { operations: write.map((effect) => this.#operation(effect)), last: lastWritten(write) }
  }

  /** The write is durable; what it returns may leave now. */
  endWrite(): readonly Effect[] {
    const { outbox, leaves } = written(this.#outbox)
    this.#outbox = outbox
    return leaves
  }

  #operation(effect: DurableEffect<Effect>): StoreOperation {
    return effect.type === 'persist'
      ? { type: 'persist', record: this.definition.record.encode(effect.record) }
      : effect
  }
}

const noEffects: readonly Effect[] = []

/** Where the log ends after a write that changed its end. */
function lastWritten(write: readonly DurableEffect<Effect>[]): LogId | undefined {
  let last: LogId | undefined
  for (const effect of write) {
    if (effect.type === 'truncate') last = effect.after
    else if (effect.type === 'append') {
      const entry = effect.entries.at(-1)
      if (entry) last = { index: entry.index, term: entry.term }
    }
  }
  return last
}
