import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UnencodableValueError, UnsupportedVersionError } from '../codec/errors.js'
import { encodeWith } from '../codec/protoWriter.js'
import { MalformedMessageError } from '../errors/errors.js'
import { encodeEnvelopeVersion, encodeEnvelope as encodeFields } from '../generated/envelope.js'
import { decodeEnvelope, type Envelope, encodeEnvelope, envelopeWriter, messageIdOf, wireVersion } from './envelope.js'

const envelope: Envelope = {
  version: wireVersion,
  cluster: 'demo',
  from: 'counter/server/n1',
  to: 'counter/server/all',
  fromStore: new Uint8Array(16).fill(9),
  type: 'RequestVote',
  payload: Uint8Array.of(8, 7),
}

describe('an envelope', () => {
  it('comes back as it went, with and without a number', () => {
    const numbered = { ...envelope, message: 2 ** 40 }
    expect(decodeEnvelope(encodeEnvelope(envelope))).toStrictEqual(envelope)
    expect(decodeEnvelope(encodeEnvelope(numbered))).toStrictEqual(numbered)
  })

  it('names its message by who sent it, in which start, and its number', () => {
    expect(messageIdOf(envelope)).toBeUndefined()
    expect(messageIdOf({ ...envelope, message: 7 })).toBe('n1/0/7')
    expect(messageIdOf({ ...envelope, message: 7, fromStart: 3 })).toBe('n1/3/7')
  })

  it('of an earlier version, with a trace context, is read without it', () => {
    const traceparent = encodeWith((writer) => writer.tag(66).string('00-0af7651916cd43dd-01'), undefined)
    expect(decodeEnvelope(Uint8Array.from([...encodeEnvelope(envelope), ...traceparent]))).toStrictEqual(envelope)
  })

  it('of a sender whose part is written once is the same', () => {
    const { version, to, type, payload, ...sender } = { ...envelope, fromStart: 2 ** 50 + 7, charter: 2 ** 48 - 1 }
    const write = envelopeWriter(sender)
    for (const message of [undefined, 0, 1, 2 ** 50 + 1]) {
      for (const bytes of [payload, new Uint8Array(0), new Uint8Array(100_000).fill(3)]) {
        const expected = { version, to, type, payload: bytes, ...sender, ...(message !== undefined && { message }) }
        expect(decodeEnvelope(write(to, type, bytes, message))).toStrictEqual(expected)
      }
    }
  })

  it('has the bytes that it has had since version 2', () => {
    const hex = Buffer.from(encodeEnvelope({ ...envelope, fromStore: Uint8Array.of(1) })).toString('hex')
    expect(hex).toBe(
      '0802120464656d6f1a11636f756e7465722f7365727665722f6e312212636f756e7465722f7365727665722f616c6c' +
        '2a0101320b52657175657374566f74653a020807',
    )
  })

  it('of another version is not written', () => {
    expect(() => encodeEnvelope({ ...envelope, version: 3 })).toThrow(UnencodableValueError)
  })

  it('that names two versions is of the last', () => {
    const twice = (first: number, last: number) =>
      Uint8Array.from([
        ...encodeEnvelopeVersion({ version: first }),
        ...encodeEnvelope(envelope).subarray(2),
        ...encodeEnvelopeVersion({ version: last }),
      ])
    expect(() => decodeEnvelope(twice(wireVersion, 3))).toThrow(UnsupportedVersionError)
    expect(decodeEnvelope(twice(3, wireVersion))).toStrictEqual(envelope)
  })

  it.each([1, 3])('of version %i is told from a malformed one, whatever else it holds', (version) => {
    const other = Uint8Array.from([...encodeEnvelopeVersion({ version }), 0x12, 0x01, 0xff, 0x1d, 1, 2, 3, 4])
    expect(() => decodeEnvelope(other)).toThrow(UnsupportedVersionError)
    expect(() => decodeEnvelope(other)).toThrow(`wire format ${version} arrived, this program speaks 2`)
  })

  it.each([
    ['version', { version: 0 }, /no version/],
    ['cluster', { cluster: '' }, /no name of a cluster/],
    ['sender', { from: '' }, /no address of a sender but ""/],
    ['receiver', { to: 'counter/n1' }, /no address of a receiver but "counter\/n1"/],
    ['type', { type: '' }, /no type/],
  ])('without a %s is malformed', (_what, without, expected) => {
    const bytes = encodeFields({ ...envelope, ...without })
    expect(() => decodeEnvelope(bytes)).toThrow(MalformedMessageError)
    expect(() => decodeEnvelope(bytes)).toThrow(expected)
  })

  it('is read from any bytes, or refused with one of two errors', () => {
    const whole = encodeEnvelope(envelope)
    const damaged = fc.tuple(fc.nat(whole.length - 1), fc.nat(255)).map(([at, byte]) => whole.with(at, byte))
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 80 })), (bytes) => {
        try {
          decodeEnvelope(bytes)
        } catch (error) {
          expect(error instanceof MalformedMessageError || error instanceof UnsupportedVersionError).toBe(true)
        }
      }),
      { numRuns: 3_000 },
    )
  })
})
