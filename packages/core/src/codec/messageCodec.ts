import type { Message } from '../log/message.js'

/** How the messages of one protocol become bytes, and bytes become messages. Generated from the protocol's `.proto`. */
export interface MessageCodec<M extends Message> {
  /** @throws `QUORATE_UNENCODABLE_VALUE` for a value that its field cannot carry. */
  encode(message: M): Uint8Array
  /**
   * Byte fields are views of `bytes`, not copies: see {@link ProtoReader.bytes}.
   * @throws `QUORATE_MALFORMED_MESSAGE`, and nothing else, for an unknown type and for bytes that are no such message.
   */
  decode(type: string, bytes: Uint8Array): M
  /** Names of all messages of the protocol. */
  readonly types: readonly string[]
}

/** A message while it is being read: the generated code fills it in, nobody else sees it. */
export type Draft<M> = { -readonly [K in keyof M]: M[K] extends readonly (infer Item)[] ? Item[] : M[K] }
