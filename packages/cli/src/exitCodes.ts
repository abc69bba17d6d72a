import { isQuorateError } from './isQuorateError.js'

/** What the command ends with. Stable: scripts may rely on it. */
export const exitCodes = {
  success: 0,
  /** It was tried and did not succeed. */
  failure: 1,
  /** The command line, the topology or an input is not what was expected: nothing was tried. */
  usage: 2,
  /** `lincheck`: the search ended before it could tell. */
  unknown: 2,
  /** There is no such entry, or it is another one than compare-and-set expected. */
  notFound: 3,
  /** `lincheck`: a history that cannot be read. */
  unreadableHistory: 3,
  /** The bus or the group gave no answer in time. `QUORATE_UNKNOWN_OUTCOME` says that a change may have happened. */
  unavailable: 4,
  /** A file, or standard output, cannot be written. What was found is on standard output as far as that goes. */
  unwritable: 5,
  /** `sim`, `lincheck`: there was nothing to judge, so this is no verdict. */
  nothingJudged: 6,
  /** `status`: a group cannot serve its clients. */
  notServed: 7,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const

export const exitCodesHelp = `
Exit codes:
  0    done
  1    failed
  2    the command line, the topology or an input is wrong: nothing was tried
  3    no such entry, or compare-and-set was refused
  4    no answer in time: the bus or the group is unavailable, or the outcome is unknown
  5    a file, or standard output, cannot be written
  130  ended by Ctrl-C`

const usageCodes: ReadonlySet<string> = new Set([
  'QUORATE_DUPLICATE_NODE',
  'QUORATE_FILE_EXISTS',
  'QUORATE_INVALID_BUS_URL',
  'QUORATE_INVALID_CONFIGURATION',
  'QUORATE_INVALID_IDENTIFIER',
  'QUORATE_INVALID_MODEL',
  'QUORATE_INVALID_NAME',
  'QUORATE_INVALID_PARAMETER',
  'QUORATE_MEMBERS_CHANGED',
  'QUORATE_MISTAKE_OF_OTHER_COMMAND',
  'QUORATE_NOT_ASKED',
  'QUORATE_QUORUMS_DO_NOT_MEET',
  'QUORATE_UNENCODABLE_VALUE',
  'QUORATE_UNFIT_SCRIPT',
  'QUORATE_UNKNOWN_MISTAKE',
  'QUORATE_UNKNOWN_MODEL',
  'QUORATE_UNKNOWN_NODE',
  'QUORATE_UNKNOWN_QUESTION',
  'QUORATE_UNKNOWN_ROLE',
  'QUORATE_UNPLACED_ROLE',
  'QUORATE_UNPROVEN_QUORUMS',
  'QUORATE_UNREADABLE_FILE',
  'QUORATE_UNREADABLE_SCRIPT',
  'QUORATE_UNREADABLE_TRACE',
  'QUORATE_UNSUITABLE_INPUT',
  'QUORATE_UNSUPPORTED_TRACE',
  'QUORATE_UNSUPPORTED_SCHEMA',
  'QUORATE_UNUSABLE_ROLE',
  'QUORATE_UNUSABLE_MODEL',
  'QUORATE_UNUSABLE_TOPOLOGY',
])

const historyCodes: ReadonlySet<string> = new Set([
  'QUORATE_HISTORY_TOO_LARGE',
  'QUORATE_MALFORMED_EVENT',
  'QUORATE_OVERLAPPING_OPERATIONS',
  'QUORATE_UNKNOWN_OPERATION',
  'QUORATE_UNMATCHED_COMPLETION',
  'QUORATE_UNREADABLE_HISTORY',
])

const unavailableCodes: ReadonlySet<string> = new Set([
  'QUORATE_BUS_CLOSED',
  'QUORATE_BUS_UNREACHABLE',
  'QUORATE_NOT_EXECUTED',
  'QUORATE_NO_NODE_ANSWERS',
  'QUORATE_OVERLOADED',
  'QUORATE_PORT_TAKEN',
  'QUORATE_UNKNOWN_GROUP',
  'QUORATE_UNKNOWN_OUTCOME',
])

export const exitCodeOf = (error: unknown): number => {
  if (!isQuorateError(error)) return exitCodes.failure
  if (error.code === 'QUORATE_INTERRUPTED') return exitCodes.interrupted
  if (error.code === 'QUORATE_UNWRITABLE_FILE') return exitCodes.unwritable
  if (usageCodes.has(error.code)) return exitCodes.usage
  if (historyCodes.has(error.code)) return exitCodes.unreadableHistory
  return unavailableCodes.has(error.code) ? exitCodes.unavailable : exitCodes.failure
}
