import type { Readable, Writable } from 'node:stream'

/** Where a command reads and writes. */
export interface Io {
  readonly stdin: Readable
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  /** What the process ends with, unless something is thrown. */
  exitCode: number
}

export const printLine = ({ stdout }: Io, line: string): void => void stdout.write(`${line}\n`)

export const printNote = ({ stderr }: Io, line: string): void => void stderr.write(`${line}\n`)
