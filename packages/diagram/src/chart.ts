/** What a machine or a family says of itself, as plain data: who draws need not know XState. @module */

/** A statechart, or several of them that take turns. */
export interface Chart {
  /** The id of the machine or family. */
  readonly name: string
  readonly kind: 'role' | 'family'
  readonly description: string | undefined
  /** The machine's root, or the roles of a family: each of these holds what it may be in. */
  readonly roots: readonly ChartState[]
  /** The root that begins: of a machine its only one. */
  readonly initial: string
  /** What leads from a final state to the next role. Empty for a machine. */
  readonly handovers: readonly Handover[]
}

/** A state with the states within it. */
export interface ChartState {
  /** Unique in the chart: the role and the path within it, e.g. `follower.following.led`. */
  readonly id: string
  readonly name: string
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final' | 'history'
  readonly description: string | undefined
  /** The names of actions. */
  readonly entry: readonly string[]
  readonly exit: readonly string[]
  /** The id of the state within it that begins; `undefined` where none or all of them do. */
  readonly initial: string | undefined
  readonly states: readonly ChartState[]
  readonly transitions: readonly ChartTransition[]
}

/** What makes a transition be tried. */
export type Trigger =
  /** A message, or a local event of the host. */
  | { readonly type: 'event'; readonly event: string }
  /** A timer, by the name of its delay. */
  | { readonly type: 'after'; readonly delay: string }
  /** Nothing has to happen: it is tried whenever its state is on. */
  | { readonly type: 'always' }
  /** The states within have come to an end. */
  | { readonly type: 'done' }

/** One candidate of a cell: of those with the same trigger, the first whose guard holds is taken. */
export interface ChartTransition {
  /** The id of the state under which it stands. */
  readonly source: string
  readonly trigger: Trigger
  readonly guard: string | undefined
  readonly actions: readonly string[]
  /** Ids of states; empty when no state changes. */
  readonly targets: readonly string[]
  readonly reenter: boolean
  /** Of an `ignore(...)` cell: why nothing happens. */
  readonly description: string | undefined
}

/** A row of a family's table. */
export interface Handover {
  /** The id of a final state. */
  readonly source: string
  /** The id of the role that takes the next turn. */
  readonly target: string
  /** The next role handles the event that ended this one. */
  readonly again: boolean
}

/** A state and all states within it, in the order of the document. */
export const statesWithin = (state: ChartState): readonly ChartState[] => [state, ...state.states.flatMap(statesWithin)]

/** All states of a chart. */
export const statesOf = ({ roots }: Chart): readonly ChartState[] => roots.flatMap(statesWithin)
