import { InvalidConfigurationError } from '../errors/errors.js'
import { noBytes } from '../values/pieces.js'
import { type Codec, defineStateMachine } from './stateMachine.js'

const refuse = (): never => {
  throw new InvalidConfigurationError('this group orders no log: ask it; there is nothing to propose or to query')
}
const nothing: Codec<never> = { encode: refuse, decode: refuse }

/** The state machine of a group that orders no log: there is nothing to apply, and clients `ask` instead. */
export const noStateMachine = defineStateMachine<undefined, never, never>({
  initial: () => undefined,
  apply: refuse,
  query: refuse,
  snapshot: () => noBytes,
  restore: () => undefined,
  codecs: { command: nothing, result: nothing, query: nothing, answer: nothing },
})
