import { errorOf } from '@quorate/core'
import colours from 'picocolors'
import { type Io, printNote } from './io.js'
import { isQuorateError } from './isQuorateError.js'

/** One line; where an unexpected one was thrown is told to those who ask for it. */
export const printError = (io: Io, error: unknown): void => {
  if (isQuorateError(error)) return printNote(io, `${colours.red('error:')} ${error.message} [${error.code}]`)
  const { message, stack } = errorOf(error)
  const told = process.env['QUORATE_STACK'] ? stack : `${message} (QUORATE_STACK=1 tells where)`
  printNote(io, `${colours.red('error:')} unexpected: ${told}`)
}
