import type { Interner } from '../engine/interner.js'
import type { CompiledProperty, TakenStep } from '../engine/space.js'
import { asked, ModelFault } from '../errors.js'
import type { ActorPredicate, ActorStepPredicate, ActorSystem, Envelope } from './actor.js'
import type { Histories } from './histories.js'
import type { Layout } from './layout.js'
import { beyond, type LocalStates } from './localStates.js'
import type { Renderer } from './renderer.js'
import { eventOf, kindOf, stepKinds } from './stepCode.js'

/** Says of a step whether a property can tell the states before and after it apart, or the step itself. */
export type Touches = (local: number, event: number, outcome: number) => boolean

type Holds = (state: Int32Array, length: number) => boolean

/** A predicate, asked of tuples. */
interface Compiled {
  readonly holds: Holds
  /** Absent when any step may be told. */
  readonly touches: Touches | undefined
}

interface Parts<State, Message, Note, History> {
  readonly system: ActorSystem<State, Message, Note, History>
  readonly layout: Layout
  readonly localStates: LocalStates<State, Message, Note, History>
  readonly histories: Histories<State, Message, Note, History> | undefined
  readonly renderer: Renderer<State, Message, Note, History>
}

const touchesNothing: Touches = () => false

/** What was said of a number, remembered. */
function remembered(ask: (number: number) => boolean): (number: number) => boolean {
  const answers: (boolean | undefined)[] = []
  return (number) => {
    const known = answers[number]
    if (known !== undefined) return known
    const answer = ask(number)
    // Without holes, the array stays one that is quick to read.
    while (answers.length < number) answers.push(undefined)
    answers[number] = answer
    return answer
  }
}

/** What a property says of a value that it leaves as it is. */
function looking<Value>(values: Interner<Value> | undefined, number: number, ask: (of: Value) => boolean): boolean {
  const answer = ask(values?.valueOf(number) as Value)
  if (!values || values.isAsItWas(number)) return answer
  throw new ModelFault('writes into a map, a set or bytes of what it is asked about')
}

/** The properties and the constraint of a system, asked of tuples. */
export class Predicates<State, Message, Note, History> {
  readonly properties: readonly CompiledProperty[]
  /** Absent where all states are explored. */
  readonly isInside: Holds | undefined
  /** Which steps any of them can tell: absent when one asks about whole states. */
  readonly touches: Touches | undefined
  readonly #parts: Parts<State, Message, Note, History>

  constructor(parts: Parts<State, Message, Note, History>) {
    this.#parts = parts
    const { properties, constraint } = parts.system
    const told: (Touches | undefined)[] = []
    this.properties = properties.map((property) => {
      const [compiled, touches] = this.#compiled(property)
      told.push(touches)
      return compiled
    })
    const inside = constraint && this.#ofStates('the constraint', constraint)
    if (inside) told.push(inside.touches)
    this.isInside = inside?.holds
    this.touches = told.includes(undefined)
      ? undefined
      : (local, event, outcome) => told.some((touch) => touch?.(local, event, outcome))
  }

