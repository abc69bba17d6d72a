import type { Message } from '../log/message.js'
import type { StoreWrite } from '../ports/ports.js'
import type { Applied } from '../stateMachine/appliedState.js'
import type { Address } from '../values/address.js'
import type { Envelope } from '../wire/envelope.js'
import type { StepRecord } from './stepRecord.js'

/** A message leaves a node. */
export interface SentRecord {
  readonly type: 'sent'
  readonly from: Address
  /** Of the node's store: absent before it is durable. */
  readonly fromStart: number | undefined
  /** With `from` and `fromStart` the id of the message: see {@link messageIdOf}. Absent before the start is durable. */
  readonly number: number | undefined
  readonly to: Address
  readonly message: Message
  /** Of the message, with its envelope where it has one. */
  readonly bytes: number
}

/** A message reaches a node, and somebody there listens. */
export interface ReceivedRecord {
  readonly type: 'received'
  readonly envelope: Envelope
}

/** A message reaches a node, and is handed to nobody. */
export interface DroppedRecord {
  readonly type: 'dropped'
  readonly why: string
  /** Absent where it could not be read, or is not known any more. */
  readonly envelope: Pick<Envelope, 'from' | 'fromStart' | 'message' | 'type'> | undefined
}

/** A write of a node begins, or is durable. */
export interface WrittenRecord {
  readonly type: 'written'
  /** False: it begins. */
  readonly isDurable: boolean
  readonly writes: readonly StoreWrite[]
}

/** The state machine of a group has applied entries. */
export interface AppliedRecord {
  readonly type: 'applied'
  readonly group: string
  /** In order; not empty. */
  readonly applied: readonly Applied[]
}

/** What happens on a node, as whoever observes it sees it: all by reference, nothing is copied. */
export type Observed = StepRecord | SentRecord | ReceivedRecord | DroppedRecord | WrittenRecord | AppliedRecord

/** Hears of all that happens in a place, while it happens: it must do nothing that can fail or take long. */
export type Observe = (observed: Observed) => void
