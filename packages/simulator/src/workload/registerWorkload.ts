import type { Draws } from '@quorate/core/testing'
import { named } from './named.js'
import { type RegisterCommand, type RegisterResult, registers } from './registers.js'
import type { SimulatedWorkload } from './simulatedWorkload.js'

/**
 * Clients read, write, and compare and set registers, which take the place of the group's own state machine. Values are
 * unique, so that a read tells which write it saw; 0 stands for nothing.
 */
export const registerWorkload: SimulatedWorkload<typeof registers> = {
  name: 'registers',
  model: 'cas-register',
  stateMachine: registers,
  hasUniqueCommands: true,
  operations: {
    read: { fields: { key: 'text', value: 'count?' }, isQuery: true },
    write: { fields: { key: 'text', value: 'count' } },
    /** `expected` must be there, or 0 for nothing. */
    cas: { fields: { key: 'text', value: 'count', expected: 'count?' } },
  },
  draw(run, { keys: count }) {
    // Drawn in any case, so that what is said of keys moves nothing else.
    const drawn = run.between(1, 3)
    const keys = count === undefined ? ['x', 'y', 'z'].slice(0, drawn) : named('x', count)
    /** The values that were last to be written: what a cas had better expect. */
    const recent = new Map<string, number>()
    return (own, ordinal) => {
      const operation = drawOperation(own, own.pick(keys), ordinal + 1, recent)
      if (operation.f !== 'read') recent.set(operation.key, operation.value)
      return operation
    }
  },
  probe: (number) => [
    { f: 'write', key: 'probe', value: number },
    { f: 'read', key: 'probe', value: number },
  ],
  async perform(client, operation, unique) {
    const asked = operation as RegisterOperation
    const { f, key, value } = asked
    if (f === 'read') return { ...(await client.query(key)), isDone: true }
    const id = `${unique()}/${value}`
    const command: RegisterCommand =
      f === 'cas' ? { id, f, key, value, expected: asked.expected ?? 0 } : { id, f, key, value }
    return { ...(await client.propose(command)).result }
  },
  argumentOf(operation) {
    const asked = operation as RegisterOperation
    if (asked.f === 'read') return null
    return asked.f === 'cas' ? [orNull(asked.expected ?? 0), asked.value] : asked.value
  },
  resultOf({ f }, result) {
    const { value, isDone } = result as unknown as RegisterResult
    if (f === 'read') return orNull(value)
    return f === 'cas' ? isDone : undefined
  },
  textOf(operation) {
    const asked = operation as RegisterOperation
    if (asked.f === 'read') return `read ${asked.key}`
    const values = asked.f === 'cas' ? `${asked.expected ?? 0}->${asked.value}` : asked.value
    return `${asked.f} ${asked.key} ${values}`
  },
  resultTextOf(result) {
    const { value, revision, isDone } = result as unknown as RegisterResult
    return `${value}@${revision}${isDone ? '' : ' refused'}`
  },
}

/** What its forms allow. */
export type RegisterOperation =
  | { readonly f: 'read' | 'write'; readonly key: string; readonly value: number }
  | { readonly f: 'cas'; readonly key: string; readonly value: number; readonly expected?: number }

function drawOperation(own: Draws, key: string, value: number, recent: ReadonlyMap<string, number>): RegisterOperation {
  const dice = own.below(10)
  if (dice < 4) return { f: 'read', key, value }
  if (dice < 8) return { f: 'write', key, value }
  return { f: 'cas', key, value, expected: own.isOne(800) ? (recent.get(key) ?? 0) : 0 }
}

const orNull = (value: number): number | null => (value === 0 ? null : value)
