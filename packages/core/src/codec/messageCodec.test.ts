import { describe, expect, it } from 'vitest'
import {
  decodeEverything,
  type Everything,
  type EverythingMessage,
  messages,
} from '../codegen/generated/everything.test.codec.js'
import { MalformedMessageError } from '../errors/errors.js'
import { UnencodableValueError } from './errors.js'
import type { MessageCodec } from './messageCodec.js'

const codec: MessageCodec<EverythingMessage> = messages
const nothing = { type: 'Nothing' } as const

describe('a codec of messages', () => {
  it('knows the messages that are said, and only those', () => {
    expect(codec.types).toEqual(['Everything', 'Nothing'])
  })

  it('gives back what it was given', () => {
    const everything: Everything = { ...decodeEverything(new Uint8Array()), place: 'farAway', numbers: [1, 2 ** 50] }
    expect(codec.decode('Everything', codec.encode(everything))).toStrictEqual(everything)
    expect(codec.decode('Nothing', codec.encode(nothing))).toStrictEqual(nothing)
  })

  it.each(['Inner', 'Tree', 'everything', '', 'constructor', '__proto__'])('finds no message in %j', (type) => {
    expect(() => codec.decode(type, new Uint8Array())).toThrow(MalformedMessageError)
    expect(() => codec.decode(type, new Uint8Array())).toThrow(/is no message of everything\.proto/)
  })

  it('says which message it does not know', () => {
    const unknown = { type: 'Inner' } as unknown as Everything
    expect(() => codec.encode(unknown)).toThrow(UnencodableValueError)
    expect(() => codec.encode(unknown)).toThrow(/a message of everything\.proto, found "Inner"/)
  })
})

describe('an empty message', () => {
  it('has every field that is not optional, in the order of their numbers', () => {
    expect(Object.entries(decodeEverything(new Uint8Array()))).toStrictEqual([
      ['type', 'Everything'],
      ['smallNumber', 0],
      ['number', 0],
      ['flag', false],
      ['text', ''],
      ['data', new Uint8Array()],
      ['place', 'notAsked'],
      ['inner', { number: 0, text: '' }],
      ['flags', []],
      ['texts', []],
      ['datas', []],
      ['places', []],
      ['smallNumbers', []],
      ['numbers', []],
      ['inners', []],
    ])
  })
})

describe('an enum', () => {
  const [placeTag, far] = [0x30, [0xac, 0x02]]

  it('has the literal of its number', () => {
    expect(decodeEverything(Uint8Array.of(placeTag, ...far)).place).toBe('farAway')
  })

  it.each([[[2]], [[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]]])(
    'of unknown number %j is malformed',
    (number) => {
      expect(() => decodeEverything(Uint8Array.of(placeTag, ...number))).toThrow(MalformedMessageError)
    },
  )

  it('of an unknown literal is refused', () => {
    const message = { ...decodeEverything(new Uint8Array()), place: 'there' } as unknown as Everything
    expect(() => codec.encode(message)).toThrow(/one of notAsked, here, farAway, found "there"/)
  })
})
