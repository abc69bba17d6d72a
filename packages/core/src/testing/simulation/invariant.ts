import type { Effect } from '../../actor/effect.js'
import type { GroupDefinition } from '../../group/protocol.js'
import type { Message } from '../../log/message.js'
import type { StoreWrite } from '../../ports/ports.js'
import type { Placed } from '../../stateMachine/stateMachine.js'
import type { NodeId } from '../../values/address.js'
import type { Ending, Operation } from './operation.js'
import type { Workload } from './workload.js'

/** A role on a node: one actor, through all of its lives. */
export interface Place {
  readonly node: NodeId
  readonly group: string
  readonly role: string
}

/** One group as an invariant sees it. */
export interface Subject {
  readonly group: string
  readonly definition: GroupDefinition
  /** What its clients do; undefined where nobody asks it anything. */
  readonly workload: Omit<Workload, 'model'> | undefined
  /** Says that the invariant does not hold, in one sentence. */
  broken(how: string): void
}

/** What must hold at all times, whatever fails. Hears what concerns it, of one group; each run has its own. */
export interface Invariant {
  /** As the source calls it. */
  readonly name: string
  /** Where it is stated: paper and section. */
  readonly source: string
  /** True where it is about whatever group there is: it says nothing of what the group is for. */
  readonly isGeneral?: true
  /** An actor started (`before` is undefined) or took a step: its snapshots. */
  stepped?(place: Place, before: unknown, event: { readonly type: string } | undefined, after: unknown): void
  emitted?(place: Place, effect: Effect): void
  /** A record of an actor became the bytes that are to be written. */
  recorded?(place: Place, record: unknown, bytes: Uint8Array): void
  /** A message leaves the node. */
  spoke?(place: Place, message: Message): void
  /** A node asks its disk for a write. */
  asked?(node: NodeId, writes: readonly StoreWrite[]): void
  /** A write of a node is on its disk. */
  durable?(node: NodeId, writes: readonly StoreWrite[]): void
  /** A node ended, however; with `rot` its disk may have forgotten. */
  ended?(node: NodeId, rot: 'tail' | 'body' | 'copy' | undefined): void
  /** A state machine executes a command. */
  applied?(place: Place, command: Uint8Array, at: Placed): void
  began?(process: number, operation: Operation): void
  answered?(process: number, operation: Operation, ending: Ending): void
  /** The run is over, and nothing was wrong so far. */
  over?(): void
}

/** Makes an invariant for one run, or nothing where it says nothing about the group. */
export type InvariantFactory = (subject: Subject) => Invariant | undefined
