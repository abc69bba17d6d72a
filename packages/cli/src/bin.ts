#!/usr/bin/env node
import { exitCodes } from './exitCodes.js'
import { type Io, outliveReader, printNote } from './io.js'
import { run } from './run.js'

const io: Io = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, exitCode: 0 }
outliveReader(process.stdout, ({ message }) => {
  printNote(io, `error: standard output cannot be written: ${message}`)
  process.exit(exitCodes.unwritable)
})
outliveReader(process.stderr, () => process.exit(exitCodes.unwritable))
process.exitCode = await run(process.argv.slice(2), io)
// What was interrupted may have left something open.
if (process.exitCode === exitCodes.interrupted) process.exit()
