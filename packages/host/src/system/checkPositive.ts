import { InvalidConfigurationError } from '@quorate/core'

/** @throws `QUORATE_INVALID_CONFIGURATION` */
export function checkPositive(what: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new InvalidConfigurationError(`${what} must be a whole number of at least 1, not ${value}`)
  }
}
