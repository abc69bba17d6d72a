import type { OptionKeys } from '@quorate/core'
import { checkPositive } from '../system/checkPositive.js'

/** How a client behaves. */
export interface ClientOptions {
  /**
   * Commands that travel in one message when many are called for at once. 1 sends each by itself. @default 1024
   */
  readonly commandsPerMessageMax?: number
  /**
   * Messages with commands that are under way at once. With 1 commands are executed in the order of their calls, also
   * across fail-overs; with more, one that had to be sent again may come after a later one. @default 4
   */
  readonly messagesInFlightMax?: number
  /** How long a call without a signal of its own is tried, in milliseconds; no call is tried for longer. @default 30000 */
  readonly deadlineMs?: number
}

/** Of the clients that nodes give, and of those that connect by themselves. */
export const clientOptionKeys: OptionKeys<ClientOptions> = {
  commandsPerMessageMax: 'optional',
  messagesInFlightMax: 'optional',
  deadlineMs: 'optional',
}

/** @throws `QUORATE_INVALID_CONFIGURATION` */
export function checkBehaviour(behaviour: ClientOptions): void {
  for (const key of ['commandsPerMessageMax', 'messagesInFlightMax', 'deadlineMs'] as const) {
    const value = behaviour[key]
    if (value !== undefined) checkPositive(`client.${key}`, value)
  }
}
