import { QuorateError } from '../errors/errors.js'

/** `QUORATE_UNREADABLE_TRACE`: a line of a trace that is none. */
export class UnreadableTraceError extends QuorateError {
  /** Of the line, from 1. */
  readonly line: number
  constructor(line: number, what: string, options?: { cause?: unknown }) {
    super('QUORATE_UNREADABLE_TRACE', `line ${line} of the trace: ${what}`, options)
    this.line = line
  }
}

/** `QUORATE_UNSUPPORTED_TRACE`: a trace of another version of the format. */
export class UnsupportedTraceError extends QuorateError {
  /** Of the line, from 1. */
  readonly line: number
  /** The version that the trace bears. */
  readonly found: number
  constructor(line: number, found: number, expected: number) {
    super(
      'QUORATE_UNSUPPORTED_TRACE',
      `line ${line} of the trace: its format has version ${found}, and this program reads ${expected}; use the version of quorate that wrote it`,
    )
    this.line = line
    this.found = found
  }
}
