import type { Notice } from '../group/protocol.js'
import { sizeOfRow } from '../values/table.js'
import type { KeyedLimits, KeyedSnapshot } from './keyed.js'

/** So much of a limit may be used up before people are told. */
const nearly = 0.9

/** Where there is no room for the smallest row, there is none for any. */
const leastRowBytes = sizeOfRow({ key: 'k', bytes: new Uint8Array() })

/** Which limits are near, or reached. The texts hold no number that changes: what is told is told once. */
export function noticesOf(id: string, limits: KeyedLimits, { context, instances }: KeyedSnapshot): readonly Notice[] {
  const { instancesMax, rowsMax, tableBytesMax } = limits
  const rows = `the table of ${id}`
  const noRow = 'what would add a row is refused: delete rows of keys that are done, or raise the limit'
  const noInstance = 'what would begin another is refused until one ends: ask for less at a time, or raise the limit'
  return [
    { used: context.table.size, least: 1, max: rowsMax, limit: 'rowsMax', of: rows, so: noRow },
    {
      used: context.tableBytes,
      least: leastRowBytes,
      max: tableBytesMax,
      limit: 'tableBytesMax',
      of: rows,
      so: noRow,
    },
    {
      used: instances.size,
      least: 1,
      max: instancesMax,
      limit: 'instancesMax',
      of: `those at work in ${id}`,
      so: noInstance,
    },
  ].flatMap(({ used, least, max, limit, of, so }): Notice[] => {
    if (used + least > max) return [{ level: 'error', text: `${limit} of ${max} is reached by ${of}: ${so}` }]
    if (used < nearly * max) return []
    return [{ level: 'warn', text: `nine tenths of ${limit}, which is ${max}, are used up by ${of}. Beyond it ${so}` }]
  })
}
