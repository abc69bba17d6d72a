import { PassThrough, Readable } from 'node:stream'
import { run } from './run.js'

/** Runs one command line in this process, and returns what it wrote and its exit code. */
export const runCaptured = async (argv: readonly string[], stdin: string | Uint8Array = '') => {
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  const code = await run(argv, { stdin: Readable.from([Buffer.from(stdin)]), stdout, stderr, exitCode: 0 })
  const read = (stream: PassThrough): Buffer => stream.read() ?? Buffer.alloc(0)
  const bytes = read(stdout)
  return { code, bytes, out: bytes.toString(), err: read(stderr).toString() }
}
