import { type Entry, isSameEntry, type Log } from '@quorate/core'
import type { InvariantFactory } from '@quorate/core/testing'
import { isRaft, type RaftServer } from './raftServer.js'

interface Known {
  readonly entry: Entry
  readonly termBefore: number
}

/** "If two logs contain an entry with the same index and term, then the logs are identical in all entries up through the given index." */
export const logMatching: InvariantFactory = ({ definition, broken }) => {
  if (!isRaft(definition)) return undefined
  /** By index and term. That each entry has one predecessor in all logs is, by induction, the property. */
  const entries = new Map<number, Map<number, Known>>()

  const meet = (node: string, log: Log, entry: Entry): void => {
    const termBefore = log.termAt(entry.index - 1) ?? 0
    const ofIndex = entries.get(entry.index) ?? new Map<number, Known>()
    entries.set(entry.index, ofIndex)
    const known = ofIndex.get(entry.term)
    if (!known) {
      ofIndex.set(entry.term, { entry, termBefore })
      return
    }
    const where = `entry ${entry.index} of term ${entry.term}`
    if (known.termBefore !== termBefore) {
      broken(`${where} follows one of term ${termBefore} on ${node}, and one of term ${known.termBefore} elsewhere`)
    } else if (!isSameEntry(known.entry, entry)) broken(`${where} is another one on ${node} than elsewhere`)
  }

  return {
    name: 'Log Matching',
    source: 'Ongaro and Ousterhout (2014), section 5.3, Figure 3',
    stepped({ node }, before, _event, after) {
      const { log } = (after as RaftServer).context
      const was = (before as RaftServer | undefined)?.context.log
      if (log === was) return
      const isLonger = was !== undefined && log.last.index >= was.last.index && log.has(was.last)
      const first = isLonger ? was.last.index + 1 : log.firstIndex
      for (const entry of log.slice(first, log.last.index)) meet(node, log, entry)
    },
  }
}
