import { CommanderError } from 'commander'
import colours from 'picocolors'
import { exitCodeOf, exitCodes } from './exitCodes.js'
import { type Io, printNote } from './io.js'
import { isQuorateError } from './isQuorateError.js'
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

const isHelp = ({ code }: CommanderError): boolean => code === 'commander.helpDisplayed' || code === 'commander.version'

/** A mistake of the user needs no stack; one of ours does. */
const printError = (io: Io, error: unknown): void => {
  if (isQuorateError(error)) printNote(io, `${colours.red('error:')} ${error.message} [${error.code}]`)
  else printNote(io, `${colours.red('error:')} unexpected: ${error instanceof Error ? error.stack : String(error)}`)
}
