import { checkOptions, InvalidConfigurationError } from '@quorate/core'
import type { OperationForm } from '@quorate/core/testing'
import { modelOf, type SimulatedWorkload } from './simulatedWorkload.js'

/** What the field of an operation may be. */
const forms = new Set(['text', 'number', 'count', 'boolean', 'json'].flatMap((form) => [form, `${form}?`]))
/** What a script says itself of an operation. */
const reserved: readonly string[] = ['client', 'slot', 'f']

/**
 * Takes what somebody exports for a workload, whatever copy of this package made it.
 * @param what it is, for messages.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION`
 */
export function checkWorkload(what: string, given: unknown): SimulatedWorkload {
  const refuse = (found: string): never => {
    throw new InvalidConfigurationError(`${what}: ${found}`)
  }
  checkOptions<SimulatedWorkload>(what, given, {
    name: 'required',
    operations: 'required',
    draw: 'required',
    probe: 'required',
    perform: 'required',
    perSecond: 'optional',
    slotsMax: 'optional',
    hasUniqueCommands: 'optional',
    argumentOf: 'optional',
    resultOf: 'optional',
    textOf: 'optional',
    resultTextOf: 'optional',
    model: 'optional',
    stateMachine: 'optional',
  })
  for (const name of ['draw', 'probe', 'perform'] as const) {
    if (typeof given[name] !== 'function') refuse(`${name} must be a function`)
  }
  for (const name of ['perSecond', 'slotsMax'] as const) {
    const value = given[name]
    if (value !== undefined && !(value > 0)) refuse(`${name} must be a number above 0, not ${value}`)
  }
  const operations = Object.entries(given.operations)
  if (operations.length === 0) refuse('operations is empty: say by f which fields each has')
  for (const [f, form] of operations) {
    const defect = formDefect(form)
    if (defect !== undefined) refuse(`operation ${f} ${defect}`)
  }
  modelOf(given)
  return given
}

function formDefect({ fields }: OperationForm): string | undefined {
  if (typeof fields !== 'object' || fields === null) return 'has no fields: expected { fields: { key: "text", ... } }'
  for (const [field, form] of Object.entries(fields)) {
    if (!/^\w+$/.test(field)) return `has a field ${JSON.stringify(field)}: only letters, digits and _ fit a script`
    if (reserved.includes(field)) return `has a field ${field}, which a script says itself`
    if (!forms.has(form)) return `has a field ${field} of form ${form}: expected one of ${[...forms].join(', ')}`
  }
  return undefined
}
