import { describe, expect, it } from 'vitest'
import { MalformedMessageError } from '../errors/errors.js'
import { ProtoReader } from './protoReader.js'
import { ProtoWriter } from './protoWriter.js'

const reader = (...bytes: number[]): ProtoReader => new ProtoReader(Uint8Array.from(bytes))
const malformed = (read: () => unknown, says: RegExp): void => {
  expect(read).toThrow(MalformedMessageError)
  expect(read).toThrow(says)
}

describe('a whole number', () => {
  it.each([
    0,
    1,
    127,
    128,
    2 ** 14,
    2 ** 28 - 1,
    2 ** 28,
    2 ** 31,
    2 ** 32,
    2 ** 35 + 1,
    2 ** 49,
    Number.MAX_SAFE_INTEGER,
  ])('%d comes back as it went', (value) => {
    expect(new ProtoReader(new ProtoWriter().uint64(value).finish()).uint64()).toBe(value)
  })

  it('greater than any safe integer is malformed, not rounded', () => {
    const twoTo53 = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10]
    malformed(() => reader(...twoTo53).uint64(), /greater than 9007199254740991/)
    malformed(() => reader(0x81, ...twoTo53.slice(1)).uint64(), /greater than/)
    malformed(() => reader(...Array(9).fill(0xff), 0x01).uint64(), /greater than/)
  })

  it('may be padded, up to ten bytes', () => {
    expect(reader(0x85, ...Array(8).fill(0x80), 0x00).uint64()).toBe(5)
    malformed(() => reader(0x85, ...Array(9).fill(0x80), 0x00).uint64(), /longer than 10 bytes/)
  })

  it('that does not end is malformed', () => {
    malformed(() => reader().uint64(), /end before/)
    malformed(() => reader(0x80).uint64(), /end before/)
  })

  it('of 32 bits ends at 4294967295', () => {
    expect(reader(0xff, 0xff, 0xff, 0xff, 0x0f).uint32()).toBe(2 ** 32 - 1)
    malformed(() => reader(0x80, 0x80, 0x80, 0x80, 0x10).uint32(), /greater than 4294967295: 4294967296/)
  })
})

describe('bytes', () => {
  it('are a view of what is read', () => {
    const whole = Uint8Array.of(2, 7, 8, 9)
    const view = new ProtoReader(whole).bytes()
    expect(view).toEqual(Uint8Array.of(7, 8))
    expect(view.buffer).toBe(whole.buffer)
  })

  it('are a Uint8Array also when a Buffer is read', () => {
    const padded = Buffer.from([9, 9, 2, 7, 8]).subarray(2)
    const view = new ProtoReader(padded).bytes()
    expect(view.constructor).toBe(Uint8Array)
    expect(view).toEqual(Uint8Array.of(7, 8))
  })

  it('longer than what is left are malformed', () => {
    malformed(() => reader(3, 7, 8).bytes(), /end before/)
    malformed(() => reader(0xff, 0xff, 0xff, 0xff, 0xff, 0x01).bytes(), /end before/)
  })
})

describe('a text', () => {
  it('that is not UTF-8 is malformed, not mended', () => {
    malformed(() => reader(2, 0xc3, 0x28).string(), /not UTF-8/)
    malformed(() => reader(3, 0xed, 0xa0, 0x80).string(), /not UTF-8/)
  })

  it('keeps its byte order mark', () => {
    expect(reader(4, 0xef, 0xbb, 0xbf, 0x61).string()).toBe('\ufeffa')
  })
})

describe('a message within', () => {
  it('ends where its length says', () => {
    const outer = reader(1, 0x05, 0x06)
    expect(outer.message((inner) => [inner.uint64(), inner.hasMore()])).toEqual([5, false])
    expect([outer.uint64(), outer.hasMore()]).toEqual([6, false])
  })

  it('cannot read past its end into what follows', () => {
    malformed(() => reader(1, 0x80, 0x01).message((inner) => inner.uint64()), /end before/)
    malformed(() => reader(2, 3, 7, 8, 9).message((inner) => inner.bytes()), /end before/)
  })

  it('stands at most 64 deep', () => {
    const nested = (depth: number): ProtoReader => {
      const writer = new ProtoWriter()
      const write = (to: ProtoWriter, left: number): void => {
        if (left > 0) to.message(write, left - 1)
      }
      write(writer, depth)
      return new ProtoReader(writer.finish())
    }
    const read = (from: ProtoReader): number => (from.hasMore() ? 1 + from.message(read) : 0)
    expect(read(nested(64))).toBe(64)
    malformed(() => read(nested(65)), /more than 64 deep/)
  })
})

describe('a tag', () => {
  it.each([
    ['of field 0', [0x05]],
    ['beyond the largest field', [0x80, 0x80, 0x80, 0x80, 0x10]],
    ['padded beyond five bytes', [0x88, 0x80, 0x80, 0x80, 0x80, 0x00]],
  ])('%s is malformed', (_what, bytes) => {
    malformed(() => reader(...bytes).tag(), /no field has the tag/)
  })
})

describe('an unknown field is passed over', () => {
  it.each([
    ['number, also a large one', 0x08, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
    ['eight bytes', 0x09, [1, 2, 3, 4, 5, 6, 7, 8]],
    ['delimited', 0x0a, [2, 0xff, 0xff]],
    ['four bytes', 0x0d, [1, 2, 3, 4]],
    ['group, with a group within', 0x0b, [0x13, 0x10, 0x01, 0x14, 0x0c]],
  ])('%s', (_what, tag, bytes) => {
    const after = reader(...bytes, 42)
    after.skip(tag)
    expect(after.uint64()).toBe(42)
    if (bytes.length > 1) malformed(() => reader(...bytes.slice(0, -1)).skip(tag), /end before|no field/)
  })

  it('unless it is none', () => {
    malformed(() => reader(1).skip(0x0c), /no field has the tag 12/)
    malformed(() => reader(1).skip(0x0e), /no field has the tag 14/)
    malformed(() => reader(0x14).skip(0x0b), /group 1 is closed as group 2/)
    malformed(() => reader(...Array(11).fill(0x80)).skip(0x08), /longer than 10 bytes/)
  })

  it('unless groups never stop opening', () => {
    malformed(() => reader(...Array(100_000).fill(0x0b)).skip(0x0b), /more than 64 deep/)
  })
})
