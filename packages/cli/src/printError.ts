import { errorOf } from '@quorate/core'
import colours from 'picocolors'
import { type Io, printNote } from './io.js'
import { isQuorateError } from './isQuorateError.js'

/** A mistake of the user needs no stack; one of ours does. */
export const printError = (io: Io, error: unknown): void => {
  if (isQuorateError(error)) printNote(io, `${colours.red('error:')} ${error.message} [${error.code}]`)
  else printNote(io, `${colours.red('error:')} unexpected: ${errorOf(error).stack}`)
}
