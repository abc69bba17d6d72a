import {
  decodeEnvelopeHead,
  decodeEnvelope as decodeFields,
  decodeParcel,
  encodeParcel,
} from '../generated/envelope.js'
import { type Address, parseAddress } from '../values/address.js'

/** The type of an envelope that carries others. */
export const parcelType = 'Parcel'

/** The payload of an envelope that carries these, in their order. */
export const parcelOf = (envelopes: readonly Uint8Array[]): Uint8Array => encodeParcel({ envelopes })

/**
 * What such a payload carries: views of it, not copies.
 * @throws {@link MalformedMessageError} `QUORATE_MALFORMED_MESSAGE`
 */
export const envelopesIn = (payload: Uint8Array): readonly Uint8Array[] => decodeParcel(payload).envelopes

/** One message that a bus carries, as the bus sees it. */
export interface Carried {
  readonly type: string
  /** Whom it is for. */
  readonly to: Address
  readonly bytes: Uint8Array
}

/**
 * The messages in bytes that are published to `to`: for a bus that lets each of them meet its own fate. Bytes that are no
 * envelope are one message, of the type `bytes`.
 */
export function carriedIn(to: Address, bytes: Uint8Array): readonly Carried[] {
  const carried = asOne(to, bytes)
  if (carried.type !== parcelType) return [carried]
  try {
    return envelopesIn(decodeFields(bytes).payload).map((each) => asOne(to, each))
  } catch {
    return [carried]
  }
}

function asOne(publishedTo: Address, bytes: Uint8Array): Carried {
  try {
    const { to, type } = decodeEnvelopeHead(bytes)
    if (type !== '' && parseAddress(to)) return { type, to: to as Address, bytes }
  } catch {
    // Whoever hears it says so.
  }
  return { type: 'bytes', to: publishedTo, bytes }
}
