import { contentKey } from '../engine/contentKey.js'
import { Interner } from '../engine/interner.js'
import { PairTable } from '../engine/pairTable.js'
import { asked, InvalidModelError, ModelFault } from '../errors.js'
import { shown } from '../shown.js'
import type { ActorStep, ActorSystem, ModelActor, Reaction } from './actor.js'

interface Local<State> {
  readonly actor: number
  readonly state: State
}

/** Something that happens to an actor: the delivery of a message, or an event of its own. */
export type ActorEvent<Message> =
  | { readonly type: 'receive'; readonly from: number; readonly to: number; readonly message: Message }
  | { readonly type: 'own'; readonly to: number; readonly name: string }

/** The outcome of an event that no case matched. */
export const ignored = 0
/** The outcome of an event that would leave the bounds of the model. */
export const beyond = 1
const noNumbers = new Int32Array(0)

/**
 * Local states, events and outcomes as numbers. What an actor does is a function of its state and the event, so it is
 * computed once and remembered.
 */
export class LocalStates<State, Message, Note, History> {
  readonly states: Interner<Local<State>>
  readonly events: Interner<ActorEvent<Message>>
  readonly notes = new Interner<Note>()
  /** By event: whom it happens to. */
  readonly receivers: number[] = []
  /** By event: from whom to whom, as one number; of a message. */
  readonly links: number[] = []
  /** By outcome. */
  readonly nexts: number[] = [-1, -1]
  readonly sends: Int32Array[] = [noNumbers, noNumbers]
  readonly noted: number[] = [-1, -1]
  readonly outcomes = new PairTable()
  /** Events that cost a budget. */
  readonly costly = new Set<number>()
  readonly #system: ActorSystem<State, Message, Note, History>
  readonly #actorNumbers: ReadonlyMap<string, number>
  readonly #budgetNumbers: ReadonlyMap<string, number>
  /** By outcome: what was done beside. */
  readonly #outputs: (readonly unknown[])[] = [[], []]
  readonly #own: Int32Array[] = []
  readonly #tells: number[] = []

  constructor(system: ActorSystem<State, Message, Note, History>) {
    this.#system = system
    this.#actorNumbers = new Map(system.actors.map(({ name }, number) => [name, number]))
    this.#budgetNumbers = new Map(Object.keys(system.budgets ?? {}).map((name, number) => [name, number]))
    this.#checkActors()
    const keyOf = ({ actor, state }: Local<State>): string =>
      `${actor}:${this.actorAt(actor).keyOf?.(state) ?? contentKey(state)}`
    this.states = new Interner(keyOf)
    this.events = new Interner<ActorEvent<Message>>(
      (event) =>
        event.type === 'own' ? `${event.to}:${event.name}` : `${event.from}>${event.to}:${contentKey(event.message)}`,
      (event, number) => {
        this.receivers[number] = event.to
        this.links[number] = event.type === 'own' ? -1 : event.from * system.actors.length + event.to
      },
    )
  }

  actorAt(number: number): ModelActor<State, Message> {
    return this.#system.actors[number] as ModelActor<State, Message>
  }
  nameOf(actor: number): string {
    return this.actorAt(actor).name
  }

  /** The local state in which an actor starts, the messages it sends, and the note. */
  start(actor: number): { readonly local: number; readonly sends: Int32Array; readonly note: number } {
    return asked(
      () => `${this.nameOf(actor)}, when it starts,`,
      () => {
        const reaction = this.actorAt(actor).start()
        return {
          local: this.states.numberOf({ actor, state: reaction.state }),
          sends: this.#sendsOf(actor, reaction),
          note: this.#noteOf(actor, { type: 'start' }, undefined, reaction),
        }
      },
    )
  }

  outcomeOf(local: number, event: number): number {
    const known = this.outcomes.get(local, event)
    return known >= 0 ? known : this.#compute(local, event)
  }

  /** What an actor may do by itself: event and budget by turns; the budget is below 0 where it is free. */
  ownOf(local: number): Int32Array {
    const known = this.#own[local]
    if (known) return known
    const { actor, state } = this.states.valueOf(local)
    const own = asked(
      () => `${this.nameOf(actor)}, asked what it may do by itself,`,
      () => this.actorAt(actor).own?.(state) ?? [],
    )
    const numbers = own.flatMap(({ name, costs }) => [
      this.events.numberOf({ type: 'own', to: actor, name }),
      costs === undefined ? -1 : this.#budgetOf(actor, costs),
    ])
    const packed = Int32Array.from(numbers)
    for (let at = 0; at < packed.length; at += 2) {
      if ((packed[at + 1] as number) >= 0) this.costly.add(packed[at] as number)
    }
    this.#own[local] = packed
    return packed
  }

