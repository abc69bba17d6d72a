import { Log, PersistentMap, Piece, Pieces, persistentMap } from '@quorate/core'
import { ModelFault } from './errors.js'

/** Old name -> new name. */
export type NewNames = ReadonlyMap<string, string>

/** More that are alike have so many orders that a single state takes seconds. */
const alikeMax = 7

/**
 * A value with other names in it: texts that are a name, as values and as keys. What holds none is given back as it is;
 * bytes, logs and functions hold none.
 * @throws {@link ModelFault} for what could hold names and cannot be read.
 */
export function renamed<Value>(value: Value, names: NewNames): Value {
  return rename(value, names) as Value
}

function rename(value: unknown, names: NewNames): unknown {
  if (typeof value === 'string') return names.get(value) ?? value
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value))
    return changedOr(
      value,
      value.map((item) => rename(item, names)),
    )
  if (value instanceof Map) return renamedMap(value, names)
  if (value instanceof PersistentMap) return persistentMap(renamedMap(value, names))
  if (value instanceof Set) return new Set([...value].map((item) => rename(item, names)))
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof Log) return value
  if (value instanceof Pieces || value instanceof Piece) return value
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    const what = value.constructor.name
    throw new ModelFault(`holds an instance of ${what}, in which names cannot be changed: check it with --no-symmetry`)
  }
  const entries = Object.entries(value)
  const changed = entries.map(([key, of]) => [names.get(key) ?? key, rename(of, names)] as const)
  const isSame = changed.every(([key, of], at) => key === entries[at]?.[0] && of === entries[at]?.[1])
  return isSame ? value : Object.fromEntries(changed)
}

const renamedMap = <Key>(map: ReadonlyMap<Key, unknown>, names: NewNames): Map<Key, unknown> =>
  new Map(Array.from(map, ([key, of]) => [rename(key, names) as Key, rename(of, names)]))

const changedOr = (before: readonly unknown[], after: readonly unknown[]): readonly unknown[] =>
  after.every((item, at) => item === before[at]) ? before : after

/**
 * Every way to give some their names anew, but the one that changes nothing; made as they are asked for.
 * @throws {@link ModelFault} for more than 7.
 */
export function* permutationsOf(names: readonly string[]): Generator<NewNames> {
  if (names.length > alikeMax) {
    const what = `it says that ${names.length} actors are alike, and of more than ${alikeMax} the orders are too many`
    throw new ModelFault(`${what}: check it with --no-symmetry, or with fewer`)
  }
  for (const order of ordersOf(names)) {
    if (order.every((name, at) => name === names[at])) continue
    yield new Map(names.map((name, at) => [name, order[at] as string]))
  }
}

function* ordersOf(names: readonly string[]): Generator<readonly string[]> {
  if (names.length === 0) yield []
  for (const first of names) {
    for (const rest of ordersOf(names.filter((name) => name !== first))) yield [first, ...rest]
  }
}
