import { QuorateError } from '@quorate/core'

/** `QUORATE_INVALID_MODEL`: a model that cannot be checked as it is. */
export class InvalidModelError extends QuorateError {
  constructor(model: string, what: string) {
    super('QUORATE_INVALID_MODEL', `model ${model}: ${what}`)
  }
}
