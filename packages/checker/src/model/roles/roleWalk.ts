import {
  type GroupDefinition,
  hostsOf,
  invariant,
  type Message,
  type MessageId,
  type TraceEvent,
  traceEventOf,
} from '@quorate/core'
import type { Reaction, SystemStep } from '../actors/actor.js'
import { contentKey } from '../engine/contentKey.js'
import type { Names } from './names.js'
import type { NumberedSending } from './onlooker.js'
import { RoleActor } from './roleActor.js'
import type { RoleSettings } from './roleSettings.js'
import type { RoleState } from './roleState.js'

/** There is no time in a model: each step is a thousandth of a second after the one before. */
const stepUs = 1000

/** Someone in a run, and where it stands. */
interface Walker {
  readonly actor: RoleActor
  readonly node: string
  state: RoleState
}

/** A message on its way. */
interface Flying extends NumberedSending {
  readonly from: string
  /** Equal for equal messages. */
  readonly key: string
}

/** What a {@link RoleWalk} is of. */
export interface RoleWalkOptions {
  readonly group: GroupDefinition
  readonly names: Names
  readonly settings: RoleSettings
  /** Messages stay where they are when they are delivered. */
  readonly isKept: boolean
  readonly listen: (event: TraceEvent) => void
}

/**
 * A run of a group, walked once more with the same roles, for whoever wants to hear of each step. The search remembers what a
 * step comes to and does not take it again; and of equal messages it does not know which is which: the oldest is delivered.
 */
export class RoleWalk {
  readonly #walkers = new Map<string, Walker>()
  readonly #isKept: boolean
  readonly #listen: (event: TraceEvent) => void
  #flying: Flying[] = []
  #steps = 0
  #lastNumber = 0

  constructor({ group, names, settings, isKept, listen }: RoleWalkOptions) {
    this.#isKept = isKept
    this.#listen = listen
    const nextNumber = () => ++this.#lastNumber
    for (const [role, of] of Object.entries(group.roles)) {
      for (const node of hostsOf(of)) {
        const observe = (observed: Parameters<typeof traceEventOf>[0]) =>
          listen(traceEventOf(observed, this.#atUs, node))
        const actor = new RoleActor(group, role, node, names, settings, { observe, nextNumber })
        const { state, sends = [] } = actor.start()
        this.#walkers.set(actor.name, { actor, node, state })
        this.#send(actor.name, sends)
      }
    }
  }

  /** Takes the next step. */
  take(step: SystemStep<Message>): void {
    this.#steps++
    const walker = this.#at(step.actor)
    if (step.type === 'own') {
      this.#tellOwn(walker, step.name)
      this.#goOn(step.actor, walker, walker.actor.act(walker.state, step.name))
      return
    }
    const flying = this.#find(step)
    const { id } = flying
    if (step.type === 'lose') {
      this.#land(flying)
      this.#listen({ type: 'dropped', ...this.#about(walker), by: 'bus', why: 'loss', ...this.#whose(flying) })
      return
    }
    if (step.type === 'receive' && !this.#isKept) this.#land(flying)
    this.#listen({ type: 'received', ...this.#about(walker), ...this.#whose(flying) })
    this.#goOn(step.actor, walker, walker.actor.receive(walker.state, step.message, step.from, id))
  }

  get #atUs(): number {
    return this.#steps * stepUs
  }

  #at(name: string): Walker {
    const walker = this.#walkers.get(name)
    invariant(walker !== undefined, `there is no actor ${name}`)
    return walker
  }

  #about({ node }: Walker): { readonly atUs: number; readonly who: string } {
    return { atUs: this.#atUs, who: node }
  }

  #whose({ id, from, message }: Flying): { readonly id: MessageId; readonly from: string; readonly message: string } {
    return { id, from: this.#at(from).node, message: message.type }
  }

  /** What an actor does by itself, and that is no step of its role. */
  #tellOwn(walker: Walker, name: string): void {
    if (name.startsWith('crashes')) this.#listen({ type: 'fault', ...this.#about(walker), fault: name })
    else if (name === 'restarts') this.#listen({ type: 'note', ...this.#about(walker), text: name })
  }

  #goOn(name: string, walker: Walker, reaction: Reaction<RoleState, Message> | undefined): void {
    if (!reaction) return
    walker.state = reaction.state
    const { failure } = reaction.state
    if (failure !== undefined) this.#listen({ type: 'note', ...this.#about(walker), text: `has failed: ${failure}` })
    this.#send(name, reaction.sends ?? [])
  }

  #send(from: string, sends: Reaction<RoleState, Message>['sends'] & object): void {
    for (const sending of sends as readonly NumberedSending[]) {
      this.#flying.push({ ...sending, from, key: contentKey(sending.message) })
    }
  }

  #find({ actor, from, message }: Exclude<SystemStep<Message>, { type: 'own' }>): Flying {
    const key = contentKey(message)
    const found = this.#flying.find((each) => each.to === actor && each.from === from && each.key === key)
    invariant(found !== undefined, `nothing like that is on its way from ${from} to ${actor}`)
    return found
  }

  #land(flying: Flying): void {
    this.#flying = this.#flying.filter((each) => each !== flying)
  }
}
