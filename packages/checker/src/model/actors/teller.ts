import type { StepText } from '../engine/space.js'
import { changesOf, shown } from '../shown.js'
import type { ActorSystem, Envelope, View } from './actor.js'
import type { Histories } from './histories.js'
import type { Layout } from './layout.js'
import type { Locals } from './locals.js'
import { eventOf, wayOf, ways } from './ways.js'

const verbs: Readonly<Record<number, string>> = {
  [ways.happens]: 'receives',
  [ways.repeats]: 'receives, and will again,',
  [ways.lost]: 'never gets',
}

/** Tells tuples and steps to people and to predicates. */
export class Teller<State, Message, Note, History> {
  readonly #system: ActorSystem<State, Message, Note, History>
  readonly #layout: Layout
  readonly #locals: Locals<State, Message, Note, History>
  readonly #histories: Histories<State, Message, Note, History> | undefined

  constructor(
    system: ActorSystem<State, Message, Note, History>,
    layout: Layout,
    locals: Locals<State, Message, Note, History>,
    histories: Histories<State, Message, Note, History> | undefined,
  ) {
    this.#system = system
    this.#layout = layout
    this.#locals = locals
    this.#histories = histories
  }

  envelopeOf(event: number): Envelope<Message> | undefined {
    const happening = this.#locals.events.valueOf(event)
    if (happening.type !== 'receive') return undefined
    const { from, to, message } = happening
    return { from: this.#locals.nameOf(from), to: this.#locals.nameOf(to), message }
  }

  viewOf(state: Int32Array, length: number): View<State, Message, History> {
    const { actors, history, budgets, budgetNames, messages } = this.#layout
    const stateAt = (place: number): State => this.#locals.states.valueOf(state[place] as number).state
    const names = this.#system.actors.map(({ name }) => name)
    return {
      actors: Object.fromEntries(names.slice(0, actors).map((name, place) => [name, stateAt(place)])),
      messages: Array.from(state.subarray(messages, length), (event) => this.envelopeOf(event) as Envelope<Message>),
      history: (history < 0 ? undefined : this.#histories?.values.valueOf(state[history] as number)) as History,
      budgets: Object.fromEntries(budgetNames.map((name, place) => [name, state[budgets + place] as number])),
    }
  }

  describe(before: Int32Array, lengthBefore: number, step: number, after: Int32Array): StepText {
    const event = this.#locals.events.valueOf(eventOf(step))
    const to = this.#locals.nameOf(event.to)
    if (event.type === 'own') return { text: `${to}: ${event.name}`, details: this.#cameOf(before, step, after) }
    const what = `${shown(event.message)} from ${this.#locals.nameOf(event.from)}`
    return {
      text: `${to} ${verbs[wayOf(step)]} ${what}`,
      details: this.#cameOf(before.subarray(0, lengthBefore), step, after),
    }
  }

  show(state: Int32Array, length: number): readonly string[] {
    const { messages, history } = this.viewOf(state, length)
    return [
      ...this.#system.actors.map((actor, place) => `${actor.name}: ${shown(this.#shownAt(state, place))}`),
      ...messages.map(({ from, to, message }) => `on its way from ${from} to ${to}: ${shown(message)}`),
      ...(this.#layout.history < 0 ? [] : [`history: ${shown(history)}`]),
    ]
  }

  #cameOf(before: Int32Array, step: number, after: Int32Array): readonly string[] {
    const event = eventOf(step)
    const actor = this.#locals.receivers[event] as number
    if (wayOf(step) === ways.lost) return []
    const changes = changesOf(this.#shownAt(before, actor), this.#shownAt(after, actor))
    const outcome = this.#locals.outcomeOf(before[actor] as number, event)
    const sent = Array.from(this.#locals.sends[outcome] ?? [], (number) => this.envelopeOf(number))
    return [
      ...(changes === '' ? [] : [changes]),
      ...sent.map((envelope) => `to ${envelope?.to}: ${shown(envelope?.message)}`),
    ]
  }

  #shownAt(tuple: Int32Array, place: number): unknown {
    const { actor, state } = this.#locals.states.valueOf(tuple[place] as number)
    return this.#locals.actorAt(actor).show?.(state) ?? state
  }
}
