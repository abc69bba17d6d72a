import {
  type Address,
  decodeEnvelope,
  type Envelope,
  envelopesIn,
  parcelType,
  UnsupportedVersionError,
} from '@quorate/core'
import type { DropLog } from './dropLog.js'
import { PieceCollector, pieceType } from './pieces.js'

/** Opens what came over a bus: puts pieces together, unpacks parcels, and drops what is not for this cluster or no envelope. */
export class Opener {
  readonly #cluster: string
  readonly #drops: DropLog
  readonly #collector = new PieceCollector()

  constructor(cluster: string, drops: DropLog) {
    this.#cluster = cluster
    this.#drops = drops
  }

  /** The envelope that is addressed to `to`; `undefined` for what is none, or a piece that is not the last. */
  open(to: Address, bytes: Uint8Array): Envelope | undefined {
    const carried = this.#openOne(to, bytes)
    return carried?.type === pieceType ? this.#collect(to, carried) : carried
  }

  /** What was published to `to` for others, one after the other: an envelope by itself, or those in a parcel. */
  *unpack(to: Address, bytes: Uint8Array): Generator<Envelope, void> {
    const carried = this.#openAny(to, bytes)
    if (!carried) return
    if (carried.to !== to) {
      yield carried
      return
    }
    const parcel = carried.type === pieceType ? this.#collect(to, carried) : carried
    if (!parcel) return
    for (const each of this.#envelopesIn(parcel)) {
      // Bytes of its own, or an entry that a log keeps would keep all that shared its parcel.
      const envelope = this.#openAny(to, each.slice())
      if (envelope) yield envelope
    }
  }

  #envelopesIn(parcel: Envelope): readonly Uint8Array[] {
    const { from, to, type, payload } = parcel
    try {
      if (type === parcelType) return envelopesIn(payload)
    } catch {
      // As of one that is none.
    }
    this.#drops.note('malformed', { from, to, type }, parcel)
    return []
  }

  /** What came in pieces, with the last of them. */
  #collect(to: Address, { from, fromStore, payload }: Envelope): Envelope | undefined {
    let whole: Uint8Array | undefined
    try {
      whole = this.#collector.add(`${from} ${to} ${fromStore}`, payload)
    } catch (error) {
      this.#drops.note('malformed', { from, to, type: pieceType, error })
      return undefined
    }
    const envelope = whole && this.#openOne(to, whole)
    if (!envelope || (envelope.from === from && envelope.type !== pieceType)) return envelope
    this.#drops.note('malformed', { from, to, type: pieceType })
    return undefined
  }

  #openOne(to: Address, bytes: Uint8Array): Envelope | undefined {
    const envelope = this.#openAny(to, bytes)
    if (!envelope || envelope.to === to) return envelope
    this.#drops.note('misaddressed', { from: envelope.from, to, addressed: envelope.to }, envelope)
    return undefined
  }

  /** An envelope that was heard at `to`, whomever it is for. */
  #openAny(to: Address, bytes: Uint8Array): Envelope | undefined {
    let envelope: Envelope
    try {
      envelope = decodeEnvelope(bytes)
    } catch (error) {
      this.#drops.note(error instanceof UnsupportedVersionError ? 'otherVersion' : 'malformed', { to, error })
      return undefined
    }
    if (envelope.cluster === this.#cluster) return envelope
    this.#drops.note('otherCluster', { from: envelope.from, to, cluster: envelope.cluster }, envelope)
    return undefined
  }
}
