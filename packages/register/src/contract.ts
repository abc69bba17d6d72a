import { type AskContract, isRowKey, MalformedMessageError, rowKeyBytesMax } from '@quorate/core'
import { decodeReply, decodeRequest, encodeReply, encodeRequest } from './generated/register.js'

/** What a client asks. A key is a text of 1 to 512 bytes in UTF-8. */
export type RegisterRequest =
  | { readonly type: 'read'; readonly key: string }
  | { readonly type: 'write'; readonly key: string; readonly value: Uint8Array }

/** What is answered. */
export interface RegisterReply {
  /** What was read; absent where nothing was written yet, and in the answer to a write. */
  readonly value?: Uint8Array
}

/**
 * What clients know of such a group, for `connectAskClient`. A read may be repeated. A write may not: after another write it
 * would take effect a second time.
 */
export const registers: AskContract<RegisterRequest, RegisterReply> = {
  request: {
    encode: ({ key, ...asked }) =>
      encodeRequest({ key: checkedKey(key), ...(asked.type === 'write' && { value: asked.value }) }),
    decode(bytes) {
      const { key, value } = decodeRequest(bytes)
      return value ? { type: 'write', key: checkedKey(key), value } : { type: 'read', key: checkedKey(key) }
    },
  },
  reply: { encode: encodeReply, decode: decodeReply },
  routing: 'any',
  isIdempotent: ({ type }) => type === 'read',
}

/** @throws {@link MalformedMessageError} `QUORATE_MALFORMED_MESSAGE` */
function checkedKey(key: string): string {
  if (isRowKey(key)) return key
  throw new MalformedMessageError(
    `${JSON.stringify(key)} is no key of a register: expected a text of 1 to ${rowKeyBytesMax} bytes in UTF-8`,
  )
}
