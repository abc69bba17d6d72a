import type { NodeId } from '@quorate/core'
import type { Leader, Refused } from '../generated/client.js'
import type { Call } from './call.js'

/** Finds who takes the calls of a client, among the members of a group. */
export interface Finder {
  /** Who takes calls; of several, the first choice of this client. `undefined` while nobody is known. */
  readonly first: NodeId | undefined
  /** Who takes this call when it is sent for the so manieth time, from 0; `undefined` while nobody is known. */
  targetOf(call: Call | undefined, attempt: number): NodeId | undefined
  /** False of a node that takes calls no more, or is silent: what it was sent is sent to another one. */
  takes(node: NodeId): boolean
  /** A member says whether it takes calls, or who does. */
  learn(by: NodeId, said: Leader): void
  /** A member says that it does not take calls. */
  refused(by: NodeId, said: Refused): void
  /** A member has answered a call. */
  heard(by: NodeId): void
  /** The group lives this life. */
  meet(incarnation: number): void
  /** Asks all members who takes calls, unless it is known, and what waits has not waited for long. */
  askIfNeeded(waitingSinceMs: number): void
  /** What members said of late when they were asked: which of them, and for whom they wait. */
  readonly lately: { readonly answered: readonly NodeId[]; readonly waitingFor: readonly NodeId[] }
  /** What is to be said of members that answered, and none of which takes calls. */
  readonly lack: string
  leave(): void
}
