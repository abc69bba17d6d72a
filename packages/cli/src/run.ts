import { CommanderError } from 'commander'
import { exitCodeOf, exitCodes } from './exitCodes.js'
import type { Io } from './io.js'
import { printError } from './printError.js'
import { program } from './program.js'

/** Runs one command line, e.g. `['kv', 'get', 'greeting']`, and returns the exit code. Errors are printed. */
export const run = async (argv: readonly string[], io: Io): Promise<number> => {
  try {
    await program(io).parseAsync([...argv], { from: 'user' })
    return io.exitCode
  } catch (error) {
    if (error instanceof CommanderError) return isHelp(error) ? exitCodes.success : exitCodes.usage
    printError(io, error)
    return exitCodeOf(error)
  }
}

/** What was asked for is there; help that stands for a command that is missing is none. */
const isHelp = ({ code, exitCode }: CommanderError): boolean =>
  code === 'commander.helpDisplayed' || code === 'commander.version' || (code === 'commander.help' && exitCode === 0)
