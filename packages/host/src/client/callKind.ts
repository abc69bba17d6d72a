import type { NodeId } from '@quorate/core'
import type { Refused } from '../generated/client.js'
import type { Call } from './call.js'

/** What proposals, reads and questions of a client have in common. */
export interface CallKind {
  readonly hasWork: boolean
  /** When time alone makes it do something. */
  readonly dueAtMs: number
  readonly waitingSinceMs: number
  take(call: Call): void
  /** Sends what may be sent. */
  pump(): void
  /** Gives up what is past its deadline. */
  sweep(nowMs: number): void
  leaderChanged(): void
  /** True if it was one of these that was refused. */
  refused(refused: Refused, by: NodeId): boolean
  giveUp(call: Call, why: string, cause?: unknown): void
  giveUpAll(why: string, cause: unknown): void
}
