import type { Cause } from '../actor/cause.js'
import type { LogId } from '../log/message.js'
import type { TimerChange } from '../role/stepper.js'
import type { Address } from '../values/address.js'
import type { Json } from '../values/json.js'
import type { MessageId } from '../wire/envelope.js'

/** The name of the format, in the first line of each trace. */
export const traceFormat = 'quorate-trace'

/** The version of the format that this program writes, and the only one that it reads. */
export const traceVersion = 1

/** Where a trace was recorded, which says what its times are. */
export type TracePlace =
  /** A node: microseconds since 1970, by the wall clock of its machine. */
  | 'host'
  /** A simulation: microseconds since it began, the same for all. */
  | 'simulator'
  /** A run that the model checker found. It knows no time: a thousand for each step. */
  | 'checker'

/** The first line of a trace. What follows it, up to the next header or the end, is one run. */
export interface TraceHeader {
  readonly format: typeof traceFormat
  readonly version: typeof traceVersion
  readonly place: TracePlace
  /** For people: what was run, e.g. `raft, seed 42`. */
  readonly title: string
}

interface Happening {
  /** When, in microseconds, a whole number: see {@link TracePlace}. */
  readonly atUs: number
  /** The process that did or met it: a node or a client, by its name. Of one process, events are in the order of its doing. */
  readonly who: string
}

/** An actor took a step. */
export interface StepEvent extends Happening {
  readonly type: 'step'
  /** Of the actor. */
  readonly actor: Address
  /** Why: a message by its id, a timer, a write, a call of a client, or what else its node told it. */
  readonly cause: Cause
  /** What it took, with its fields; of a timer, its id is the type. Absent when the actor began. */
  readonly event?: Json
  /** The path of its state after the step, e.g. `leader.replicating`. */
  readonly state: string
  /**
   * What the step changed of the context, by name: the new value, `null` where it is gone. What never changes, `config`, is left
   * out. Absent: nothing.
   */
  readonly context?: Json
  /**
   * What it emitted, in order; of a message to whom and its type alone, of entries their count and their ends.
   * Absent: nothing.
   */
  readonly emitted?: Json
  /** Timers that were set or cancelled, in order. Absent: none. */
  readonly timers?: readonly TimerChange[]
}

/** A message left for the bus. */
export interface SentEvent extends Happening {
  readonly type: 'sent'
  /** Absent before the start of a node is durable, and from an earlier version. */
  readonly id?: MessageId
  /** Of the actor, client or service that speaks; absent where nobody could read the envelope. */
  readonly from?: Address
  /** One, or all that host the role. */
  readonly to: Address
  /** The name of the message. */
  readonly message: string
  /** What it says, by field; absent where nobody could read it. */
  readonly fields?: Json
  /** Of the message, with its envelope where it has one. */
  readonly bytes: number
  /** Of these bytes, eight hexadecimal digits; where a simulation tells runs apart by it. */
  readonly checksum?: string
}

/** A message came from the bus. */
export interface ReceivedEvent extends Happening {
  readonly type: 'received'
  /** That of the {@link SentEvent}; a message to all is received by many, and one that the bus repeats more than once. */
  readonly id?: MessageId
  /** The process that sent it. */
  readonly from: string
  readonly message: string
  /** Absent: as it was sent. True: the bus has changed its bytes. */
  readonly isGarbled?: boolean
}

/** A message did not arrive, or was handed to nobody. */
export interface DroppedEvent extends Happening {
  readonly type: 'dropped'
  /** `bus`: it never reached `who`. `node`: it did, and `who` refuses it. */
  readonly by: 'bus' | 'node'
  readonly why: string
  readonly id?: MessageId
  /** The process that sent it, where it is known. */
  readonly from?: string
  /** The name of the message, where it is known. */
  readonly message?: string
  /** As in {@link ReceivedEvent}. */
  readonly isGarbled?: boolean
  /** What it says, by field, of one that never left: there is no {@link SentEvent}. */
  readonly fields?: Json
}

/** A write to the disk began, or is durable. A node has one under way at a time. */
export interface WrittenEvent extends Happening {
  readonly type: 'written'
  /** False: it begins. */
  readonly isDurable: boolean
  /** By log, `group/role`: what is done to it, in order. */
  readonly writes: readonly { readonly key: string; readonly operations: readonly string[] }[]
}

/** A state machine applied entries. */
export interface AppliedEvent extends Happening {
  readonly type: 'applied'
  readonly group: string
  /** How many. */
  readonly entries: number
  /** The last of them. */
  readonly last: LogId
}

/** A fault strikes. `who`, or a link as `n1>n2`, suffers it. */
export interface FaultEvent extends Happening {
  readonly type: 'fault'
  readonly fault: string
}

/** Anything else that a person may want to know. */
export interface NoteEvent extends Happening {
  readonly type: 'note'
  readonly text: string
}

/**
 * What happened somewhere, as data: a line of a trace. What caused a step is named by it; together with the order of events of
 * one process, and `received` after the `sent` of the same id, this is happened-before (Lamport, "Time, Clocks, and the Ordering
 * of Events in a Distributed System", 1978, section 1). Values are what {@link plain} makes of them: bounded pictures.
 */
export type TraceEvent =
  | StepEvent
  | SentEvent
  | ReceivedEvent
  | DroppedEvent
  | WrittenEvent
  | AppliedEvent
  | FaultEvent
  | NoteEvent
