import type { Json } from '../values/json.js'
import { PersistentMap } from '../values/persistentMap.js'

/** What is left out is shown as this, or counted after it. */
const more = '…'

/** Objects within objects, from the outermost. */
const depthMax = 8
/** Of one list, map, set or object. */
const itemsMax = 50
/** Of one text, in characters. */
const textMax = 200
/** Of one piece of binary data. */
const bytesMax = 48
/** Of all that is shown of one value, with everything in it. */
const valuesMax = 1000

/**
 * A readable picture of any value as plain JSON, bounded in size: maps become objects (lists of pairs where a key is no
 * text or number), sets lists, and bytes a line such as `5 bytes "hello"`. Functions are left out, and who has `toJSON` is
 * what that says. At most 8 levels, 50 items of each, 200 characters of a text, 48 bytes of binary data and 1000 values
 * in all are shown; the rest is counted or marked by an ellipsis. Cycles end at the deepest level.
 * @throws what a getter or a `toJSON` within the value throws.
 */
export const plain = (value: unknown): Json | undefined => {
  let valuesLeft = valuesMax

  const of = (value: unknown, depth: number): Json | undefined => {
    if (valuesLeft-- <= 0) return more
    switch (typeof value) {
      case 'string':
        return clipped(value)
      case 'number':
        return Number.isFinite(value) ? value : String(value)
      case 'bigint':
        return String(value)
      case 'boolean':
        return value
      case 'object':
        return value === null ? null : ofObject(value, depth)
      default:
        return undefined
    }
  }

  const ofObject = (value: object, depth: number): Json | undefined => {
    if (ArrayBuffer.isView(value)) return bytesText(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
    if (value instanceof ArrayBuffer) return bytesText(new Uint8Array(value))
    if (depth >= depthMax) return more
    if (Array.isArray(value)) return list(value.slice(0, itemsMax), value.length, depth)
    if (value instanceof Set) return list([...firstOf(value)], value.size, depth)
    if (value instanceof Map || value instanceof PersistentMap) return ofMap(value, depth)
    if (value instanceof Error) return ofError(value, depth)
    if ('toJSON' in value && typeof value.toJSON === 'function') return of(value.toJSON(), depth + 1)
    const keys = Object.keys(value)
    const shown = keys.slice(0, itemsMax).map((key) => [key, (value as Record<string, unknown>)[key]] as const)
    return record(shown, keys.length, depth)
  }

  const ofMap = (map: ReadonlyMap<unknown, unknown>, depth: number): Json => {
    const shown = [...firstOf(map)]
    const hasNames = shown.every(([key]) => typeof key === 'string' || typeof key === 'number')
    return hasNames ? record(shown as [string | number, unknown][], map.size, depth) : list(shown, map.size, depth)
  }

  const ofError = (error: Error, depth: number): Json => {
    const fields = Object.assign({ name: error.name, message: error.message }, error)
    return record(Object.entries(fields).slice(0, itemsMax), 0, depth)
  }

  const list = (items: readonly unknown[], count: number, depth: number): Json => {
    const shown = items.map((item) => of(item, depth + 1) ?? null)
    return count > items.length ? [...shown, `${more} ${count - items.length} more`] : shown
  }

  const record = (entries: readonly (readonly [string | number, unknown])[], count: number, depth: number): Json => {
    const told = entries.flatMap(([key, item]) => {
      const shown = of(item, depth + 1)
      return shown === undefined ? [] : [[clipped(String(key)), shown] as const]
    })
    // `fromEntries`, and no assignment: a key of the user's may be `__proto__`.
    const shown = Object.fromEntries(told)
    return count > entries.length ? { ...shown, [more]: `${count - entries.length} more` } : shown
  }

  return of(value, 0)
}

const clipped = (text: string): string => (text.length > textMax ? text.slice(0, textMax) + more : text)

function* firstOf<Item>(items: Iterable<Item>): Generator<Item> {
  let count = 0
  for (const item of items) {
    if (count++ === itemsMax) return
    yield item
  }
}

const isLegible = (text: string): boolean => !/[\p{Cc}\uFFFD]/u.test(text)

/** Text where they are text; else what is printable as it is, and the rest as `\x00`. */
const bytesText = (bytes: Uint8Array): string => {
  const shown = bytes.subarray(0, bytesMax)
  // As a stream: the last character may be cut in the middle.
  const text = new TextDecoder().decode(shown, { stream: true })
  const line = isLegible(text) ? text : Array.from(shown, byteText).join('')
  return `${bytes.length} bytes${bytes.length > 0 ? ` "${line}${bytes.length > bytesMax ? more : ''}"` : ''}`
}

const byteText = (byte: number): string =>
  byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`
