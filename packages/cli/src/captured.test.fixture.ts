import { PassThrough, Readable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { run } from './run.js'

/** Runs one command line in this process, and returns what it wrote and its exit code. */
export const runCaptured = async (argv: readonly string[], stdin: string | Uint8Array = '') => {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const code = await run(argv, { stdin: Readable.from([Buffer.from(stdin)]), stdout, stderr, exitCode: 0 })
  const read = (stream: PassThrough): Buffer => stream.read() ?? Buffer.alloc(0)
  const bytes = read(stdout)
  // Some places have colours, e.g. CI.
  const text = (written: Buffer): string => stripVTControlCharacters(written.toString())
  return { code, bytes, out: text(bytes), err: text(read(stderr)) }
}
