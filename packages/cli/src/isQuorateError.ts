import type { QuorateError } from '@quorate/core'

/** By its code and not by its class: a topology may bring another copy of the package. */
export const isQuorateError = (error: unknown): error is QuorateError =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('QUORATE_')
