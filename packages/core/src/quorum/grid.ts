import { InvalidConfigurationError } from '../errors/errors.js'
import type { NodeId } from '../values/address.js'
import type { PhaseQuorums } from './phases.js'
import { atLeast, checkDistinct } from './threshold.js'

/**
 * A grid of members, laid out row by row: any full row decides phase 1, any full column phase 2.
 *
 *     grid(2, 3, ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'])
 *
 *              |
 *         a1   a2   a3
 *     === a4 = a5 = a6 ===     phase 1: a4, a5, a6
 *              |               phase 2: a2, a5         a row and a column cross at one member
 *
 * Rows are for phase 1, as phase 2 runs for every command: a command needs `rows` members, and each member takes part in
 * one of `columns` commands. More columns are more throughput, and a longer row for a new leader to ask, which is rare
 * (Whittaker et al., "Scaling Replicated State Machines with Compartmentalization", VLDB 2021, section 3.2; Howard, Malkhi
 * and Spiegelman 2016). One lost member stops no command as long as another column is whole; one lost member in each
 * row lets no new leader begin.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION`: rows or columns that are no whole number
 *   above 0, not `rows * columns` members, or one twice.
 */
export function grid(rows: number, columns: number, members: readonly NodeId[]): PhaseQuorums {
  checkSide('rows', rows)
  checkSide('columns', columns)
  if (members.length !== rows * columns) {
    throw new InvalidConfigurationError(
      `a grid of ${rows} rows and ${columns} columns needs ${rows * columns} members, not ${members.length} (${members.join(', ')})`,
    )
  }
  checkDistinct(members)
  const across = indexes(rows).map((row) => members.filter((_member, at) => Math.floor(at / columns) === row))
  const down = indexes(columns).map((column) => members.filter((_member, at) => at % columns === column))
  return { phase1: anyWhole(across), phase2: anyWhole(down) }
}

const anyWhole = (lines: readonly (readonly NodeId[])[]) =>
  atLeast(
    1,
    lines.map((line) => atLeast(line.length, line)),
  )

const indexes = (count: number) => Array.from({ length: count }, (_, index) => index)

function checkSide(side: 'rows' | 'columns', length: number): void {
  if (Number.isSafeInteger(length) && length >= 1) return
  throw new InvalidConfigurationError(`a grid must have a whole number of ${side} above 0, not ${length}`)
}
