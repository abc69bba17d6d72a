import { QuorateError } from '../errors/errors.js'
import { textOf } from '../errors/textOf.js'

/** `QUORATE_UNENCODABLE_VALUE`: a value that its field cannot carry. Whoever made the message has a defect. */
export class UnencodableValueError extends QuorateError {
  constructor(expected: string, found: unknown, options?: { cause?: unknown }) {
    super(
      'QUORATE_UNENCODABLE_VALUE',
      `expected ${expected}, found ${shown(found)}; correct the sender of this message`,
      options,
    )
  }
}

/** `QUORATE_UNSUPPORTED_VERSION`: a message of another version of the wire format. */
export class UnsupportedVersionError extends QuorateError {
  /** The version that the message bears. */
  readonly found: number
  constructor(found: number, expected: number) {
    super(
      'QUORATE_UNSUPPORTED_VERSION',
      `a message of wire format ${found} arrived, this program speaks ${expected}; run the same version on all nodes and clients`,
    )
    this.found = found
  }
}

const shown = (value: unknown): string => (typeof value === 'string' ? JSON.stringify(value) : textOf(value))
