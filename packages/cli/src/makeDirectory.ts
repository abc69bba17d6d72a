import { mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * Makes a directory and those above it that are missing. One after the other: `mkdir` with `recursive` never ends where a
 * directory is there and takes no others, such as /proc.
 */
export const makeDirectory = (path: string): void => {
  const directory = resolve(path)
  if (isDirectory(directory)) return
  const above = dirname(directory)
  if (above !== directory) makeDirectory(above)
  mkdirSync(directory)
}

const isDirectory = (path: string): boolean => {
  try {
    return statSync(path).isDirectory()
  } catch {
    // Making it will say what is wrong.
    return false
  }
}
