import { origin, type RecoveredState } from '@quorate/core'
import type { RaftRecord } from '@quorate/raft'
import { commandLog } from './appliedLog.js'

/** What a server has on its disk, where a scope begins in the middle. */
export interface RaftDisk {
  readonly currentTerm: number
  readonly votedFor?: string
  /** Of the entries of its log. */
  readonly terms: readonly number[]
}

/** Such a disk, as it is read. */
export const recoveredOf = ({ currentTerm, votedFor, terms }: RaftDisk): RecoveredState<RaftRecord> => ({
  record: { currentTerm, votedFor, doubtful: false, doubt: 0, spentTerm: 0 },
  snapshot: undefined,
  base: origin,
  table: [],
  entries: terms.map((term, at) => ({
    index: at + 1,
    term,
    kind: 'command',
    session: 0,
    sequence: at + 1,
    answeredBelow: 0,
    bytes: commandLog.codecs.command.encode(`of term ${term}`),
  })),
  doubtful: false,
})
