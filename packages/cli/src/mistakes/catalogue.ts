import { MistakeOfOtherCommandError, UnknownMistakeError } from '../errors.js'
import { type Io, printLine } from '../io.js'
import { table } from '../output.js'
import { partsOf } from '../protocols/protocols.js'
import { type Checked, type Mistake, slugOf } from './mistake.js'
import { pitfalls } from './pitfalls.js'
import type { Simulated } from './simulated.js'

/** Mistakes that the model checker finds. */
export const checkedMistakes = async (): Promise<readonly Checked[]> =>
  (await partsOf((protocol) => protocol.checkedMistakes)).flatMap(({ part }) => part)

/** Mistakes that the simulator finds. */
export const simulatedMistakes = async (): Promise<readonly Simulated[]> =>
  (await partsOf((protocol) => protocol.simulatedMistakes)).flatMap(({ part }) => part)

/**
 * The mistake that the model checker finds and that has this name, or is the only one whose name has it as a part.
 * @throws {@link UnknownMistakeError} `QUORATE_UNKNOWN_MISTAKE`; {@link MistakeOfOtherCommandError}
 *   `QUORATE_MISTAKE_OF_OTHER_COMMAND`
 */
export const checkedMistakeNamed = async (name: string): Promise<Checked> =>
  mistakeNamed(await checkedMistakes(), name, 'sim', await simulatedMistakes())

/** The same of the simulator. */
export const simulatedMistakeNamed = async (name: string): Promise<Simulated> =>
  mistakeNamed(await simulatedMistakes(), name, 'check', await checkedMistakes())

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
  const names = mistakes.map(slugOf)
  throw new UnknownMistakeError(
    name,
    names,
    names.filter((each) => each.includes(name)),
  )
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
