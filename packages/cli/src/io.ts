import type { Readable, Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'

/** Where a command reads and writes. */
export interface Io {
  readonly stdin: Readable
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  /** What the process ends with, unless something is thrown. */
  exitCode: number
}

/** A value of the command line; `-` stands for what comes in. */
export const givenValue = async ({ stdin }: Io, text: string): Promise<Uint8Array | string> =>
  text === '-' ? buffer(stdin) : text

export const printLine = ({ stdout }: Io, line: string): void => void stdout.write(`${line}\n`)

export const printNote = ({ stderr }: Io, line: string): void => void stderr.write(`${line}\n`)

/**
 * Whoever reads may stop reading: `quorate lincheck history.jsonl | head -1`. What is written from then on goes nowhere, and
 * the exit code is what it would have been.
 * @param onFailure hears of any other reason for which nothing can be written, e.g. a full disk.
 */
export const outliveReader = (stream: Writable, onFailure: (error: Error) => void): void => {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') onFailure(error)
  })
}

/** Resolves when everything that was written is on its way, or never will be: nobody reads any more. */
export const flushed = (stream: Writable): Promise<void> =>
  new Promise((resolve) => {
    stream.write('', () => resolve())
  })
