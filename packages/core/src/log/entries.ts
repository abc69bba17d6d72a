import { noBytes } from '../values/pieces.js'
import type { Command, Entry, LogId } from './message.js'
import type { Instant } from './time.js'

/**
 * Commands as the entries that follow a place in the log, in a term or ballot, stamped with the time of the event that brought
 * them where that is known.
 */
export function entriesAfter(index: number, term: number, commands: readonly Command[], when?: Instant): Entry[] {
  let at = index
  const stamp = when && { by: term, nowMs: when.nowMs, wallMs: when.wallMs }
  return commands.map(({ kind, session, sequence, answeredBelow, bytes }): Entry => {
    at++
    // Spelled out twice: a spread for each command costs a busy leader more than all else here.
    return stamp
      ? { index: at, term, kind, session, sequence, answeredBelow, bytes, stamp }
      : { index: at, term, kind, session, sequence, answeredBelow, bytes }
  })
}

/** An entry that changes nothing. */
export const noopAt = ({ index, term }: LogId): Entry => ({
  index,
  term,
  kind: 'noop',
  session: 0,
  sequence: 0,
  answeredBelow: 0,
  bytes: noBytes,
})
