import { noBytes } from '../values/pieces.js'
import type { Command, Entry, LogId } from './message.js'

/** Commands as the entries that follow a place in the log, in a term or ballot. */
export function entriesAfter(index: number, term: number, commands: readonly Command[]): Entry[] {
  let at = index
  return commands.map(({ kind, session, sequence, answeredBelow, bytes }): Entry => {
    at++
    return { index: at, term, kind, session, sequence, answeredBelow, bytes }
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
