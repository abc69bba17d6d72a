import { QuorateError } from '../../errors/errors.js'
import type { AnyStatechart, AnyStateNode } from '../../role/statechart.js'
import { nodesWithin } from '../../role/stateNodes.js'
import { delayNameOf } from '../../role/stepper.js'

/** The events of a role by name, and where they come from. */
export type EventKinds = Readonly<Record<string, 'message' | 'local'>>

/** What {@link checkMachine} looks for. */
export type MachineDefectKind =
  /** An event for which a state, with all its ancestors, has no transition. */
  | 'undecided'
  /** The last candidate has a guard: when it fails, a parent handles the event by accident, or nobody does. */
  | 'guardedLast'
  /** A candidate that stands after an unguarded one. */
  | 'neverTried'
  /** A transition that does nothing, and does not say why. */
  | 'unexplained'
  /** `*` decides events that nobody has thought of. */
  | 'wildcard'
  /** A key under `on` that is no event of the role: misspelt. */
  | 'unknownEvent'
  /** A transition to its own state without `reenter`: the state's timers run on. */
  | 'notReentered'
  /** `reenter` without a target: XState does not re-enter. */
  | 'reenterNothing'
  /** A timer that fires and is not set again, while its state goes on. */
  | 'lostTimer'
  /** A delay that is a number in place: neither host nor simulator can randomize it. */
  | 'unnamedDelay'
  /** A delay that is not declared: XState lets it fire at once. */
  | 'unknownDelay'
  /** An initial state that does not exist. */
  | 'unknownInitial'
  /** A guard or an action that is a function in place: no trace or drawing can name it. */
  | 'inline'
  /** A guard or an action that is not declared: XState skips such an action silently. */
  | 'unknownName'
  /** A rule that stands under another event than the one it speaks about. */
  | 'misplacedRule'
  /** An action that does anything but assign or emit. */
  | 'forbiddenAction'
  /** An invoked actor. */
  | 'invokes'
  /** A state that no path leads to. */
  | 'unreachable'

/** One defect: where it is, what it is, and what to do. */
export interface MachineDefect {
  readonly kind: MachineDefectKind
  /** The id of the state, e.g. `follower.following`. */
  readonly state: string
  /** Under which key of the state, e.g. `on Vote`, `after electionTimeout`, `entry`. */
  readonly at?: string
  readonly what: string
  readonly advice: string
}

/** `QUORATE_MACHINE_DEFECTS`: a role that would not do what its table says; each defect is named with its cure. */
export class MachineDefectsError extends QuorateError {
  readonly defects: readonly MachineDefect[]
  constructor(id: string, defects: readonly MachineDefect[]) {
    const lines = defects.map(
      ({ kind, state, at, what, advice }) => `  ${state}${at ? `, ${at}` : ''}: ${what}; ${advice} (${kind})`,
    )
    super('QUORATE_MACHINE_DEFECTS', `${id} has ${defects.length} defect(s):\n${lines.join('\n')}`)
    this.defects = defects
  }
}

/** A transition, or the actions of an entry or exit seen as one. */
export interface Candidate {
  readonly guard?: unknown
  readonly actions: readonly unknown[]
  readonly target?: readonly AnyStateNode[] | undefined
  readonly reenter?: boolean
  readonly description?: string | undefined
}

/** A key of a state under which rules stand. */
export interface MachinePlace {
  readonly node: AnyStateNode
  readonly kind: 'event' | 'timer' | 'always' | 'done' | 'entry' | 'exit' | 'initial'
  /** As in {@link MachineDefect.at}. */
  readonly at: string
  /** Under which event, if there is one: a timer's and XState's own are none. */
  readonly event?: string
  readonly candidates: readonly Candidate[]
}

/** All keys of all states under which rules stand. */
export const placesOf = (machine: AnyStatechart): readonly MachinePlace[] =>
  nodesWithin(machine.root).flatMap((node) => [
    ...[...node.transitions].map(([descriptor, candidates]) => transitionPlace(node, descriptor, candidates)),
    ...(node.always ? [{ node, kind: 'always', at: 'always', candidates: node.always } as const] : []),
    // As they were written: XState adds the timers of the state to `node.entry` and `node.exit`.
    ...actionPlace(node, 'entry', node.config.entry),
    ...actionPlace(node, 'exit', node.config.exit),
    ...actionPlace(node, 'initial', initialActions(node)),
  ])

function transitionPlace(node: AnyStateNode, descriptor: string, candidates: readonly Candidate[]): MachinePlace {
  if (descriptor.startsWith('xstate.after.')) {
    return { node, kind: 'timer', at: `after ${delayNameOf(descriptor)}`, candidates }
  }
  if (descriptor.startsWith('xstate.')) return { node, kind: 'done', at: descriptor, candidates }
  return { node, kind: 'event', at: `on ${descriptor}`, event: descriptor, candidates }
}

function actionPlace(
  node: AnyStateNode,
  kind: 'entry' | 'exit' | 'initial',
  written: unknown,
): readonly MachinePlace[] {
  const actions = listOf(written)
  return actions.length > 0 ? [{ node, kind, at: kind, candidates: [{ actions }] }] : []
}

function initialActions(node: AnyStateNode): unknown {
  const { initial } = node.config
  return typeof initial === 'object' ? initial.actions : undefined
}

/** XState takes one, many or none wherever it takes a list. */
export function listOf(written: unknown): readonly unknown[] {
  if (written === undefined) return []
  return Array.isArray(written) ? written : [written]
}
