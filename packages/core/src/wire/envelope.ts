import { UnencodableValueError, UnsupportedVersionError } from '../codec/errors.js'
import { encodeWith } from '../codec/protoWriter.js'
import { MalformedMessageError } from '../errors/errors.js'
import {
  decodeEnvelopeVersion,
  decodeEnvelope as decodeFields,
  encodeEnvelope as encodeFields,
} from '../generated/envelope.js'
import { type Address, type NodeId, nodeOf, parseAddress } from '../values/address.js'
import { noBytes } from '../values/pieces.js'

/** Version of the wire format that this program speaks, and the only one that it understands. */
export const wireVersion = 2

/** What every message travels in. */
export interface Envelope {
  /** Of the wire format: {@link wireVersion}. */
  readonly version: number
  readonly cluster: string
  readonly from: Address
  /** One actor, or with the node `all` every node that hosts the role. */
  readonly to: Address
  /** Identity of the sender's store: a node with another store is another node. Empty for one that has no store. */
  readonly fromStore: Uint8Array
  /** Name of the message in the payload. */
  readonly type: string
  /** The message, as the codec of its protocol wrote it. */
  readonly payload: Uint8Array
  /** Which start of its store the sender is in, if it says so: a higher one is a later one. */
  readonly fromStart?: number
  /** Fingerprint of what the sender takes its group for, if it says so. */
  readonly charter?: number
  /** Of the message, if its sender numbers them: see {@link messageIdOf}. Pieces of a message bear its number. */
  readonly message?: number
  /** The version of the list of members by which the sender goes, in a group that has changed its members. */
  readonly members?: number
}

/**
 * The name of a message in traces, `node/start/number`: of no other message, also of no other start of its sender. A message to
 * all has one.
 */
export type MessageId = `${NodeId}/${number}/${number}`

/**
 * The id of the message in an envelope; `undefined` where its sender gave it no number. A sender without a store has one start,
 * which is 0.
 */
export const messageIdOf = ({
  from,
  fromStart = 0,
  message,
}: {
  readonly from: Address
  readonly fromStart?: number | undefined
  readonly message?: number | undefined
}): MessageId | undefined => (message === undefined ? undefined : `${nodeOf(from)}/${fromStart}/${message}`)

/** @throws {@link UnencodableValueError} `QUORATE_UNENCODABLE_VALUE` for another version than {@link wireVersion}, and for values that no field carries. */
export function encodeEnvelope(envelope: Envelope): Uint8Array {
  if (envelope.version !== wireVersion) throw new UnencodableValueError(`version ${wireVersion}`, envelope.version)
  return encodeFields(envelope)
}

/** What the envelopes of one sender have in common. */
export type EnvelopeSender = Omit<Envelope, 'version' | 'to' | 'type' | 'payload' | 'message'>

/**
 * Writes envelopes of one sender, whose part of them is written once.
 * @throws {@link UnencodableValueError} `QUORATE_UNENCODABLE_VALUE` for values that no field carries.
 */
export function envelopeWriter(sender: EnvelopeSender) {
  const common = encodeFields({ ...sender, version: wireVersion, to: '', type: '', payload: noBytes })
  return (to: Address, type: string, payload: Uint8Array, message?: number): Uint8Array =>
    encodeWith((writer) => {
      // The fields of envelope.proto that are left, by their numbers.
      writer.fields(common).tag(34).string(to).tag(50).string(type).tag(58).bytes(payload)
      if (message !== undefined) writer.tag(88).uint64(message)
    }, undefined)
}

/**
 * Reads what came over the bus. `fromStore` and `payload` are views of `bytes`, not copies.
 * @throws {@link UnsupportedVersionError} `QUORATE_UNSUPPORTED_VERSION` for an envelope of another wire format;
 * {@link MalformedMessageError} `QUORATE_MALFORMED_MESSAGE` for bytes that are no envelope, and nothing else.
 */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  // First, and alone: the other fields may have changed their types.
  if (!beginsAsOurs(bytes)) checkVersion(decodeEnvelopeVersion(bytes))
  const envelope = decodeFields(bytes)
  checkVersion(envelope)
  if (!isAddress(envelope.from)) throw notAnEnvelope(`no address of a sender but ${JSON.stringify(envelope.from)}`)
  if (!isAddress(envelope.to)) throw notAnEnvelope(`no address of a receiver but ${JSON.stringify(envelope.to)}`)
  if (envelope.cluster === '') throw notAnEnvelope('no name of a cluster')
  if (envelope.type === '') throw notAnEnvelope('no type of a message')
  return envelope as Envelope
}

/** As all that this version writes: what begins otherwise may be well formed too. */
const beginsAsOurs = (bytes: Uint8Array): boolean => bytes[0] === 8 && bytes[1] === wireVersion

function checkVersion({ version }: { readonly version: number }): void {
  if (version === 0) throw notAnEnvelope('no version of a wire format')
  if (version !== wireVersion) throw new UnsupportedVersionError(version, wireVersion)
}

const isAddress = (text: string): text is Address => parseAddress(text) !== undefined

const notAnEnvelope = (found: string): MalformedMessageError =>
  new MalformedMessageError(`malformed message: an envelope bears ${found}; drop it, and see who sends it`)
