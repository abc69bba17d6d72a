import { QuorateError } from '@quorate/core'

/** Base of what makes a history unreadable. The text begins with the line. */
export class UnreadableHistoryError extends QuorateError {
  /** The line at fault, counted from 1. */
  readonly line: number
  constructor(code: string, line: number, what: string, options?: { cause?: unknown }) {
    super(code, `line ${line}: ${what}`, options)
    this.line = line
  }
}

/** `QUORATE_MALFORMED_EVENT`: a line that is no JSON, or JSON that is no event of a history. */
export class MalformedEventError extends UnreadableHistoryError {
  constructor(line: number, what: string, options?: { cause?: unknown }) {
    super('QUORATE_MALFORMED_EVENT', line, what, options)
  }
}

/** `QUORATE_UNKNOWN_OPERATION`: an `f` that the model does not have. */
export class UnknownOperationError extends UnreadableHistoryError {
  constructor(line: number, what: string) {
    super('QUORATE_UNKNOWN_OPERATION', line, what)
  }
}

/** `QUORATE_OVERLAPPING_OPERATIONS`: a process invokes although its operation before has not ended. */
export class OverlappingOperationsError extends UnreadableHistoryError {
  constructor(line: number, process: string, invokedLine: number) {
    const advice = 'end it (ok, fail, info) first, or give what runs beside it a process of its own'
    const text = `process ${process} invokes, but its operation of line ${invokedLine} is still open: ${advice}`
    super('QUORATE_OVERLAPPING_OPERATIONS', line, text)
  }
}

/** `QUORATE_UNMATCHED_COMPLETION`: an end for which there is no beginning. */
export class UnmatchedCompletionError extends UnreadableHistoryError {
  constructor(line: number, what: string) {
    super('QUORATE_UNMATCHED_COMPLETION', line, what)
  }
}

/** `QUORATE_HISTORY_TOO_LARGE`: more operations, or a longer line, than the reader was allowed to keep. */
export class HistoryTooLargeError extends UnreadableHistoryError {
  constructor(line: number, what: string) {
    super('QUORATE_HISTORY_TOO_LARGE', line, what)
  }
}
