import { type Cause, type Envelope, messageIdOf } from '@quorate/core'

/** What a message that came in this envelope is, as the cause of a step. */
export function causeOf(envelope: Envelope): Cause {
  const [id, { from }] = [messageIdOf(envelope), envelope]
  return id === undefined ? { type: 'message', from } : { type: 'message', from, id }
}
