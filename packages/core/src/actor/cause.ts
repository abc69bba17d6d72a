import type { Command } from '../log/message.js'
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
  /** A deadline that its state machine named has passed: its node wants a tick ordered. */
  | { readonly type: 'deadline' }
  /** A choice that it asked for was made. */
  | { readonly type: 'choice' }
  /** What it called for has come to something. */
  | { readonly type: 'call' }
  /** What it asked another group has come to something. */
  | { readonly type: 'ask' }
  /** A snapshot of its state machine was taken. */
  | { readonly type: 'snapshot' }
  /** A node of which it expects something is suspected to be gone, or is heard again. */
  | { readonly type: 'suspicion' }
  /** Its host tells it something else; in traces of before, also what has a name above. */
  | { readonly type: 'host' }

/** The cause of a step, as its event says it; `undefined`, for an event: the actor began. */
export function causeOf(event: ActorEvent | undefined): Cause {
  if (event === undefined) return { type: 'start' }
  const { type } = event
  if (isTimer(type)) return { type: 'timer', timer: type }
  switch (type) {
    case 'storage.persisted':
      return { type: 'write' }
    case 'chosen':
      return { type: 'choice' }
    case 'called':
      return { type: 'call' }
    case 'answered':
      return { type: 'ask' }
    case 'snapshot.taken':
      return { type: 'snapshot' }
    case 'peer.lost':
    case 'peer.found':
      return { type: 'suspicion' }
    default:
      return saidCause(event)
  }
}

/** Of what somebody said: another actor, a client, or the node itself when it wants a tick. */
function saidCause({ type, from, request, commands }: Said): Cause {
  if (from !== undefined) return { type: 'message', from }
  if (commands?.every(({ kind }) => kind === 'tick')) return { type: 'deadline' }
  return type.startsWith('client.') && request !== undefined ? { type: 'client', request } : { type: 'host' }
}

interface Said extends ActorEvent {
  readonly from?: Address
  readonly request?: RequestId
  readonly commands?: readonly Pick<Command, 'kind'>[]
}
