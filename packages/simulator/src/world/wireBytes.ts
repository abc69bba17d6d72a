import { type Address, checkAddress, decodeEnvelope, type Message, type MessageCodec } from '@quorate/core'
import { Chance } from '../chance/chance.js'

/** What a bus can know of the bytes that it carries, and do to them. @module */

/** Addresses that were found to be good: there are few. */
const addresses = new Set<Address>()

/** True for an address that a bus takes. */
export function isAddress(address: Address): boolean {
  if (addresses.has(address)) return true
  try {
    checkAddress(address)
  } catch {
    return false
  }
  if (addresses.size < 4096) addresses.add(address)
  return true
}

/** True if somebody could take these bytes for a message of one of the codecs, or of a host. */
export function isUnderstood(bytes: Uint8Array, codecs: readonly MessageCodec<Message>[]): boolean {
  try {
    const { type, payload } = decodeEnvelope(bytes)
    codecs.find(({ types }) => types.includes(type))?.decode(type, payload)
    return true
  } catch {
    return false
  }
}

/** The bytes with some of them overwritten, or cut short. */
export function garbled(bytes: Uint8Array, how: number): Uint8Array {
  const chance = Chance.of(how)
  if (chance.below(4) === 0) return bytes.slice(0, chance.below(bytes.length + 1))
  const changed = bytes.slice()
  const first = chance.below(changed.length)
  const length = chance.between(1, 8)
  for (let at = first; at < Math.min(first + length, changed.length); at++) changed[at] = chance.below(256)
  return changed
}
