import { renamed } from './renamed.js'

/** A way to give the alike in a state their names, or their places, anew. */
type Renaming<State> = (state: State) => State

/** What texts and lists have in common. */
interface Row {
  slice(from: number, to?: number): this
  concat(...rest: readonly this[]): this
}

// A state is renamed often, so texts are not taken apart.
const swapFirst = <R extends Row>(row: R): R => row.slice(1, 2).concat(row.slice(0, 1), row.slice(2))
const moveByOne = <R extends Row>(row: R): R => row.slice(1).concat(row.slice(0, 1))

/** From these two all orders of things in a row can be composed. */
const moves = [swapFirst, moveByOne]

/**
 * The symmetry of a transition system in which those of these names are alike: the names stand in its states as whole texts,
 * in lists, sets, maps and as keys too, and mean nobody else. TLC's `Permutations`.
 */
export const alikeNames = <State>(names: readonly string[]): readonly Renaming<State>[] =>
  moves.map((move) => {
    const to = new Map((move(names as string[] & Row) as string[]).map((name, at) => [names[at] as string, name]))
    return (state) => renamed(state, to)
  })

/**
 * The symmetry of a transition system in which things that stand in a row are alike: each of these fields of a state holds
 * something of all of them, in the same order, as a list or as the letters of a text.
 */
export const alikePlaces = <State extends object>(...fields: readonly (keyof State)[]): readonly Renaming<State>[] =>
  moves.map((move) => (state) => {
    const moved = { ...state }
    for (const field of fields) moved[field] = move(state[field] as Row) as State[keyof State]
    return moved
  })
