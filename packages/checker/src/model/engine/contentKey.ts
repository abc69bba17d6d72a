/**
 * A text that is equal for equal contents, whoever made them: the key under which a state or a message is known. Fields
 * that are undefined count as absent, maps and sets by what they hold, bytes and iterable values (a log) by their
 * contents, functions by identity. Values are taken to be immutable: the text of an object is made once.
 */
export function contentKey(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'number':
      return Object.is(value, -0) ? '0' : String(value)
    case 'bigint':
      return `${value}n`
    case 'boolean':
      return value ? 'T' : 'F'
    case 'object':
      return value === null ? 'null' : keyOfObject(value)
    case 'function':
      return `f${numberOf(value)}`
    default:
      return 'u'
  }
}

const keys = new WeakMap<object, string>()

function keyOfObject(value: object): string {
  const known = keys.get(value)
  if (known !== undefined) return known
  const key = contentOf(value)
  keys.set(value, key)
  return key
}

function contentOf(value: object): string {
  if (Array.isArray(value)) return `[${value.map(contentKey).join(',')}]`
  if (value instanceof Uint8Array) return `x${hexOf(value)}`
  if (value instanceof Map) {
    const entries = [...value].map(([key, of]) => `${contentKey(key)}:${contentKey(of)}`)
    return `M{${entries.sort().join(',')}}`
  }
  if (value instanceof Set) return `S{${[...value].map(contentKey).sort().join(',')}}`
  const fields = Object.keys(value)
    .sort()
    .flatMap((name) => {
      const field = (value as Record<string, unknown>)[name]
      return field === undefined ? [] : [`${JSON.stringify(name)}:${contentKey(field)}`]
    })
  const items = Symbol.iterator in value ? contentKey([...(value as Iterable<unknown>)]) : ''
  return `{${fields.join(',')}}${items}`
}

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

const numbers = new WeakMap<object, number>()
let functions = 0

function numberOf(value: object): number {
  const known = numbers.get(value)
  if (known !== undefined) return known
  numbers.set(value, ++functions)
  return functions
}
