import type { Command, Option } from 'commander'

/**
 * What may stand in the place of the last of these words, which follow the name of the program: the last is what is typed so
 * far, and may be empty. Nothing where a file may stand.
 */
export const wordsAfter = (program: Command, typed: readonly string[]): readonly string[] => {
  const [before, last] = [typed.slice(0, -1), typed.at(-1) ?? '']
  const { command, places } = commandAt(program, before)
  const previous = optionOf(command, before.at(-1))
  if (previous?.required) return starting(last, previous.argChoices ?? [])
  if (last.startsWith('-')) return starting(last, flagsOf(command))
  const argument = command.registeredArguments[places]
  return starting(last, [...command.commands.map((each) => each.name()), ...(argument?.argChoices ?? [])])
}

/** The command that words name, and how many of its arguments they give. */
const commandAt = (program: Command, words: readonly string[]) => {
  let command = program
  let places = 0
  for (const [at, word] of words.entries()) {
    const isValue = optionOf(command, words[at - 1])?.required === true
    if (isValue || word.startsWith('-')) continue
    const next = command.commands.find((each) => each.name() === word)
    if (next) command = next
    else places++
  }
  return { command, places }
}

const optionOf = ({ options }: Command, word: string | undefined): Option | undefined =>
  options.find(({ long, short }) => word !== undefined && (word === long || word === short))

const flagsOf = (command: Command): string[] => [
  ...command.options.filter(({ hidden }) => !hidden).flatMap(({ long }) => long ?? []),
  '--help',
]

const starting = (start: string, words: readonly string[]): readonly string[] =>
  words.filter((word) => word.startsWith(start))
