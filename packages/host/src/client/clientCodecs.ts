import {
  asBytes,
  type Codec,
  messageOf,
  noBytes,
  QuorateError,
  type StateMachine,
  UnencodableValueError,
} from '@quorate/core'

/** How the values of a state machine become bytes. */
export interface ClientCodecs<Command, Result, Query, Answer> {
  readonly command: Codec<Command>
  readonly result: Codec<Result>
  readonly query: Codec<Query>
  readonly answer: Codec<Answer>
}

/** The codecs of a state machine: those that it brings, or bytes as they are. */
export function codecsOf(machine: StateMachine): ClientCodecs<unknown, unknown, unknown, unknown> {
  if ('codecs' in machine) return machine.codecs as ClientCodecs<unknown, unknown, unknown, unknown>
  const bytes = asBytes as Codec<unknown>
  return { command: bytes, result: bytes, query: bytes, answer: bytes }
}

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
    // JSON draws a picture of a circle below the line that says what is wrong.
    const [why] = messageOf(cause).split('\n')
    throw new UnencodableValueError(`a value that the codec of this group takes (${why})`, given, { cause })
  }
  if (bytes instanceof Uint8Array) return bytes
  throw new UnencodableValueError('a Uint8Array', bytes)
}
