import { messageOf, QuorateError } from '@quorate/core'

/** `QUORATE_STORE_IDENTITY`: the store belongs to another node or to another cluster. */
export class StoreIdentityError extends QuorateError {
  constructor(what: string) {
    super('QUORATE_STORE_IDENTITY', what)
  }
}

/** `QUORATE_STORE_NEWER_FORMAT`: a newer program wrote this store; nothing was touched. */
export class StoreNewerFormatError extends QuorateError {
  constructor(where: string, found: number, known: number) {
    super(
      'QUORATE_STORE_NEWER_FORMAT',
      `${where} has format ${found}, this program knows formats up to ${known}: run the newer program on this store`,
    )
  }
}

/** `QUORATE_STORE_LOCKED`: somebody who is alive has the store open. */
export class StoreLockedError extends QuorateError {
  constructor(where: string, by: 'this process' | 'another process') {
    super(
      'QUORATE_STORE_LOCKED',
      `${where} is open already, in ${by}: a store serves one node at a time; ` +
        'end the other one, or give this node a directory of its own',
    )
  }
}

/** `QUORATE_STORE_LOCK_LOST`: the lock file of an open store is gone or another, so that nothing keeps others out. */
export class StoreLockLostError extends QuorateError {
  constructor(where: string) {
    super(
      'QUORATE_STORE_LOCK_LOST',
      `${where}: its file LOCK was removed or replaced while the store was open, so another process may have opened it. ` +
        'It takes no further write. Never remove this file; start the node again, once',
    )
  }
}

/** `QUORATE_STORE_DAMAGED`: bytes are missing or are not those that were written. Nothing was deleted. */
export class StoreDamagedError extends QuorateError {
  /** The file and offset, or the log, where the damage was seen. */
  readonly where: string
  constructor(where: string, what: string, options?: { cause?: unknown }) {
    super(
      'QUORATE_STORE_DAMAGED',
      `${where}: ${what}. Nothing was deleted. Check the disk; then restore this node from a backup taken while it was ` +
        'stopped and since when it has not run. Without one do not start it any more, but keep it in the topology: a node cannot be replaced yet',
      options,
    )
    this.where = where
  }
}

/** `QUORATE_STORE_FAILED`: the store could not be opened, read or written; `cause` says why. After a failed write it takes no other. */
export class StoreFailedError extends QuorateError {
  constructor(what: string, cause: unknown) {
    super('QUORATE_STORE_FAILED', `${what}: ${messageOf(cause)}`, { cause })
  }
}

/** `QUORATE_STORE_CLOSED`: used after `close()`. */
export class StoreClosedError extends QuorateError {
  constructor() {
    super('QUORATE_STORE_CLOSED', 'the store was closed: open it again before using it')
  }
}
