import type { Interner } from '../engine/interner.js'
import { PairTable } from '../engine/pairTable.js'
import { tupleMax } from '../engine/search.js'
import { InvalidModelError } from '../errors.js'
import { permutationsOf, renamed } from '../renamed.js'
import type { ActorSystem, Renaming } from './actor.js'
import type { Histories } from './histories.js'
import type { Layout } from './layout.js'
import type { Locals } from './locals.js'
import type { Network } from './network.js'

/** All ways to rename actors that are alike: their names stand in states, messages and histories as whole texts. */
export const alike = <State, Message, History>(
  names: readonly string[],
): readonly Renaming<State, Message, History>[] =>
  permutationsOf(names).map((to) => ({
    actor: (name) => to.get(name) ?? name,
    state: (state) => renamed(state, to),
    message: (message) => renamed(message, to),
    history: (history) => renamed(history, to),
  }))

interface Parts<State, Message, Note, History> {
  readonly system: ActorSystem<State, Message, Note, History>
  readonly layout: Layout
  readonly locals: Locals<State, Message, Note, History>
  readonly histories: Histories<State, Message, Note, History> | undefined
  readonly network: Network
}

/** Full orbits: of all tuples that a state becomes when actors that are alike change names, the least stands for it. */
export class Symmetry<State, Message, Note, History> {
  readonly #parts: Parts<State, Message, Note, History>
  readonly #renamings: readonly Renaming<State, Message, History>[]
  /** By renaming: where each actor goes. */
  readonly #places: readonly (readonly number[])[]
  readonly #locals = new PairTable()
  readonly #events = new PairTable()
  readonly #histories = new PairTable()
  readonly #candidate = new Int32Array(tupleMax)

  constructor(parts: Parts<State, Message, Note, History>) {
    this.#parts = parts
    const { system } = parts
    this.#renamings = system.symmetry ?? []
    const names = system.actors.map(({ name }) => name)
    this.#places = this.#renamings.map((renaming) => names.map((name) => names.indexOf(renaming.actor(name))))
    if (this.#places.some((places) => new Set(places).size !== names.length || places.includes(-1))) {
      throw new InvalidModelError(system.name, 'a renaming gives two actors one name, or a name that nobody has')
    }
  }

  canonical(state: Int32Array, length: number, into: Int32Array): number {
    for (let at = 0; at < length; at++) into[at] = state[at] as number
    const candidate = this.#candidate
    for (let renaming = 0; renaming < this.#renamings.length; renaming++) {
      this.#renameActors(renaming, state)
      const order = compare(candidate, into, this.#parts.layout.actors)
      if (order > 0) continue
      this.#renameRest(renaming, state, length)
      if (order === 0 && compare(candidate, into, length) >= 0) continue
      for (let at = 0; at < length; at++) into[at] = candidate[at] as number
    }
    return length
  }

  #renameActors(renaming: number, state: Int32Array): void {
    const places = this.#places[renaming] as readonly number[]
    for (let actor = 0; actor < places.length; actor++) {
      this.#candidate[places[actor] as number] = this.#localOf(renaming, state[actor] as number)
    }
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
    const known = this.#locals.get(renaming, local)
    if (known >= 0) return known
    const { locals } = this.#parts
    const { actor, state } = locals.states.valueOf(local)
    const to = this.#places[renaming]?.[actor] as number
    const of = this.#renamingAt(renaming).state(state, locals.nameOf(to))
    return remember(this.#locals, renaming, local, locals.states.numberOf({ actor: to, state: of }))
  }

  #eventOf(renaming: number, event: number): number {
    const known = this.#events.get(renaming, event)
    if (known >= 0) return known
    const { events } = this.#parts.locals
    const happening = events.valueOf(event)
    const placeOf = (actor: number): number => this.#places[renaming]?.[actor] as number
    const to = placeOf(happening.to)
    const renamedEvent =
      happening.type === 'own'
        ? { ...happening, to }
        : {
            type: happening.type,
            from: placeOf(happening.from),
            to,
            message: this.#renamingAt(renaming).message(happening.message),
          }
    return remember(this.#events, renaming, event, events.numberOf(renamedEvent))
  }

  #historyOf(renaming: number, history: number): number {
    const known = this.#histories.get(renaming, history)
    if (known >= 0) return known
    const values = this.#parts.histories?.values as Interner<History>
    const of = this.#renamingAt(renaming).history(values.valueOf(history))
    return remember(this.#histories, renaming, history, values.numberOf(of))
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
