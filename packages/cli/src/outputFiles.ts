import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { UnwritableFileError } from './errors.js'
import { exitCodes } from './exitCodes.js'
import type { Io } from './io.js'
import { printError } from './printError.js'

/** A file that is written line by line. */
export interface LinesFile {
  write(line: string): void
  close(): void
}

/** The files that a command writes beside its verdict. What cannot be written must not hide it, and is told afterwards. */
export class OutputFiles {
  readonly #failures: UnwritableFileError[] = []

  /** Writes a file; whether that went well. */
  write(path: string, text: string): boolean {
    return this.#attempt(path, () => writeFileSync(path, text))
  }

  /**
   * Opens a file before there is a verdict that could be hidden.
   * @throws {@link UnwritableFileError} `QUORATE_UNWRITABLE_FILE`
   */
  lines(path: string): LinesFile {
    let file: number | undefined
    try {
      file = openSync(path, 'w')
    } catch (cause) {
      throw new UnwritableFileError(path, cause)
    }
    const close = () => {
      const open = file
      file = undefined
      if (open !== undefined) this.#attempt(path, () => closeSync(open))
    }
    return {
      write: (line) => {
        const open = file
        if (open !== undefined && !this.#attempt(path, () => writeSync(open, `${line}\n`))) close()
      },
      close,
    }
  }

  /** Says what could not be written, and makes the exit code one that is no verdict. */
  tell(io: Io): void {
    for (const failure of this.#failures) printError(io, failure)
    if (this.#failures.length > 0) io.exitCode = exitCodes.unwritable
  }

  #attempt(path: string, write: () => unknown): boolean {
    try {
      write()
      return true
    } catch (cause) {
      this.#failures.push(new UnwritableFileError(path, cause))
      return false
    }
  }
}
