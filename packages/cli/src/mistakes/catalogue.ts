import { nearestTo } from '@quorate/core'
import { UnknownMistakeError } from '../errors.js'
import { type Io, printLine } from '../io.js'
import { table } from '../output.js'
import { behindMistakes } from './behindSimulated.js'
import { hostMistakes } from './hostSimulated.js'
import type { Checked, Mistake } from './mistake.js'
import * as paxosChecked from './paxosChecked.js'
import * as paxosSimulated from './paxosSimulated.js'
import { pitfalls } from './pitfalls.js'
import * as raftChecked from './raftChecked.js'
import * as raftSimulated from './raftSimulated.js'
import type { Simulated } from './simulated.js'

/** Mistakes that the model checker finds. */
export const checkedMistakes: readonly Checked[] = [...raftChecked.raftMistakes, ...paxosChecked.paxosMistakes]

/** Mistakes that the simulator finds. */
export const simulatedMistakes: readonly Simulated[] = [
  ...raftSimulated.raftMistakes,
  ...paxosSimulated.paxosMistakes,
  ...hostMistakes,
  ...behindMistakes,
]

/** The name of a mistake on the command line and of its files, e.g. `raft-a-voter-that-forgets-its-vote`. */
export const slugOf = ({ name }: Mistake): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')

/**
 * The mistake of this name, or the only one whose name has it as a part.
 * @throws {@link UnknownMistakeError} `QUORATE_UNKNOWN_MISTAKE`
 */
export const mistakeNamed = <M extends Mistake>(mistakes: readonly M[], name: string): M => {
  const known = mistakes.find((mistake) => name === mistake.name || name === slugOf(mistake))
  if (known) return known
  const [first, ...others] = mistakes.filter((mistake) => slugOf(mistake).includes(name))
  if (first && others.length === 0) return first
  throw new UnknownMistakeError(name, nearestTo(name, mistakes.map(slugOf)))
}

/** Prints the mistakes that a tool finds. */
export const listMistakes = (io: Io, mistakes: readonly Mistake[], isJson: boolean): void => {
  const rows = mistakes.map((mistake) => ({ name: slugOf(mistake), standsFor: pitfalls[mistake.pitfall] }))
  if (isJson) printLine(io, JSON.stringify({ mistakes: rows }))
  else {
    const lines = rows.map(({ name, standsFor }) => [name, standsFor])
    for (const line of table(['MISTAKE', 'IT STANDS FOR'], lines)) printLine(io, line)
  }
}
