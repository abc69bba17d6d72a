import type { RecoveredState } from '../group/protocol.js'
import type { Recovered, StoreOperation } from '../ports/ports.js'
import { afterOperation, type StoredLog } from '../ports/storedLog.js'
import type { Codec } from '../stateMachine/stateMachine.js'
import type { DurableEffect, Effect } from './effect.js'

/** What a store is asked to do for a durable effect. `record` makes bytes of what a `persist` holds. */
export const operationOf = (effect: DurableEffect<Effect>, record: Codec<unknown>): StoreOperation =>
  effect.type === 'persist' ? { type: 'persist', record: record.encode(effect.record) } : effect

/**
 * What is stored once a write is durable: all of it, in order.
 * @throws {@link BrokenInvariantError} `QUORATE_BROKEN_INVARIANT` when it does not fit what is stored.
 */
export const afterWrite = (
  stored: StoredLog,
  write: readonly DurableEffect<Effect>[],
  record: Codec<unknown>,
): StoredLog => write.reduce((held, effect) => afterOperation(held, operationOf(effect, record)), stored)

/** What a role begins with that finds this again. */
export const recoveredState = (
  { record, ...held }: Recovered,
  codec: Codec<unknown>,
  doubt: Pick<RecoveredState, 'doubtful' | 'lossAccepted'>,
): RecoveredState => ({ record: record && codec.decode(record), ...held, ...doubt })
