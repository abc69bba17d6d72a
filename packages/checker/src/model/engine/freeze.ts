import { PersistentMap } from '@quorate/core'

/** What a value holds, as far as it is looked into: what else there is looks after itself. */
function partsOf(value: object): Iterable<unknown> {
  if (Array.isArray(value)) return value
  if (value instanceof Set) return value
  return value instanceof Map || value instanceof PersistentMap ? [...value].flat() : Object.values(value)
}

const plainPrototypes: readonly unknown[] = [Object.prototype, Array.prototype, null]

/**
 * Freezes plain objects and arrays, and those in them, in maps and in sets. True when nothing is left that could change: no
 * map, no set, no bytes, no instance of a class.
 */
export const freeze = (value: unknown): boolean => freezeWithin(value, [])

/** What holds itself is not entered again. */
function freezeWithin(value: unknown, holders: object[]): boolean {
  if (typeof value !== 'object' || value === null || holders.includes(value)) return true
  const prototype = Object.getPrototypeOf(value)
  let isFixed = plainPrototypes.includes(prototype)
  if (isFixed) Object.freeze(value)
  else if (prototype === PersistentMap.prototype) isFixed = true
  else if (prototype !== Map.prototype && prototype !== Set.prototype) return false
  holders.push(value)
  for (const part of partsOf(value)) if (!freezeWithin(part, holders)) isFixed = false
  holders.pop()
  return isFixed
}
