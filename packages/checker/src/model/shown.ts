import { type Entry, PersistentMap } from '@quorate/core'

/** A value as a person would write it: bytes that are text as text, a message by its type, nothing that is undefined. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return /^[\w./-]+$/.test(value) ? value : JSON.stringify(value)
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Uint8Array) return bytesShown(value)
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`
  if (value instanceof Map || value instanceof PersistentMap)
    return `{${fieldsShown(Array.from(value, ([key, of]) => [shown(key), of]))}}`
  if (value instanceof Set) return `{${[...value].map(shown).join(', ')}}`
  if (Symbol.iterator in value) return shown([...(value as Iterable<unknown>)])
  if (isEntry(value))
    return `${value.index}.${value.term} ${value.kind === 'command' ? bytesShown(value.bytes) : value.kind}`
  const { type, ...rest } = value as Record<string, unknown>
  const fields = fieldsShown(Object.entries(typeof type === 'string' ? rest : (value as object)))
  if (typeof type !== 'string') return `{${fields}}`
  return fields === '' ? type : `${type}{${fields}}`
}

/** An entry of a log: its id, and what it holds. */
const isEntry = (value: object): value is Entry =>
  'index' in value && 'term' in value && 'kind' in value && 'bytes' in value

const fieldsShown = (entries: readonly (readonly [string, unknown])[]): string =>
  entries
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${shown(value)}`)
    .join(', ')

const text = new TextDecoder('utf-8', { fatal: true })

function bytesShown(bytes: Uint8Array): string {
  try {
    return JSON.stringify(text.decode(bytes))
  } catch {
    return `${bytes.length} bytes`
  }
}

/** What is different in the second value, field by field or as a whole; not what is there no more. Empty when nothing is. */
export function changesOf(before: unknown, after: unknown): string {
  if (isRecord(before) && isRecord(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return names
      .filter((name) => after[name] !== undefined && shown(before[name]) !== shown(after[name]))
      .map((name) => `${name}: ${before[name] === undefined ? '' : `${shown(before[name])} -> `}${shown(after[name])}`)
      .join(', ')
  }
  const [from, to] = [shown(before), shown(after)]
  return from === to ? '' : `${from} -> ${to}`
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
