import { exitCodes } from './exitCodes.js'
import { flushed, type Io, outliveReader, printNote } from './io.js'
import { run } from './run.js'

/** The process of the command: runs its command line, and ends. */
export const main = async (): Promise<never> => {
  const io: Io = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, exitCode: 0 }
  outliveReader(process.stdout, ({ message }) => {
    printNote(io, `error: standard output cannot be written: ${message}`)
    process.exit(exitCodes.unwritable)
  })
  outliveReader(process.stderr, () => process.exit(exitCodes.unwritable))
  forgetEmptyVariables(process.env)
  const code = await run(process.argv.slice(2), io)
  await flushed(process.stdout)
  await flushed(process.stderr)
  // The verdict is out: whatever a library keeps open, a socket or a timer, must not keep the command.
  process.exit(code)
}

/** `NATS_URL= quorate ...` says nothing: an empty variable is none. */
const forgetEmptyVariables = (variables: NodeJS.ProcessEnv): void => {
  for (const [name, value] of Object.entries(variables)) {
    if (value === '' && /^(QUORATE_|NATS_URL$)/.test(name)) delete variables[name]
  }
}
