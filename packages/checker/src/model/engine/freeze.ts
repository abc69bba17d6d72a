const frozen = new WeakSet<object>()

/** Freezes plain objects and arrays, and those in them; what else there is looks after itself. */
export function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || frozen.has(value)) return
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== Array.prototype && prototype !== null) return
  frozen.add(Object.freeze(value))
  for (const part of Object.values(value)) freeze(part)
}
