/** Old name -> new name. */
export type NewNames = ReadonlyMap<string, string>

/**
 * A value with other names in it: texts that are a name, as values and as keys. What holds none is given back as it is, and
 * so is what is no plain data.
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
  if (value instanceof Map) return new Map([...value].map(([key, of]) => [rename(key, names), rename(of, names)]))
  if (value instanceof Set) return new Set([...value].map((item) => rename(item, names)))
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return value
  const entries = Object.entries(value)
  const changed = entries.map(([key, of]) => [names.get(key) ?? key, rename(of, names)] as const)
  const isSame = changed.every(([key, of], at) => key === entries[at]?.[0] && of === entries[at]?.[1])
  return isSame ? value : Object.fromEntries(changed)
}

const changedOr = (before: readonly unknown[], after: readonly unknown[]): readonly unknown[] =>
  after.every((item, at) => item === before[at]) ? before : after

/** Every way to give some their names anew, but the one that changes nothing. */
export function permutationsOf(names: readonly string[]): NewNames[] {
  return ordersOf(names)
    .filter((order) => order.some((name, at) => name !== names[at]))
    .map((order) => new Map(names.map((name, at) => [name, order[at] as string])))
}

function ordersOf(names: readonly string[]): string[][] {
  if (names.length === 0) return [[]]
  return names.flatMap((first) => ordersOf(names.filter((name) => name !== first)).map((rest) => [first, ...rest]))
}
