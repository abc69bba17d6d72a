import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { cutDurably } from './files.js'
import { scanLog } from './scanLog.js'

/**
 * Cuts what a failed write left at the end of LevelDB's log: the part of a record, or a whole one that ends with `seal`,
 * which no other write bears. LevelDB is still open, and writes no more to its log. Without the cut a record whose sync
 * failed could come back as a damaged last record, about which nothing is known.
 */
export const takeBack = async (directory: string, seal: Uint8Array): Promise<void> => {
  const logs = (await readdir(directory)).filter((name) => /^\d+\.log$/.test(name))
  const newest = logs.toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)).at(-1)
  if (newest === undefined) return
  const path = join(directory, newest)
  let last: { readonly record: Buffer; readonly at: number } | undefined
  const verdict = await scanLog(path, (record, at) => {
    last = { record, at }
  })
  if (verdict.type === 'unfinished') await cutDurably(path, verdict.at)
  else if (verdict.type === 'clean' && last?.record.subarray(-seal.length).equals(seal)) await cutDurably(path, last.at)
}
