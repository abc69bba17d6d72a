import type { Address, MessageId } from '@quorate/core'
import type { ProbeWatch } from './probes.js'

/** One message on its way from one process to another. */
export interface Passage {
  readonly type: string
  readonly from: string
  readonly to: string
  readonly bytes: Uint8Array
  /** False where it never left. */
  readonly isSent: boolean
  /** Of the message, where whoever watches has looked. */
  readonly id?: MessageId | undefined
  /** These are not the bytes that were sent. */
  readonly isGarbled?: true
}

/** What a network tells. */
export interface NetworkWatch extends ProbeWatch {
  /** Gives the id of the message, where it looked at it. */
  sent(type: string, from: string, to: Address, bytes: Uint8Array): MessageId | undefined
  arrived(passage: Passage): void
  lost(passage: Passage, why: 'loss' | 'partition' | 'disconnected' | 'corruption' | 'nobody there'): void
  duplicated(passage: Passage): void
  garbled(passage: Passage): void
}
