import { errorOf } from '@quorate/core'
import colours from 'picocolors'
import { type Io, printNote } from './io.js'
import { isQuorateError } from './isQuorateError.js'

/** One line; where an unexpected one was thrown is told to those who ask for it. */
export const printError = (io: Io, error: unknown): void => {
  if (isQuorateError(error)) return print(io, `${error.message} [${error.code}]`)
  const { message, stack } = errorOf(error)
  const told = process.env['QUORATE_STACK'] ? stack : `${message} (QUORATE_STACK=1 tells where)`
  print(io, `unexpected: ${told}`)
}

/** What an error quotes may be anybody's, of a file or of the bus: nothing of it steers the terminal. */
const print = (io: Io, text: string): void =>
  printNote(io, `${colours.red('error:')} ${text.replaceAll(/[^\P{Cc}\n\t]/gu, ' ')}`)
