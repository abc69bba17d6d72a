import { Argument, Command } from 'commander'
import { type Shell, scripts } from '../completion/scripts.js'
import { wordsAfter } from '../completion/words.js'
import { exitCodesHelp } from '../exitCodes.js'
import { type Io, printLine } from '../io.js'

const examples = `
Examples:
  eval "$(quorate completion bash)"        in ~/.bashrc
  eval "$(quorate completion zsh)"         in ~/.zshrc, after compinit
  quorate completion fish > ~/.config/fish/completions/quorate.fish
${exitCodesHelp}`

export const completionCommand = (io: Io): Command => {
  const command = new Command('completion')
    .description('Print what a shell needs to complete the command line')
    .addArgument(new Argument('<shell>', 'which one').choices(Object.keys(scripts)))
    .addHelpText('after', examples)
    .action((shell: Shell) => void io.stdout.write(scripts[shell]))
  const words = new Command('words')
    .argument('[words...]', 'what was typed so far, without the name of the program')
    .action((typed: string[]) => {
      for (const word of wordsAfter(command.parent ?? command, typed)) printLine(io, word)
    })
  return command.addCommand(words, { hidden: true })
}
