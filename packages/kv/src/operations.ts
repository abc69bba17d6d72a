import type { Placed } from '@quorate/core'
import { entryOf, type KeptEntry } from './entryLog.js'
import type { KvCommand, KvResult } from './generated/kv.js'
import type { KvState } from './state.js'

interface Applied {
  readonly state: KvState
  readonly result: KvResult
}

/** One command. Its bytes may be a view of a larger message: the state copies what it keeps. */
export const applyCommand = (state: KvState, command: KvCommand, { index }: Placed): Applied => {
  const found = state.find(command.key)
  switch (command.operation) {
    case 'put':
      return put(state, found, command, index)
    case 'delete':
      return remove(state, found)
    case 'compareAndSet':
      return isExpected(found, command) ? put(state, found, command, index) : { state, result: unchanged(found) }
  }
}

const put = (state: KvState, found: KeptEntry | undefined, { key, value }: KvCommand, revision: number): Applied => {
  const version = (found?.stored.version ?? 0) + 1
  const entry = { key, value, revision, version }
  return { state: state.with(key, entry), result: { changed: true, revision, version } }
}

const remove = (state: KvState, found: KeptEntry | undefined): Applied => {
  if (!found) return { state, result: unchanged(undefined) }
  return { state: state.with(found.stored.key, undefined), result: { changed: true, revision: 0, version: 0 } }
}

const isExpected = (found: KeptEntry | undefined, { expectedRevision, expectedValue }: KvCommand): boolean => {
  if (expectedRevision === undefined && expectedValue === undefined) {
    throw new TypeError('compare-and-set: expected a revision or a value to compare with, found neither')
  }
  if (expectedRevision !== undefined && expectedRevision !== (found?.stored.revision ?? 0)) return false
  return expectedValue === undefined || (found !== undefined && isEqual(entryOf(found).value, expectedValue))
}

const isEqual = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, at) => byte === b[at])

const unchanged = (found: KeptEntry | undefined): KvResult => ({
  changed: false,
  revision: found?.stored.revision ?? 0,
  version: found?.stored.version ?? 0,
})
