import { InvalidConfigurationError } from '@quorate/core'
import { brief } from './event.js'
import type { Json } from './json.js'
import type { HistoryModel } from './model.js'

/**
 * Checks that a model can begin with a value.
 * @throws {@link InvalidConfigurationError} `QUORATE_INVALID_CONFIGURATION`
 */
export const checkInitial = (model: HistoryModel, initial: Json): void => {
  const expected = model.expectedInitial?.(initial)
  if (expected === undefined) return
  throw new InvalidConfigurationError(`the initial value of a ${model.name} is ${expected}; found ${brief(initial)}`)
}
