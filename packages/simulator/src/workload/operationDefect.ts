import type { Json } from '@quorate/core'
import type { FieldForm, Operation } from '@quorate/core/testing'
import type { SimulatedWorkload } from './simulatedWorkload.js'

const expected: Readonly<Record<FieldForm, string>> = {
  text: 'a text',
  number: 'a number',
  count: 'a whole number from 0',
  boolean: 'true or false',
  json: 'a value',
}

const fits: Readonly<Record<FieldForm, (value: Json) => boolean>> = {
  text: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  count: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
  boolean: (value) => typeof value === 'boolean',
  json: () => true,
}

/** What an operation says, and what its workload would have it say. */
interface Defect {
  readonly said: string
  readonly wanted: string
}

/** What is wrong with an operation for clients of this workload; undefined where nothing is. */
export function operationDefect({ operations }: SimulatedWorkload, { f, ...given }: Operation): Defect | undefined {
  const known = Object.hasOwn(operations, f) ? operations[f] : undefined
  if (!known) return { said: `f=${f}`, wanted: `f is one of ${Object.keys(operations).join(', ')}` }
  const { fields } = known
  const names = `${f} takes ${
    Object.keys(fields)
      .map((field) => `${field}=`)
      .join(' ') || 'nothing'
  }`
  const other = Object.keys(given).find((field) => !Object.hasOwn(fields, field))
  if (other !== undefined) return { said: `f=${f} ${other}=${JSON.stringify(given[other])}`, wanted: names }
  for (const [field, form] of Object.entries(fields)) {
    const value = given[field]
    if (value === undefined && form.endsWith('?')) continue
    if (value === undefined) return { said: `f=${f} without ${field}=`, wanted: names }
    const kind = form.replace('?', '') as FieldForm
    if (fits[kind](value)) continue
    return { said: `f=${f} ${field}=${JSON.stringify(value)}`, wanted: `${field} is ${expected[kind]}` }
  }
  return undefined
}
