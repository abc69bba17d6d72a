import { InvalidConfigurationError } from '@quorate/core'
import { checkLogger } from '../system/checkLogger.js'
import type { Groups, NodeOptions } from './configuration.js'

/**
 * Refuses what the compiler would refuse, where plain JavaScript gave it: a text would count as true, and its letters as signals.
 * @throws `QUORATE_INVALID_CONFIGURATION`
 */
export function checkKinds(options: NodeOptions<Groups>): void {
  const { logger, observe, bootstrap, acceptPossibleLoss, stopOn } = options
  checkLogger('startNode(...)', logger)
  if (observe !== undefined && typeof observe !== 'function') {
    throw new InvalidConfigurationError(`observe of startNode(...) must be a function, not ${kindOf(observe)}`)
  }
  for (const [name, given] of Object.entries({ bootstrap, acceptPossibleLoss })) {
    if (given === undefined || typeof given === 'boolean') continue
    throw new InvalidConfigurationError(`${name} of startNode(...) must be true or false, not ${kindOf(given)}`)
  }
  if (stopOn !== undefined) checkSignals(stopOn)
}

function checkSignals(stopOn: unknown): void {
  if (Array.isArray(stopOn) && stopOn.every((signal) => /^SIG[A-Z0-9]+$/.test(signal))) return
  const given = Array.isArray(stopOn) ? stopOn.map(String).join(', ') : kindOf(stopOn)
  throw new InvalidConfigurationError(
    `stopOn of startNode(...) must be a list of signals, e.g. ['SIGTERM', 'SIGINT'], not ${given}`,
  )
}

/**
 * @param what whose groups they are, as its user calls it, e.g. `startNode(...)`.
 * @throws `QUORATE_INVALID_CONFIGURATION` for what no protocol has made.
 */
export function checkIsGroups(what: string, groups: unknown): asserts groups is Groups {
  if (typeof groups !== 'object' || groups === null || Array.isArray(groups)) {
    throw new InvalidConfigurationError(
      `groups of ${what} must be an object with a group for each name, e.g. { counter: raft({ members, stateMachine }) }, not ${kindOf(groups)}`,
    )
  }
  for (const [name, group] of Object.entries(groups)) checkIsGroup(name, group)
}

/** @throws `QUORATE_INVALID_CONFIGURATION` for what no protocol has made. */
export function checkIsGroup(name: string, group: unknown): void {
  const { roles, service } = (group ?? {}) as Readonly<Record<string, unknown>>
  if (typeof roles === 'object' && roles !== null && typeof service === 'object' && service !== null) return
  throw new InvalidConfigurationError(
    `group ${name} must be what a protocol makes, e.g. raft({ members, stateMachine }), not ${kindOf(group)}`,
  )
}

/** What to call a value that is none of those that were expected. */
const kindOf = (value: unknown): string => {
  if (value === undefined || value === null) return String(value)
  if (typeof value !== 'object') return `a ${typeof value}`
  return Array.isArray(value) ? 'a list' : 'another object'
}
