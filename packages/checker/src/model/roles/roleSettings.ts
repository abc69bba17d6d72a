import type { AskOutcome, CallOutcome, Message, NodeId, RecoveredState } from '@quorate/core'
import type { RoleState } from './roleState.js'

/** Something that a client may ask of the actors of a role. */
export interface ModelRequest {
  /** Also the name of the budget that it costs: how often it may be asked, of all actors together. */
  readonly name: string
  readonly role: string
  /** What the host tells the role, e.g. a `client.proposed`. */
  readonly event: { readonly type: string }
  /** Who is asked. @default everyone that is up */
  isFor?(state: RoleState): boolean
}

export interface RoleSettings {
  /**
   * `atomic`: what a step emits is durable at once. `split`: a write begins and ends by events of its own, and a crash may
   * come before, between, or when the disk has it and nobody knows yet.
   */
  readonly writes: 'atomic' | 'split'
  /** By role: delays that may end at any time, and the budget that this costs; timers of other delays never fire. */
  readonly timers: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Roles whose actors may crash, which costs 1 of the budget `crashes`, and restart. @default none */
  readonly crashes?: readonly string[]
  /**
   * Roles whose actors may crash, which costs 1 of the budget `doubts`, and lose the last write that was durable; their
   * store says so when they restart. @default none
   */
  readonly doubts?: readonly string[]
  /**
   * Roles that may be told at any time that a node that they await is lost, which costs 1 of the budget `suspicions`, and then
   * that it is found. @default none
   */
  readonly suspects?: readonly string[]
  /**
   * Roles that may be told at any time, by any other node that runs them, that it goes by a list of members which is one version
   * later than theirs and does not name them: `members.denied`. It costs 1 of the budget `denials`. @default none
   */
  readonly denies?: readonly string[]
  /**
   * Roles that are `timed` see clocks that begin at 0: both go on by `passesMs` at any time, which costs 1 of the budget `time`;
   * and the wall clock is set forward or back by `jumpsMs`, which costs 1 of the budget `jumps`.
   * @default no event has a time
   */
  readonly clocks?: { readonly passesMs: number; readonly jumpsMs?: number }
  readonly requests?: readonly ModelRequest[]
  /**
   * By role, in the place of its handler: all that may come of a call with these bytes. One of these comes at any time, also after that of
   * a later call, unless a crash comes first, which forgets the call. A pure function; bytes hold no names of nodes that are `alike`.
   * @default the roles call nothing
   */
  readonly calls?: Readonly<Record<string, (bytes: Uint8Array, node: NodeId) => readonly CallOutcome[]>>
  /** By role, in the place of other groups, all that may come of it when it asks one of them; else as {@link RoleSettings.calls}. @default the roles ask nobody */
  readonly asks?: Readonly<Record<string, (group: string, bytes: Uint8Array, node: NodeId) => readonly AskOutcome[]>>
  /** What an actor finds on its disk at first: a scope may begin in the middle. @default nothing */
  begins?(role: string, node: NodeId): RecoveredState | undefined
  /** Messages that never arrive: it leaves a part of a protocol out of the scope. @default none */
  loses?(message: Message): boolean
  /** Roles to which an actor may still send, from a state on, whatever happens. @default all */
  tells?(role: string, state: RoleState): readonly string[]
}
