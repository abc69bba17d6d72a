import { noBytes } from '../values/pieces.js'
import type { Command, Entry, LogId } from './message.js'
import type { Instant } from './time.js'

/**
 * Commands as the entries that follow a place in the log, in a term or ballot. Where the time of the event that brought them is
 * known, the first is stamped with it; to the others no more time has passed.
 */
export function entriesAfter(index: number, term: number, commands: readonly Command[], when?: Instant): Entry[] {
  let at = index
  const entries = commands.map(({ kind, session, sequence, answeredBelow, bytes }): Entry => {
    at++
    return { index: at, term, kind, session, sequence, answeredBelow, bytes }
  })
  const [first] = entries
  if (first && when) entries[0] = { ...first, stamp: { by: term, nowMs: when.nowMs, wallMs: when.wallMs } }
  return entries
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
