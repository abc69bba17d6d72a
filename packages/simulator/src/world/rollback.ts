import { isSameBytes, nothingStored, type StoredLog } from '@quorate/core'

/** What a disk holds, by the names of its logs. */
export type Stored = ReadonlyMap<string, StoredLog>

/**
 * True if a disk may go back from what it holds `now` to this copy, and nothing that was acknowledged is lost: no record
 * and no row changes, so that no promise is forgotten, and every entry that it forgets is on the disks of all others that
 * have the log, `elsewhere`. What nobody else has may not be forgotten.
 */
export const isHarmless = (copy: Stored, now: Stored, elsewhere: (key: string) => readonly StoredLog[]): boolean =>
  [...now].every(([key, held]) => {
    const before = copy.get(key) ?? nothingStored
    const others = elsewhere(key)
    return (
      isSame(before.record, held.record) &&
      isSameTable(before.table, held.table) &&
      (others.length > 0 ? others : [nothingStored]).every((other) => forgetsNothingOf(other, before, held))
    )
  })

const isSame = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && isSameBytes(a, b))

const isSameTable = (a: StoredLog['table'], b: StoredLog['table']): boolean =>
  a === b || (a.size === b.size && [...a].every(([key, bytes]) => isSame(bytes, b.get(key))))

/** True if all that is held and was not before is with the other too. */
const forgetsNothingOf = ({ log: other }: StoredLog, { log: before }: StoredLog, { log: held }: StoredLog): boolean => {
  if (before.last.index < held.base.index && other.base.index < held.base.index) return false
  for (const { index, term } of held) {
    const isForgotten = before.termAt(index) !== term && index > before.base.index
    if (isForgotten && index > other.base.index && other.termAt(index) !== term) return false
  }
  return true
}
