import { createHash } from 'node:crypto'
import { defineStateMachine, json } from '@quorate/core'

/** Everything that was ever applied, in order: what it holds tells whether a command was lost or applied twice. */
export interface Ledger {
  /** Shared by the states that grew from one another: of it this one has the first `length`. */
  readonly shared: string[]
  readonly length: number
  /** Of all ids, in order. */
  readonly digest: string
}

export interface LedgerCommand {
  readonly id: string
  /** Keeps the thread busy for so long. */
  readonly busyMs?: number
  /** Makes the command as long as that of somebody else may be. */
  readonly ballast?: string
  /** Makes `apply` throw. */
  readonly fails?: boolean
}

/** Asks for ids from a position on. */
export interface LedgerQuery {
  readonly from: number
}

export interface LedgerPage {
  readonly length: number
  readonly digest: string
  readonly ids: readonly string[]
}

/** So many ids fit a message with room to spare. */
const pageIdsMax = 4096

const nothing = (): Ledger => ({ shared: [], length: 0, digest: '' })

const append = ({ shared, length, digest }: Ledger, id: string): Ledger => {
  const array = shared.length === length ? shared : shared.slice(0, length)
  array.push(id)
  return { shared: array, length: length + 1, digest: createHash('sha256').update(digest).update(id).digest('hex') }
}

const stayBusy = (durationMs: number): void => {
  const untilMs = performance.now() + durationMs
  while (performance.now() < untilMs);
}

export const pageOf = ({ shared, length, digest }: Ledger, { from }: LedgerQuery): LedgerPage => ({
  length,
  digest,
  ids: shared.slice(from, Math.min(from + pageIdsMax, length)),
})

const ids = json<readonly string[]>()

/** A state machine that writes down what it is told. The result is how many it has been told, this one included. */
export const ledger = defineStateMachine({
  initial: nothing,
  apply: (state: Ledger, { id, busyMs, fails }: LedgerCommand) => {
    if (busyMs !== undefined) stayBusy(busyMs)
    if (fails) throw new RangeError(`${id} is not for the ledger`)
    const next = append(state, id)
    return { state: next, result: next.length }
  },
  query: pageOf,
  snapshot: ({ shared, length }) => ids.encode(shared.slice(0, length)),
  restore: (bytes) => ids.decode(bytes).reduce(append, nothing()),
})
