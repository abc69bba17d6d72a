import { checkOptions } from '../errors/checkOptions.js'
import { InvalidConfigurationError } from '../errors/errors.js'
import { checkName, type NodeId } from '../values/address.js'

/**
 * Checks the nodes that somebody listed for a role.
 * @param role what they are, in the plural, e.g. `acceptors`.
 * @throws {@link InvalidNameError} `QUORATE_INVALID_NAME`; {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION`
 *   for none at all, or one that is listed twice.
 */
export function checkNodes(role: string, nodes: readonly NodeId[]): void {
  if (!Array.isArray(nodes))
    throw new InvalidConfigurationError(`${role} must be a list of nodes, not ${kindOf(nodes)}`)
  if (nodes.length === 0) throw new InvalidConfigurationError(`there are no ${role}: list at least one node`)
  for (const node of nodes) checkName('node', node)
  const twice = nodes.find((node, position) => nodes.indexOf(node) !== position)
  if (twice !== undefined) throw new InvalidConfigurationError(`${twice} is listed twice among the ${role}`)
}

/**
 * Checks that somebody gave a thing with these methods: what is wrong is told where it was given, and not where it is used.
 * @param what what it is, e.g. `quorum of raft(...)`.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION`
 */
export function checkMethods(what: string, given: unknown, methods: readonly string[]): void {
  const held = (typeof given === 'object' && given !== null ? given : {}) as Readonly<Record<string, unknown>>
  const missing = methods.filter((method) => typeof held[method] !== 'function')
  if (missing.length === 0) return
  const found = missing.length === methods.length ? `, not ${kindOf(given)}` : ''
  throw new InvalidConfigurationError(`${what} must have the functions ${missing.join(', ')}${found}`)
}

/** Methods of every state machine, and of every quorum system, for {@link checkMethods}. */
export const stateMachineMethods = ['initial', 'apply', 'query', 'snapshot', 'restore'] as const
export const quorumMethods = ['tally', 'committed'] as const

/** What to call a value that is none of those that were expected. */
const kindOf = (value: unknown): string =>
  value === null ? 'null' : typeof value === 'object' ? 'another object' : `a ${typeof value}`

/**
 * Checks that all members of a quorum system are there to answer.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION`
 */
export function checkMembers(role: string, members: readonly NodeId[], nodes: readonly NodeId[]): void {
  const stranger = members.find((member) => !nodes.includes(member))
  if (stranger === undefined) return
  throw new InvalidConfigurationError(
    `the quorum counts on ${stranger}, which is not among the ${role} (${nodes.join(', ')}): list it there, or take it out`,
  )
}

/**
 * The limits of a group: those that somebody gave, and the defaults for the others.
 * @param what whose they are, as its user calls it, e.g. `raft(...)`.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION` for a limit that is not known, or is no whole
 *   number above 0.
 */
export function limitsOf<Limits extends { readonly [Name in keyof Limits]: number }>(
  what: string,
  defaults: Limits,
  given: Partial<Limits> = {},
): Limits {
  const keys = Object.fromEntries(Object.keys(defaults).map((name) => [name, 'optional' as const]))
  checkOptions<Readonly<Record<string, number>>>(`limits of ${what}`, given, keys)
  const limits: Limits = { ...defaults }
  for (const [name, limit] of Object.entries<number | undefined>(given)) {
    if (limit === undefined) continue
    if (!Number.isSafeInteger(limit) || limit < 1) {
      throw new InvalidConfigurationError(`limit ${name} must be a whole number above 0, not ${limit}`)
    }
    Object.assign(limits, { [name]: limit })
  }
  return limits
}

/** Timers of a platform hold at most this, in milliseconds (24.8 days); a longer one would fire at once. */
export const timerMsMax = 2 ** 31 - 1

/**
 * Checks the times of a protocol whose leader beats, and whose others wait for up to twice the election timeout.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION`
 */
export function checkTimes(electionTimeoutMs: number, heartbeatMs: number): void {
  for (const [name, ms] of Object.entries({ electionTimeoutMs, heartbeatMs })) {
    // A text would pass for a number where it is compared, and not where it is added to.
    if (typeof ms !== 'number') throw new InvalidConfigurationError(`${name} must be a number, not ${kindOf(ms)}`)
  }
  if (!(heartbeatMs > 0 && heartbeatMs * 2 <= electionTimeoutMs && electionTimeoutMs * 2 <= timerMsMax)) {
    throw new InvalidConfigurationError(
      `heartbeatMs (${heartbeatMs}) must be above 0 and at most half of electionTimeoutMs (${electionTimeoutMs}), or others campaign against a healthy leader; twice electionTimeoutMs at most ${timerMsMax}`,
    )
  }
}
