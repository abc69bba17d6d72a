import type { Interner } from '../engine/interner.js'
import type { CompiledProperty } from '../engine/space.js'
import { asked, ModelFault } from '../errors.js'
import type { Property } from '../property.js'
import type { ActorPredicate, ActorSystem, Envelope } from './actor.js'
import type { Histories } from './histories.js'
import type { Layout } from './layout.js'
import type { LocalStates } from './localStates.js'
import type { Renderer } from './renderer.js'

/** Says of a step whether a property can tell the states before and after it apart. */
export type Touches = (local: number, event: number, outcome: number) => boolean

interface Compiled {
  readonly property: CompiledProperty
  /** Absent when any step may be told. */
  readonly touches: Touches | undefined
}

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

/** The properties, asked of tuples, and which steps any of them can tell: absent when one asks about whole states. */
export function compileProperties<State, Message, Note, History>(
  system: ActorSystem<State, Message, Note, History>,
  layout: Layout,
  localStates: LocalStates<State, Message, Note, History>,
  histories: Histories<State, Message, Note, History> | undefined,
  renderer: Renderer<State, Message, Note, History>,
): { readonly properties: readonly CompiledProperty[]; readonly touches: Touches | undefined } {
  const all = system.properties.map((property) => compiled(system, property, layout, localStates, histories, renderer))
  const touches = all.map((one) => one.touches)
  return {
    properties: all.map(({ property }) => property),
    touches: touches.includes(undefined)
      ? undefined
      : (local, event, outcome) => touches.some((touch) => touch?.(local, event, outcome)),
  }
}

function compiled<State, Message, Note, History>(
  system: ActorSystem<State, Message, Note, History>,
  { name, kind, predicate }: Property<ActorPredicate<State, Message, History>>,
  layout: Layout,
  localStates: LocalStates<State, Message, Note, History>,
  histories: Histories<State, Message, Note, History> | undefined,
  renderer: Renderer<State, Message, Note, History>,
): Compiled {
  const made = (holds: CompiledProperty['holds'], touches: Touches | undefined): Compiled => ({
    property: { name, kind, holds },
    touches,
  })
  const who = (): string => `property "${name}"`
  if (typeof predicate === 'function') {
    return made((state, length) => asked(who, () => predicate(renderer.viewOf(state, length))), undefined)
  }
  switch (predicate.over) {
    case 'history': {
      const answer = remembered((number) =>
        asked(who, () => looking(histories?.values, number, (of) => predicate.holds(of))),
      )
      return made(
        (state) => answer(layout.history < 0 ? 0 : (state[layout.history] as number)),
        (_local, _event, outcome) => !system.history?.gathers && (localStates.noted[outcome] as number) >= 0,
      )
    }
    case 'actors': {
      const answer = remembered((number) => {
        const of = localStates.nameOf(localStates.states.valueOf(number).actor)
        return asked(
          () => `${who()}, asked of ${of},`,
          () => looking(localStates.states, number, ({ state }) => predicate.holds(state, of)),
        )
      })
      return made(
        overRange(answer, predicate.quantifier, 0, () => layout.actors),
        (local, _event, outcome) => answer(local) !== answer(localStates.nexts[outcome] as number),
      )
    }
    case 'messages': {
      const answer = remembered((number) => {
        const event = renderer.envelopeOf(number)
        return event !== undefined && asked(who, () => predicate.holds(event as Envelope<Message>))
      })
      return made(
        overRange(answer, predicate.quantifier, layout.messages, (length) => length),
        (_local, event, outcome) =>
          localStates.sends[outcome]?.some(answer) === true ||
          (renderer.envelopeOf(event) !== undefined && answer(event)),
      )
    }
  }
}

const overRange =
  (
    answer: (number: number) => boolean,
    quantifier: 'every' | 'some',
    from: number,
    toOf: (length: number) => number,
  ): CompiledProperty['holds'] =>
  (state, length) => {
    const isSome = quantifier === 'some'
    const to = toOf(length)
    for (let at = from; at < to; at++) if (answer(state[at] as number) === isSome) return isSome
    return !isSome
  }
