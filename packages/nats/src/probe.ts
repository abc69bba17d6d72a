import { createInbox, type Msg, type NatsConnection, RequestError } from '@nats-io/transport-node'
import type { Address } from '@quorate/core'
import type { Subjects } from './subjects.js'

const noBytes = new Uint8Array(0)

/** Messages want no reply, and are not empty: what is and does asks whether anybody is there. */
export const isProbe = ({ reply, data }: Msg): boolean => reply !== undefined && reply !== '' && data.length === 0

/**
 * Whether anybody hears an address, as the server says: it answers a request to a subject that nobody hears at once.
 * `undefined`: nobody knows.
 */
export async function isHeard(
  nats: NatsConnection,
  subjects: Subjects,
  to: Address,
  withinMs: number,
): Promise<boolean | undefined> {
  try {
    // The answer comes to a subject that the permissions of a node cover anyway.
    const reply = createInbox(subjects.inboxes)
    await nats.request(subjects.of(to), noBytes, { timeout: withinMs, noMux: true, reply })
    return true
  } catch (error) {
    return error instanceof RequestError && error.isNoResponders() ? false : undefined
  }
}
