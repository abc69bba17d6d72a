import type { Json } from '@quorate/core'

export type { Json } from '@quorate/core'

/** One text for each value, whatever the order of its names; `undefined` has none, which is the empty text. */
export const textOf = (value: Json | undefined): string => {
  if (value === undefined) return ''
  if (typeof value === 'number') return `${value}`
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${textOf(field)}`).join(',')}}`
}

/** Whether two values are equal by content. */
export const isSame = (left: Json | undefined, right: Json | undefined): boolean =>
  left === right || textOf(left) === textOf(right)

/** Whether a value nests at most so deep; a scalar has depth 0. */
export const isWithinDepth = (value: unknown, depthMax: number): boolean => {
  if (typeof value !== 'object' || value === null) return true
  return depthMax > 0 && Object.values(value).every((field) => isWithinDepth(field, depthMax - 1))
}
