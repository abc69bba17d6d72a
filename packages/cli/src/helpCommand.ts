import { Command } from 'commander'

/** `quorate help kv put`: the help of the command that words name; Commander's own knows one word, and not which it was. */
export const helpCommand = (parent: Command): Command =>
  new Command('help')
    .description('display help for command')
    .argument('[command...]', 'the words that name it')
    .action(async (words: string[]) => (await commandOf(parent, words)).help())

const commandOf = async (parent: Command, words: readonly string[]): Promise<Command> => {
  let command = parent
  for (const word of words) {
    // What follows a command are words for it.
    if (command.commands.length === 0) break
    const next = command.commands.find((each) => each.name() === word)
    if (!next) return unknown(command, word)
    command = next
  }
  return command
}

const unknown = async (command: Command, word: string): Promise<never> => {
  const { nearestTo } = await import('@quorate/core')
  const names = command.commands.map((each) => each.name())
  const near = nearestTo(word, names)
  return command.error(`error: unknown command '${word}'${near ? `\n(Did you mean ${near}?)` : ''}`)
}
