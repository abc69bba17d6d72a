import { type Codec, noBytes, QuorateError, UnencodableValueError } from '@quorate/core'

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

/**
 * What a caller gave, as bytes.
 * @throws {@link UnencodableValueError} `QUORATE_UNENCODABLE_VALUE` for what the codec does not take.
 */
export function encoded<Given>(codec: Codec<Given>, given: Given): Uint8Array {
  let bytes: unknown
  try {
    bytes = codec.encode(given)
  } catch (cause) {
    if (cause instanceof QuorateError) throw cause
    throw new UnencodableValueError('a value that the codec of this group takes', given, { cause })
  }
  if (bytes instanceof Uint8Array) return bytes
  throw new UnencodableValueError('a Uint8Array', bytes)
}
