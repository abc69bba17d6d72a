import type { KvAnswer, KvEntry, KvQuery } from './generated/kv.js'
import type { KvState } from './state.js'

/** A page of a range ends when its values and keys are larger than this, so that an answer fits into a message. */
export const pageBytesMax = 128 * 1024

/** What a key and the numbers beside it take in a page, beyond its characters. */
const entryOverheadBytes = 32

/** The entries that a query asks for: all in one page, or the first of them and the word that there are more. */
export const select = (state: KvState, query: KvQuery): KvAnswer => {
  if (query.selection === 'prefix') return page(state, query)
  const found = state.get(query.text)
  return { entries: found ? [found] : [], more: false }
}

const page = (state: KvState, { text: prefix, after, limit }: KvQuery): KvAnswer => {
  const entries: KvEntry[] = []
  const first = after !== undefined && after > prefix ? after : prefix
  let bytes = 0
  for (const entry of state.from(first)) {
    const { key } = entry
    if (!key.startsWith(prefix)) break
    if (key === after) continue
    if (entries.length > 0 && (entries.length === limit || bytes + sizeOf(entry) > pageBytesMax)) {
      return { entries, more: true }
    }
    entries.push(entry)
    bytes += sizeOf(entry)
  }
  return { entries, more: false }
}

const sizeOf = ({ key, value }: KvEntry): number => key.length * 3 + value.length + entryOverheadBytes
