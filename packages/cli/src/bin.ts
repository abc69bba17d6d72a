#!/usr/bin/env node
import { exitCodes } from './exitCodes.js'
import type { Io } from './io.js'
import { run } from './run.js'

// Whoever reads may stop reading: `quorate kv range | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

const io: Io = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, exitCode: 0 }
process.exitCode = await run(process.argv.slice(2), io)
// What was interrupted may have left something open.
if (process.exitCode === exitCodes.interrupted) process.exit()
