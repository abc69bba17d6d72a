import { createHash } from 'node:crypto'
import type { KvClient, KvEntry } from '@quorate/kv'

/** What one node holds under a prefix, in the order in which it was applied. */
export interface Digest {
  readonly entries: number
  /** Entries that were changed after they were created. */
  readonly repeated: number
  /** Entries that were applied before one with a smaller key. */
  readonly misplaced: number
  /** Of all values, one after the other. */
  readonly sha256: string
}

/** Computed from the state of this very node, as old as it may be. */
export const digestOf = async (kv: KvClient, prefix: string): Promise<Digest> => {
  const entries: KvEntry[] = []
  for await (const entry of kv.entries(prefix, { consistency: 'stale' })) entries.push(entry)
  entries.sort((a, b) => a.revision - b.revision)
  const sha256 = createHash('sha256')
  let repeated = 0
  let misplaced = 0
  let before = ''
  for (const { key, value, version } of entries) {
    sha256.update(value)
    if (version !== 1) repeated++
    if (key <= before) misplaced++
    before = key
  }
  return { entries: entries.length, repeated, misplaced, sha256: sha256.digest('hex') }
}