  /** Whom an actor may still send to, one bit each. */
  tellsOf(local: number): number {
    const known = this.#tells[local]
    if (known !== undefined) return known
    const { actor, state } = this.states.valueOf(local)
    const names = asked(
      () => `${this.nameOf(actor)}, asked whom it tells,`,
      () => (this.#system.actors.length < 32 ? this.actorAt(actor).tells?.(state) : undefined),
    )
    const mask = names ? names.reduce((bits, name) => bits | (1 << this.#actorNumber(actor, name)), 0) : -1
    this.#tells[local] = mask
    return mask
  }

  /** A step of an actor, as properties see it. */
  stepOf(local: number, event: number, outcome: number): ActorStep<State, Message> {
    const { actor, state } = this.states.valueOf(local)
    const sends = Array.from(this.sends[outcome] ?? [], (number) => {
      const sent = this.events.valueOf(number) as ActorEvent<Message> & { readonly type: 'receive' }
      return { to: this.nameOf(sent.to), message: sent.message }
    })
    return {
      actor: this.nameOf(actor),
      event: this.#told(this.events.valueOf(event)),
      before: state,
      after: this.states.valueOf(this.nexts[outcome] as number).state,
      sends,
      outputs: this.#outputs[outcome] ?? [],
    }
  }

  #told(event: ActorEvent<Message>): ActorStep<State, Message>['event'] {
    return event.type === 'own'
      ? { type: 'own', name: event.name }
      : { type: 'receive', from: this.nameOf(event.from), message: event.message }
  }

  #compute(local: number, event: number): number {
    const { actor, state } = this.states.valueOf(local)
    const happening = this.events.valueOf(event)
    const behaviour = this.actorAt(actor)
    const outcome = asked(
      () => this.#nameOfStep(actor, happening),
      () => {
        const reaction =
          happening.type === 'own'
            ? behaviour.act?.(state, happening.name)
            : behaviour.receive(state, happening.message, this.nameOf(happening.from))
        this.#checkIntact(local, event)
        return reaction === undefined ? ignored : this.#enter(actor, local, happening, reaction)
      },
    )
    this.outcomes.set(local, event, outcome)
    return outcome
  }

  #nameOfStep(actor: number, event: ActorEvent<Message>): string {
    const name = this.nameOf(actor)
    if (event.type === 'own') return `${name}, when it does "${event.name}",`
    return `${name}, when it receives ${shown(event.message)} from ${this.nameOf(event.from)},`
  }

  /** What cannot be frozen must be looked at again. */
  #checkIntact(local: number, event: number): void {
    const isChanged = !this.states.isAsItWas(local)
    if (!isChanged && this.events.isAsItWas(event)) return
    const what = isChanged ? 'its state' : 'the message'
    throw new ModelFault(`writes into a map, a set or bytes of ${what}: states and messages are values, make new ones`)
  }

  #enter(actor: number, local: number, event: ActorEvent<Message>, reaction: Reaction<State, Message>): number {
    const { state } = this.states.valueOf(local)
    if (this.#system.within && !this.#system.within(reaction.state, this.nameOf(actor))) return beyond
    const next = this.states.numberOf({ actor, state: reaction.state })
    const sends = this.#sendsOf(actor, reaction)
    this.#checkTells(actor, local, next, sends)
    this.nexts.push(next)
    this.sends.push(sends)
    this.#outputs.push(reaction.outputs ?? [])
    this.noted.push(this.#noteOf(actor, this.#told(event), state, reaction))
    return this.nexts.length - 1
  }

  #sendsOf(actor: number, { sends }: Reaction<State, Message>): Int32Array {
    if (!sends || sends.length === 0) return noNumbers
    const numberOf = ({ to, message }: { readonly to: string; readonly message: Message }) =>
      this.events.numberOf({ type: 'receive', from: actor, to: this.#actorNumber(actor, to), message })
    return Int32Array.from(sends, numberOf)
  }

  #noteOf(
    actor: number,
    event: ActorStep<State, Message>['event'],
    before: State | undefined,
    { state, sends = [], outputs = [] }: Reaction<State, Message>,
  ): number {
    const step = { actor: this.nameOf(actor), event, before, after: state, sends, outputs }
    const note = this.#system.history?.note(step)
    return note === undefined ? -1 : this.notes.numberOf(note)
  }

  #checkTells(actor: number, local: number, next: number, sends: Int32Array): void {
    const tells = this.tellsOf(local)
    const told = sends.reduce((bits, event) => bits | (1 << (this.receivers[event] as number)), this.tellsOf(next))
    if ((told & ~tells) === 0) return
    const what = `${this.nameOf(actor)} sends, or may send, to others than it said that it tells`
    throw new InvalidModelError(this.#system.name, `${what}: mend \`tells\`, or leave it out`)
  }

  #checkActors(): void {
    const { name, actors } = this.#system
    if (actors.length === 0) throw new InvalidModelError(name, 'it has no actors')
    if (this.#actorNumbers.size !== actors.length) throw new InvalidModelError(name, 'two of its actors have one name')
  }

  #actorNumber(actor: number, name: string): number {
    const number = this.#actorNumbers.get(name)
    if (number !== undefined) return number
    throw new InvalidModelError(this.#system.name, `${this.nameOf(actor)} names ${name}, and there is no such actor`)
  }

  #budgetOf(actor: number, name: string): number {
    const number = this.#budgetNumbers.get(name)
    if (number !== undefined) return number
    const what = `an event of ${this.nameOf(actor)} costs "${name}", which is no budget`
    throw new InvalidModelError(this.#system.name, `${what}: add it to \`budgets\``)
  }
}
