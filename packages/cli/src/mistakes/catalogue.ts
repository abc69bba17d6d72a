import { nearestTo } from '@quorate/core'
import { MistakeOfOtherCommandError, UnknownMistakeError } from '../errors.js'
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
import * as registerChecked from './registerChecked.js'
import * as registerSimulated from './registerSimulated.js'
import type { Simulated } from './simulated.js'

/** Mistakes that the model checker finds. */
export const checkedMistakes: readonly Checked[] = [
  ...raftChecked.raftMistakes,
  ...paxosChecked.paxosMistakes,
  ...registerChecked.registerMistakes,
]

/** Mistakes that the simulator finds. */
export const simulatedMistakes: readonly Simulated[] = [
  ...raftSimulated.raftMistakes,
  ...paxosSimulated.paxosMistakes,
  ...registerSimulated.registerMistakes,
  ...hostMistakes,
  ...behindMistakes,
]

/** The name of a mistake on the command line and of its files, e.g. `raft-a-voter-that-forgets-its-vote`. */
export const slugOf = ({ name }: Mistake): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')

/**
 * The mistake that the model checker finds and that has this name, or is the only one whose name has it as a part.
 * @throws {@link UnknownMistakeError} `QUORATE_UNKNOWN_MISTAKE`; {@link MistakeOfOtherCommandError}
 *   `QUORATE_MISTAKE_OF_OTHER_COMMAND`
 */
export const checkedMistakeNamed = (name: string): Checked =>
  mistakeNamed(checkedMistakes, name, 'sim', simulatedMistakes)

/** The same of the simulator. */
export const simulatedMistakeNamed = (name: string): Simulated =>
  mistakeNamed(simulatedMistakes, name, 'check', checkedMistakes)

const mistakeNamed = <M extends Mistake>(
  mistakes: readonly M[],
  name: string,
  other: 'check' | 'sim',
  others: readonly Mistake[],
): M => {
  for (const find of [calledSo, onlyOneLike]) {
    const known = find(mistakes, name)
    if (known) return known
    const elsewhere = find(others, name)
    if (elsewhere) throw new MistakeOfOtherCommandError(slugOf(elsewhere), other)
  }
  throw new UnknownMistakeError(name, nearestTo(name, mistakes.map(slugOf)))
}

const calledSo = <M extends Mistake>(mistakes: readonly M[], name: string): M | undefined =>
  mistakes.find((mistake) => name === mistake.name || name === slugOf(mistake))

const onlyOneLike = <M extends Mistake>(mistakes: readonly M[], name: string): M | undefined => {
  const [first, ...more] = mistakes.filter((mistake) => slugOf(mistake).includes(name))
  return more.length === 0 ? first : undefined
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
