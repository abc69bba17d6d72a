import type { Json } from './json.js'
import type { Call, Operation } from './operation.js'

/** What the events of an operation must carry. */
export interface OperationForm {
  /** `value` of the invocation: nothing that counts, any value, or `[old, new]`. */
  readonly argument: 'none' | 'value' | 'pair'
  /**
   * What `ok` tells. `none`: nothing. `value`: what came of it, in `result`, or in `value` if the operation takes no argument.
   * `success`: a boolean in `result`, true unless said otherwise. `flag`: a boolean in `result` (or in `value`).
   * `optional`: a boolean in `result`, or nothing.
   */
  readonly result: 'none' | 'value' | 'success' | 'flag' | 'optional'
}

/** Which value an operation reads and writes, if it is of that kind. Weaker models of consistency are about these. */
export interface Access {
  /** The value that was read. */
  readonly reads?: Json
  /** The value that was written, or would have been if it took place. */
  readonly writes?: Json
}

/**
 * What an object does when its operations come one after another. Objects with different keys are different objects.
 * Yours may be any: `init` and `step` say what it does, `identify` when two states are one.
 */
export interface HistoryModel<State = unknown> {
  /** As on the command line, e.g. `cas-register`. */
  readonly name: string
  /** The operations it has, by `f`. */
  readonly operations: Readonly<Record<string, OperationForm>>
  /** True when a step depends on who calls. @default false */
  readonly knowsProcess?: boolean
  /** What `initial` must be, in words, where it is something else. @default it may be anything */
  expectedInitial?(initial: Json): string | undefined
  /** What the argument or the result of a call must be, in words, where it is something else. @default it may be anything */
  expectedOf?(call: Call): string | undefined
  /** The state before all operations, of the part that `any` of its operations is about (see its `key`, and `partOf`). */
  init(initial: Json, any: Operation): State
  /**
   * The state after the call, or `undefined` when the call cannot give this result in this state. A call whose result is
   * `undefined` may have given any: where it can do nothing, it leaves the state as it is.
   */
  step(state: State, call: Call): State | undefined
  /** A text for each state: equal texts are equal states. People read it where an operation cannot be placed. */
  identify(state: State): string
  /**
   * Which part of an object an operation is about, when operations on different parts do not touch each other.
   * @default the whole object
   */
  partOf?(call: Call): string
  /** Whether a call with this result leaves every state as it is in which it can give that result. @default false */
  observesOnly?(call: Call): boolean
  /** Whether a call leaves the same state, and gives the same result, whatever the state was. @default false */
  overwrites?(call: Call): boolean
  /**
   * Of the operations of a part, open ones whose effect nobody can have seen. They are left out, which must change no verdict:
   * an open operation may just as well not have taken place. @default none
   */
  unseen?(part: readonly Operation[]): readonly Operation[]
  /**
   * The calls of a part with fewer values, for a shorter search: each in its place, and what no operation of the part can tell
   * apart made equal. @default as they are
   */
  simplified?(part: readonly Operation[]): readonly Call[]
  /**
   * Pairs of operations of a part, the first of which must come before the second because of what the part as a whole has
   * given. They save a search from finding out late. @default none
   */
  impliedOrder?(part: readonly Operation[], initial: Json): readonly (readonly [Operation, Operation])[]
  /** What an operation reads and writes; `undefined` when it is neither read nor write. @default undefined for all */
  accessOf?(call: Call): Access | undefined
}
