import type { Message, MessageId, Observe } from '@quorate/core'
import type { Sending } from '../actors/actor.js'

/** Who hears what an actor does, on a run that is walked once more. */
export interface Onlooker {
  readonly observe: Observe
  /** Of a message: above all that it gave before, on all nodes. */
  nextNumber(): number
}

/** A message that an actor with an onlooker sends. */
export interface NumberedSending extends Sending<Message> {
  readonly id: MessageId
}

export const numbered = (to: string, message: Message, id: MessageId): NumberedSending => ({ to, message, id })
