import type { Address, Command, RequestId } from '@quorate/core'
import type { Asker } from './responder.js'

/** What one client asked for with one message. */
export interface Part extends Asker {
  readonly commands: readonly Command[]
  /** How many of the commands still wait. */
  open: number
}

/** What a member remembers of the commands that it handed to the actor which orders. */
export interface TakenCommands {
  /** Commands that wait here for their results. */
  readonly commands: number
  /** Their size, in bytes. */
  readonly bytes: number
  /** True if this command is in flight and will be answered from here. */
  has(command: Command): boolean
  /** One more part of a proposal. */
  add(request: RequestId, part: Part, nowMs: number): void
  /** Who must hear that a proposal is refused; it is remembered no more. */
  takeProposal(request: RequestId): readonly Asker[]
  /** Who must hear that nothing will be answered from here; nothing is remembered any more. */
  takeAll(): readonly Asker[]
  /** Forgets what is too old. */
  expire(nowMs: number): void
  /** Who used a session of late, where that is remembered. */
  clientOf(session: number): Address | undefined
}
