/**
 * Base of every error that Quorate throws on purpose: `code` is stable and may be matched by programs,
 * the message says what was expected, what was found and what to do.
 */
export class QuorateError extends Error {
  readonly code: string
  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
    this.name = new.target.name
  }
}

/** `QUORATE_INVALID_NAME`: a name that no bus subject can carry. */
export class InvalidNameError extends QuorateError {
  constructor(what: string, name: unknown, expected: string) {
    super('QUORATE_INVALID_NAME', `${what} name ${JSON.stringify(name)}: ${expected}`)
  }
}

/** `QUORATE_MALFORMED_MESSAGE`: bytes that are not what they claim to be. */
export class MalformedMessageError extends QuorateError {
  constructor(what: string, options?: { cause?: unknown }) {
    super('QUORATE_MALFORMED_MESSAGE', what, options)
  }
}

/** `QUORATE_INVALID_CONFIGURATION`: options that cannot work together, found before anything is started. */
export class InvalidConfigurationError extends QuorateError {
  constructor(what: string) {
    super('QUORATE_INVALID_CONFIGURATION', what)
  }
}

/** `QUORATE_BROKEN_INVARIANT`: an actor found its own state impossible. The node that hosts it stops. */
export class BrokenInvariantError extends QuorateError {
  constructor(what: string) {
    super('QUORATE_BROKEN_INVARIANT', what)
  }
}

/**
 * Asserts what only a defect of ours can break; what came from outside is checked elsewhere, and never with this. Where it
 * is asserted of every entry, `what` is a function, so that a text which nobody reads is not made.
 */
export function invariant(holds: boolean, what: string | (() => string)): asserts holds {
  if (!holds) throw new BrokenInvariantError(typeof what === 'string' ? what : what())
}
