import { checkMethods } from '@quorate/core'

/**
 * @param what whose logger it is, as its user calls it, e.g. `startNode(...)`.
 * @throws `QUORATE_INVALID_CONFIGURATION`
 */
export function checkLogger(what: string, logger: unknown): void {
  if (logger !== undefined) checkMethods(`logger of ${what}, e.g. pino(),`, logger, ['debug', 'info', 'warn', 'error'])
}
