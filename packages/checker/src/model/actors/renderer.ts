import { contentKey } from '../engine/contentKey.js'
import type { StepText } from '../engine/space.js'
import { changesOf, shown } from '../shown.js'
import type { ActorSystem, Envelope, SystemStep, View } from './actor.js'
import type { Histories } from './histories.js'
import type { Layout } from './layout.js'
import type { LocalStates } from './localStates.js'
import { eventOf, kindOf, stepKinds } from './stepCode.js'

const types = { [stepKinds.happens]: 'receive', [stepKinds.repeats]: 'repeat', [stepKinds.lost]: 'lose' } as const

const verbs: Readonly<Record<number, string>> = {
  [stepKinds.happens]: 'receives',
  [stepKinds.repeats]: 'receives, and will again,',
  [stepKinds.lost]: 'never gets',
}

/** Tells tuples and steps to people and to predicates. */
export class Renderer<State, Message, Note, History> {
  readonly #system: ActorSystem<State, Message, Note, History>
  readonly #layout: Layout
  readonly #localStates: LocalStates<State, Message, Note, History>
  readonly #histories: Histories<State, Message, Note, History> | undefined

  constructor(
    system: ActorSystem<State, Message, Note, History>,
    layout: Layout,
    localStates: LocalStates<State, Message, Note, History>,
    histories: Histories<State, Message, Note, History> | undefined,
  ) {
    this.#system = system
    this.#layout = layout
    this.#localStates = localStates
    this.#histories = histories
  }

  envelopeOf(event: number): Envelope<Message> | undefined {
    const happening = this.#localStates.events.valueOf(event)
    if (happening.type !== 'receive') return undefined
    const { from, to, message } = happening
    return { from: this.#localStates.nameOf(from), to: this.#localStates.nameOf(to), message }
  }

  stepOf(step: number): SystemStep<Message> {
    const event = this.#localStates.events.valueOf(eventOf(step))
    const actor = this.#localStates.nameOf(event.to)
    if (event.type === 'own') return { type: 'own', id: contentKey([actor, event.name]), actor, name: event.name }
    const type = types[kindOf(step) as keyof typeof types]
    const [from, { message }] = [this.#localStates.nameOf(event.from), event]
    return { type, id: contentKey([type, actor, from, message]), actor, from, message }
  }

  viewOf(state: Int32Array, length: number): View<State, Message, History> {
    const { actors, history, budgets, budgetNames, messages } = this.#layout
    const stateAt = (place: number): State => this.#localStates.states.valueOf(state[place] as number).state
    const names = this.#system.actors.map(({ name }) => name)
    return {
      actors: Object.fromEntries(names.slice(0, actors).map((name, place) => [name, stateAt(place)])),
      messages: Array.from(state.subarray(messages, length), (event) => this.envelopeOf(event) as Envelope<Message>),
      history: (history < 0 ? undefined : this.#histories?.values.valueOf(state[history] as number)) as History,
      budgets: Object.fromEntries(budgetNames.map((name, place) => [name, state[budgets + place] as number])),
    }
  }

  describe(before: Int32Array, lengthBefore: number, step: number, after: Int32Array): StepText {
    const event = this.#localStates.events.valueOf(eventOf(step))
    const to = this.#localStates.nameOf(event.to)
    if (event.type === 'own') return { text: `${to}: ${event.name}`, details: this.#cameOf(before, step, after) }
    const what = `${shown(event.message)} from ${this.#localStates.nameOf(event.from)}`
    return {
      text: `${to} ${verbs[kindOf(step)]} ${what}`,
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
    const actor = this.#localStates.receivers[event] as number
    if (kindOf(step) === stepKinds.lost) return []
    const changes = changesOf(this.#shownAt(before, actor), this.#shownAt(after, actor))
    const outcome = this.#localStates.outcomeOf(before[actor] as number, event)
    const sent = Array.from(this.#localStates.sends[outcome] ?? [], (number) => this.envelopeOf(number))
    return [
      ...(changes === '' ? [] : [changes]),
      ...sent.map((envelope) => `to ${envelope?.to}: ${shown(envelope?.message)}`),
    ]
  }

  #shownAt(tuple: Int32Array, place: number): unknown {
    const { actor, state } = this.#localStates.states.valueOf(tuple[place] as number)
    return this.#localStates.actorAt(actor).show?.(state) ?? state
  }
}
