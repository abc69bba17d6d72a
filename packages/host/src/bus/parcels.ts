import type { Address } from '@quorate/core'

/** What is larger than that goes by itself: it would be copied once more, and gain nothing. */
const parcelBytesMax = 64 * 1024
/** Beside each envelope in a parcel: an upper bound. */
const besideBytes = 6

/** What is said to one address at one time. */
export interface Parcel {
  readonly to: Address
  readonly envelopes: Uint8Array[]
  readonly number: number
  bytes: number
}

/**
 * Sorts what is said in one turn by where it goes. What one sender says stays in its order, to whomever it says it: a receiver
 * may hear it at an address of its own and at one that it shares with others.
 */
export class Parcels {
  #packed: Parcel[] = []
  /** The one that more may be put into, by its address. */
  readonly #open = new Map<Address, Parcel>()
  /** The last one that holds something of a sender. */
  readonly #last = new Map<Address, Parcel>()

  /** Packs an envelope. No parcel of several envelopes has more than `bytesMax`. */
  put(from: Address, to: Address, envelope: Uint8Array, bytesMax: number): void {
    const bytes = envelope.length + besideBytes
    const open = this.#open.get(to)
    const last = this.#last.get(from)
    const hasRoom = open !== undefined && open.bytes + bytes <= Math.min(bytesMax, parcelBytesMax)
    const parcel = hasRoom && (last?.number ?? 0) <= open.number ? open : this.#begin(to)
    parcel.envelopes.push(envelope)
    parcel.bytes += bytes
    this.#last.set(from, parcel)
  }

  /** All parcels, in the order in which they are to leave. */
  take(): readonly Parcel[] {
    const packed = this.#packed
    if (packed.length === 0) return packed
    this.#packed = []
    this.#open.clear()
    this.#last.clear()
    return packed
  }

  #begin(to: Address): Parcel {
    const parcel: Parcel = { to, envelopes: [], number: this.#packed.length, bytes: 0 }
    this.#packed.push(parcel)
    this.#open.set(to, parcel)
    return parcel
  }
}
