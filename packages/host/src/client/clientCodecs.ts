import { type Codec, noBytes } from '@quorate/core'

/** How the values of a state machine become bytes. */
export interface ClientCodecs<Command, Result, Query, Answer> {
  readonly command: Codec<Command>
  readonly result: Codec<Result>
  readonly query: Codec<Query>
  readonly answer: Codec<Answer>
}

export const asBytes: Codec<Uint8Array> = { encode: (bytes) => bytes, decode: (bytes) => bytes }
/** Of calls that carry nothing. */
export const unused: Codec<never> = { encode: () => noBytes, decode: () => undefined as never }
