import type { Interner } from '../engine/interner.js'
import { PairTable } from '../engine/pairTable.js'
import { tupleMax } from '../engine/space.js'
import { asked, ModelFault } from '../errors.js'
import { permutationsOf, renamed } from '../renamed.js'
import type { ActorSystem, Renaming } from './actor.js'
import type { Histories } from './histories.js'
import type { Layout } from './layout.js'
import type { LocalStates } from './localStates.js'
import type { Network } from './network.js'

/** All ways to rename at most 7 actors that are alike: their names stand in states, messages and histories as whole texts. */
export const alike = <State, Message, History>(
  names: readonly string[],
): Iterable<Renaming<State, Message, History>> => ({
  *[Symbol.iterator]() {
    for (const to of permutationsOf(names)) {
      yield {
        actor: (name) => to.get(name) ?? name,
        state: (state) => renamed(state, to),
        message: (message) => renamed(message, to),
        history: (history) => renamed(history, to),
      }
    }
  },
})

interface Parts<State, Message, Note, History> {
  readonly system: ActorSystem<State, Message, Note, History>
  readonly layout: Layout
  readonly localStates: LocalStates<State, Message, Note, History>
  readonly histories: Histories<State, Message, Note, History> | undefined
  readonly network: Network
}

/** Full orbits: of all tuples that a state becomes when actors that are alike change names, the least stands for it. */
export class Symmetry<State, Message, Note, History> {
  readonly #parts: Parts<State, Message, Note, History>
  readonly #renamings: readonly Renaming<State, Message, History>[]
  /** By renaming: where each actor goes. */
  readonly #places: readonly (readonly number[])[]
  /** By renaming: which actor comes to each place. */
  readonly #origins: readonly (readonly number[])[]
  readonly #localStates = new PairTable()
  readonly #events = new PairTable()
  readonly #histories = new PairTable()
  readonly #candidate = new Int32Array(tupleMax)

  /** @throws {@link ModelFault} for renamings that are none. */
  constructor(parts: Parts<State, Message, Note, History>) {
    this.#parts = parts
    const { system } = parts
    this.#renamings = [...(system.symmetry ?? [])]
    const names = system.actors.map(({ name }) => name)
    this.#places = this.#renamings.map((renaming) => names.map((name) => names.indexOf(renaming.actor(name))))
    if (this.#places.some((places) => new Set(places).size !== names.length || places.includes(-1))) {
      throw new ModelFault('a renaming gives two actors one name, or a name that nobody has')
    }
    this.#origins = this.#places.map((places) => names.map((_name, place) => places.indexOf(place)))
  }

  /** How many renamings there are. */
  get size(): number {
    return this.#renamings.length
  }

  canonical(state: Int32Array, length: number, into: Int32Array): number {
    for (let at = 0; at < length; at++) into[at] = state[at] as number
    const candidate = this.#candidate
    for (let renaming = 0; renaming < this.#renamings.length; renaming++) {
      const order = this.#renameActors(renaming, state, into)
      if (order > 0) continue
      this.#renameRest(renaming, state, length)
      if (order === 0 && compare(candidate, into, length) >= 0) continue
      for (let at = 0; at < length; at++) into[at] = candidate[at] as number
    }
    return length
  }

  /** The state as one renaming has it. */
  renamed(renaming: number, state: Int32Array, length: number, into: Int32Array): number {
    const { actors } = this.#parts.layout
    const origins = this.#origins[renaming] as readonly number[]
    for (let place = 0; place < actors; place++) {
      this.#candidate[place] = this.#localOf(renaming, state[origins[place] as number] as number)
    }
    this.#renameRest(renaming, state, length)
    for (let at = 0; at < length; at++) into[at] = this.#candidate[at] as number
    return length
  }

  /** Below 0 when the actors come before those of `best`; above 0 as soon as they are known to come after. */
  #renameActors(renaming: number, state: Int32Array, best: Int32Array): number {
    const origins = this.#origins[renaming] as readonly number[]
    let order = 0
    for (let place = 0; place < origins.length; place++) {
      const local = this.#localOf(renaming, state[origins[place] as number] as number)
      this.#candidate[place] = local
      if (order === 0) order = local - (best[place] as number)
      if (order > 0) break
    }
    return order
  }

  #renameRest(renaming: number, state: Int32Array, length: number): void {
    const { layout, network } = this.#parts
    const candidate = this.#candidate
    for (let at = layout.actors; at < layout.messages; at++) candidate[at] = state[at] as number
    if (layout.history >= 0) candidate[layout.history] = this.#historyOf(renaming, state[layout.history] as number)
    const last = layout.last < 0 ? 0 : (state[layout.last] as number)
    if (last > 0) candidate[layout.last] = this.#eventOf(renaming, last - 1) + 1
    let end = layout.messages
    for (let at = layout.messages; at < length; at++) {
      end = network.add(candidate, layout.messages, end, this.#eventOf(renaming, state[at] as number))
    }
  }

  #localOf(renaming: number, local: number): number {
    const known = this.#localStates.get(renaming, local)
    if (known >= 0) return known
    const { localStates } = this.#parts
    const { actor, state } = localStates.states.valueOf(local)
    const to = this.#places[renaming]?.[actor] as number
    const made = asked(
      () => `the state of ${localStates.nameOf(actor)}, under other names,`,
      () => {
        const of = this.#renamingAt(renaming).state(state, localStates.nameOf(to))
        return localStates.states.numberOf({ actor: to, state: of })
      },
    )
    return remember(this.#localStates, renaming, local, made)
  }

  #eventOf(renaming: number, event: number): number {
    const known = this.#events.get(renaming, event)
    if (known >= 0) return known
    const { events } = this.#parts.localStates
    const happening = events.valueOf(event)
    const placeOf = (actor: number): number => this.#places[renaming]?.[actor] as number
    const to = placeOf(happening.to)
    if (happening.type === 'own') {
      return remember(this.#events, renaming, event, events.numberOf({ ...happening, to }))
    }
    const from = placeOf(happening.from)
    const made = asked(
      () => 'a message, under other names,',
      () => {
        const message = this.#renamingAt(renaming).message(happening.message)
        return events.numberOf({ type: happening.type, from, to, message })
      },
    )
    return remember(this.#events, renaming, event, made)
  }

  #historyOf(renaming: number, history: number): number {
    const known = this.#histories.get(renaming, history)
    if (known >= 0) return known
    const values = this.#parts.histories?.values as Interner<History>
    const made = asked(
      () => 'the history, under other names,',
      () => values.numberOf(this.#renamingAt(renaming).history(values.valueOf(history))),
    )
    return remember(this.#histories, renaming, history, made)
  }

  #renamingAt(renaming: number): Renaming<State, Message, History> {
    return this.#renamings[renaming] as Renaming<State, Message, History>
  }
}

function remember(table: PairTable, renaming: number, number: number, made: number): number {
  table.set(renaming, number, made)
  return made
}

/** Below 0 when the first is less, number by number. */
function compare(a: Int32Array, b: Int32Array, length: number): number {
  for (let at = 0; at < length; at++) {
    const difference = (a[at] as number) - (b[at] as number)
    if (difference !== 0) return difference
  }
  return 0
}