  /** A property, and the steps that it can tell in a search that leaves out orders: what must come is asked of every order. */
  #compiled(
    property: ActorSystem<State, Message, Note, History>['properties'][number],
  ): readonly [CompiledProperty, Touches | undefined] {
    const { name } = property
    const who = `property "${name}"`
    switch (property.kind) {
      case 'everyStep': {
        const { allows, touches } = this.#ofSteps(who, property.predicate)
        return [{ name, kind: property.kind, allows }, touches]
      }
      case 'leadsTo': {
        const { holds: begins } = this.#ofStates(who, property.from)
        const { holds } = this.#ofStates(who, property.to)
        return [{ name, kind: property.kind, begins, holds }, touchesNothing]
      }
      case 'deadlockFree': {
        // Orders lead to the same states without a step, and all of these are seen.
        const holds = property.isFinal === undefined ? () => false : this.#ofStates(who, property.isFinal).holds
        return [{ name, kind: property.kind, holds }, touchesNothing]
      }
      default: {
        const { holds, touches } = this.#ofStates(who, property.predicate)
        return [{ name, kind: property.kind, holds }, property.kind === 'eventually' ? touchesNothing : touches]
      }
    }
  }

  #ofStates(who: string, predicate: ActorPredicate<State, Message, History>): Compiled {
    const { system, layout, localStates, histories, renderer } = this.#parts
    const asking = () => who
    if (typeof predicate === 'function') {
      const holds: Holds = (state, length) => asked(asking, () => predicate(renderer.viewOf(state, length)))
      return { holds, touches: undefined }
    }
    switch (predicate.over) {
      case 'history': {
        const answer = remembered((number) =>
          asked(asking, () => looking(histories?.values, number, (of) => predicate.holds(of))),
        )
        return {
          holds: (state) => answer(layout.history < 0 ? 0 : (state[layout.history] as number)),
          touches: (_local, _event, outcome) => !system.history?.gathers && (localStates.noted[outcome] as number) >= 0,
        }
      }
      case 'actors': {
        const answer = remembered((number) => {
          const of = localStates.nameOf(localStates.states.valueOf(number).actor)
          return asked(
            () => `${who}, asked of ${of},`,
            () => looking(localStates.states, number, ({ state }) => predicate.holds(state, of)),
          )
        })
        return {
          holds: overRange(answer, predicate.quantifier, 0, () => layout.actors),
          touches: (local, _event, outcome) => answer(local) !== answer(localStates.nexts[outcome] as number),
        }
      }
      case 'messages': {
        const answer = remembered((number) => {
          const event = renderer.envelopeOf(number)
          return event !== undefined && asked(asking, () => predicate.holds(event as Envelope<Message>))
        })
        return {
          holds: overRange(answer, predicate.quantifier, layout.messages, (length) => length),
          touches: (_local, event, outcome) =>
            localStates.sends[outcome]?.some(answer) === true ||
            (renderer.envelopeOf(event) !== undefined && answer(event)),
        }
      }
    }
  }

  #ofSteps(
    who: string,
    predicate: ActorStepPredicate<State, Message, History>,
  ): { readonly allows: (step: TakenStep) => boolean; readonly touches: Touches | undefined } {
    const { localStates, renderer } = this.#parts
    if (typeof predicate === 'function') {
      const allows = ({ before, lengthBefore, step, after, lengthAfter }: TakenStep): boolean =>
        asked(
          () => who,
          () =>
            predicate(
              renderer.viewOf(before, lengthBefore),
              renderer.stepOf(step),
              renderer.viewOf(after, lengthAfter),
            ),
        )
      return { allows, touches: undefined }
    }
    const answers = new Map<number, boolean>()
    const isAllowed = (local: number, event: number, outcome: number): boolean => {
      const known = answers.get(outcome)
      if (known !== undefined) return known
      const step = localStates.stepOf(local, event, outcome)
      const answer = asked(
        () => `${who}, asked of a step of ${step.actor},`,
        () => predicate.allows(step),
      )
      answers.set(outcome, answer)
      return answer
    }
    return {
      allows: ({ before, step }) => {
        if (kindOf(step) === stepKinds.lost) return true
        const event = eventOf(step)
        const local = before[localStates.receivers[event] as number] as number
        const outcome = localStates.outcomeOf(local, event)
        return outcome <= beyond || isAllowed(local, event, outcome)
      },
      touches: (local, event, outcome) => !isAllowed(local, event, outcome),
    }
  }
}

const overRange =
  (
    answer: (number: number) => boolean,
    quantifier: 'every' | 'some',
    from: number,
    toOf: (length: number) => number,
  ): Holds =>
  (state, length) => {
    const isSome = quantifier === 'some'
    const to = toOf(length)
    for (let at = from; at < to; at++) if (answer(state[at] as number) === isSome) return isSome
    return !isSome
  }
