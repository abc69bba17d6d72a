import type { RefusalReason } from '../generated/client.js'

/** True if who refused for this reason may take the same later; to ask another one would not help. */
export const isBusy = (reason: RefusalReason | undefined): reason is 'overloaded' | 'noSnapshot' =>
  reason === 'overloaded' || reason === 'noSnapshot'
