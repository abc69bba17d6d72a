import type { InvariantFactory, Operation } from '@quorate/core/testing'
import type { RegisterResult } from '../workload/registers.js'
import { type RegisterOperation, registerWorkload } from '../workload/registerWorkload.js'

interface Written {
  readonly value: number
  readonly by: number
}

/**
 * What clients of registers are told agrees with the order in which they were told it. Every answer names the log index of the write that
 * it speaks of, so this is seen at once: whatever begins after an answer sees at least what that answer showed; an index has
 * one value; a value is one that was to be written.
 */
export const realTimeOrder: InvariantFactory = ({ workload, broken }) => {
  if (workload !== registerWorkload) return undefined
  /** By value, which is unique: its key. Removed when it is known that it was not written. */
  const intended = new Map<number, string>()
  const written = new Map<string, Map<number, Written>>()
  /** By key: the latest revision that anybody was shown. */
  const shown = new Map<string, number>()
  /** What had been shown of the key when the operation of a process began, and the latest write of all. */
  const begun = new Map<number, { readonly ofKey: number; readonly write: number }>()
  let lastWrite = 0

  const meet = (process: number, { key }: RegisterOperation, value: number, revision: number): void => {
    if (revision === 0) return
    const ofKey = written.get(key) ?? new Map<number, Written>()
    written.set(key, ofKey)
    const known = ofKey.get(revision)
    if (known && known.value !== value) {
      broken(`revision ${revision} of ${key} is ${known.value} to client ${known.by} and ${value} to client ${process}`)
    }
    if (intended.get(value) !== key) broken(`client ${process} finds ${value} in ${key}, which nobody can have written`)
    ofKey.set(revision, { value, by: process })
  }

  return {
    name: 'Real-Time Order',
    source: 'Herlihy and Wing, "Linearizability" (1990), section 2.2',
    began(process, operation) {
      const { f, key, value } = operation as RegisterOperation
      begun.set(process, { ofKey: shown.get(key) ?? 0, write: lastWrite })
      if (f !== 'read') intended.set(value, key)
    },
    answered(process, given: Operation, ending) {
      const operation = given as RegisterOperation
      const { f, key, value } = operation
      const before = begun.get(process) ?? { ofKey: 0, write: 0 }
      begun.delete(process)
      if (ending.type === 'fail' && f !== 'read') intended.delete(value)
      if (ending.type !== 'ok') return
      const { value: found, revision, isDone } = ending.result as unknown as RegisterResult
      meet(process, operation, found, revision)
      const isWrite = f === 'write' || (f === 'cas' && isDone)
      if (operation.f === 'cas' && !isDone) {
        if (found === operation.expected)
          broken(`a cas of client ${process} was refused although ${key} held what it expected`)
        intended.delete(value)
      }
      if (revision < before.ofKey) {
        broken(`client ${process} finds revision ${revision} of ${key}, and ${before.ofKey} was shown before it asked`)
      } else if (isWrite && revision <= before.write) {
        broken(`client ${process} writes at ${revision}, and a write at ${before.write} was answered before it asked`)
      }
      shown.set(key, Math.max(revision, shown.get(key) ?? 0))
      if (isWrite) lastWrite = Math.max(lastWrite, revision)
    },
  }
}
