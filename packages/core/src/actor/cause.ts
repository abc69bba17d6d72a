import { isTimer } from '../role/stepper.js'
import type { Address } from '../values/address.js'
import type { MessageId } from '../wire/envelope.js'
import type { ActorEvent } from './actor.js'
import type { RequestId } from './effect.js'

/** Why an actor takes a step. Within a node, what stands before in its trace happened before. */
export type Cause =
  /** It begins, with what was recovered. */
  | { readonly type: 'start' }
  /** A message that it received. Its id is absent where the sender numbers none: an earlier version. */
  | { readonly type: 'message'; readonly from: Address; readonly id?: MessageId }
  /** A timer of its own, by its id. */
  | { readonly type: 'timer'; readonly timer: string }
  /** A write of its node became durable: the last one before the step. */
  | { readonly type: 'write' }
  /** Clients asked for something, under this number of the node. */
  | { readonly type: 'client'; readonly request: RequestId }
  /** Its host answers, or tells it something else: a choice that it asked for, what came of a call, a snapshot that was taken. */
  | { readonly type: 'host' }

/** The cause of a step that no message caused; `undefined`, for an event: the actor began. */
export function causeOf(event: ActorEvent | undefined): Cause {
  if (event === undefined) return { type: 'start' }
  const { type } = event
  if (isTimer(type)) return { type: 'timer', timer: type }
  if (type === 'storage.persisted') return { type: 'write' }
  if (type.startsWith('client.') && 'request' in event) return { type: 'client', request: event.request as RequestId }
  return { type: 'host' }
}
