import { QuorateError } from '../errors/errors.js'

/** `QUORATE_UNSUPPORTED_SCHEMA`: a `.proto` that is wrong, or has what messages of Quorate do without. */
export class UnsupportedSchemaError extends QuorateError {
  constructor(what: string, options?: { cause?: unknown }) {
    super('QUORATE_UNSUPPORTED_SCHEMA', what, options)
  }
}
