import { messageOf, QuorateError } from '@quorate/core'

/** `QUORATE_INVALID_MODEL`: a model that cannot be checked as it is. */
export class InvalidModelError extends QuorateError {
  constructor(model: string, what: string, options?: { cause?: unknown }) {
    super('QUORATE_INVALID_MODEL', `model ${model}: ${what}`, options)
  }
}

/** `QUORATE_INVALID_PARAMETER`: a parameter that a model does not have, or a value that it cannot take. */
export class InvalidParameterError extends QuorateError {
  constructor(what: string) {
    super('QUORATE_INVALID_PARAMETER', what)
  }
}

/** What is wrong with a model, where nobody knows its name, nor the run that led there: {@link InvalidModelError} says it all. */
export class ModelFault extends Error {}

/** What V8 says of a write into what is frozen. */
const frozenWrite = /read only property|object is not extensible|Cannot (delete|redefine) property/

/** True of the error of who writes into a state or a message. */
export const isFrozenWrite = (error: unknown): error is TypeError =>
  error instanceof TypeError && frozenWrite.test(error.message)

/** Asks a part of the model, which `who` names; what it throws is a fault of the model. */
export function asked<Answer>(who: () => string, ask: () => Answer): Answer {
  try {
    return ask()
  } catch (cause) {
    if (cause instanceof InvalidModelError) throw cause
    const reason = messageOf(cause)
    if (cause instanceof ModelFault) throw new ModelFault(`${who()} ${reason}`, { cause })
    const what = isFrozenWrite(cause)
      ? `writes into what it was given (${reason}): states and messages are values, make new ones`
      : `throws: ${reason}`
    throw new ModelFault(`${who()} ${what}`, { cause })
  }
}
