import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UnreadableFileError, UnsuitableInputError } from '../errors.js'

/** A file, cut into what is replicated. */
export interface DemoInput {
  /** For people. */
  readonly name: string
  /** Each with its line end; joined they are the file. */
  readonly lines: readonly Uint8Array[]
  readonly bytes: number
  readonly sha256: string
}

/** Longest line, in bytes: what a command may hold, with room for its key. */
const lineBytesMax = 200 * 1024

/** So many lines can be numbered by the eight digits of a key. */
const linesMax = 99_999_999

const lineFeed = 0x0a

/** Where the default input is looked for: the lock file of the repository, else a file that every package brings. */
const candidates = ['../../../../pnpm-lock.yaml', '../../README.md']

/**
 * Reads the file to replicate.
 * @throws {@link UnreadableFileError} `QUORATE_UNREADABLE_FILE`, {@link UnsuitableInputError} `QUORATE_UNSUITABLE_INPUT`.
 */
export const readInput = (given: string | undefined): DemoInput => {
  const path = given ?? defaultInput()
  const content = read(path)
  const name = given ?? relative(process.cwd(), path)
  const lines = splitLines(content)
  if (lines.length === 0) throw new UnsuitableInputError(name, 'is empty: give a file with at least one line')
  if (lines.length > linesMax) {
    throw new UnsuitableInputError(name, `has ${lines.length} lines: give a file with at most ${linesMax}`)
  }
  const long = lines.findIndex((line) => line.length > lineBytesMax)
  if (long >= 0) {
    const found = `has ${lines[long]?.length} bytes in line ${long + 1}`
    throw new UnsuitableInputError(name, `${found}: give a text file with lines of at most ${lineBytesMax} bytes`)
  }
  return { name, lines, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') }
}

/** After each line feed, so that nothing is lost: a last line without one is a line too. */
export const splitLines = (content: Uint8Array): Uint8Array[] => {
  const lines: Uint8Array[] = []
  for (let start = 0; start < content.length; ) {
    const at = content.indexOf(lineFeed, start)
    const end = at < 0 ? content.length : at + 1
    lines.push(content.subarray(start, end))
    start = end
  }
  return lines
}

const defaultInput = (): string => {
  const found = candidates.map((path) => fileURLToPath(new URL(path, import.meta.url))).find((path) => existsSync(path))
  if (found === undefined) throw new UnsuitableInputError('the default input', 'is not there: name a file with --input')
  return found
}

const read = (path: string): Buffer => {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw new UnreadableFileError('the input', path, cause)
  }
}
