import { type AskContract, checkMethods, InvalidConfigurationError } from '@quorate/core'

/**
 * Finds what is missing of a contract before anybody asks by it. `of` says whose it is.
 * @throws `QUORATE_INVALID_CONFIGURATION`
 */
export function checkContract(of: string, contract: AskContract): void {
  checkMethods(`the contract of ${of}`, contract, ['isIdempotent'])
  for (const codec of ['request', 'reply'] as const)
    checkMethods(`${codec} of the contract of ${of}`, contract[codec], ['encode', 'decode'])
  const { routing } = contract
  if (routing === 'leader' || routing === 'any' || typeof routing?.keyOf === 'function') return
  throw new InvalidConfigurationError(
    `routing of the contract of ${of} must be 'leader', 'any', or have the function keyOf, not ${JSON.stringify(routing)}`,
  )
}
