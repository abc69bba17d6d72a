import { describe, expect, it } from 'vitest'
import { UnencodableValueError } from './errors.js'
import { decodeWith, ProtoReader } from './protoReader.js'
import { encodeWith, ProtoWriter } from './protoWriter.js'

describe('a value that its field cannot carry is refused', () => {
  const writer = new ProtoWriter()
  const others = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1', 7n, undefined, null]

  it.each(others)('%s as uint64 and uint32', (value) => {
    expect(() => writer.uint64(value as number)).toThrow(UnencodableValueError)
    expect(() => writer.uint32(value as number)).toThrow(UnencodableValueError)
  })

  it('2^32 as uint32', () => {
    expect(() => writer.uint32(2 ** 32)).toThrow(/expected a whole number from 0 to 4294967295, found 4294967296/)
  })

  it('what is no bool, no text and no bytes', () => {
    expect(() => writer.bool(1 as never)).toThrow(/expected true or false, found 1/)
    expect(() => writer.string(7 as never)).toThrow(/expected a text, found 7/)
    expect(() => writer.bytes([7] as never)).toThrow(/expected a Uint8Array, found 7/)
  })

  it('half a character, which UTF-8 would silently replace', () => {
    expect(() => writer.string('a\ud800')).toThrow(/half characters/)
    expect(() => writer.string(`${'a'.repeat(100)}\udc00b`)).toThrow(/half characters/)
  })
})

describe('a text', () => {
  it.each(['', 'a', 'é', '🜁', `${'a'.repeat(47)}é`, 'a'.repeat(48), 'a'.repeat(49), 'é'.repeat(60_000)])(
    '%.20s comes back',
    (text) => {
      expect(new ProtoReader(new ProtoWriter().string(text).finish()).string()).toBe(text)
    },
  )
})

describe('messages within', () => {
  type Node = { readonly size: number; readonly inner?: Node }
  const write = (writer: ProtoWriter, { size, inner }: Node): void => {
    writer.bytes(new Uint8Array(size).fill(7))
    if (inner) writer.message(write, inner)
  }
  const read = (reader: ProtoReader): Node => {
    const size = reader.bytes().length
    return reader.hasMore() ? { size, inner: reader.message(read) } : { size }
  }

  it.each([
    [0, 0, 0],
    [1, 126, 1],
    [0, 127, 300, 1, 20_000, 0],
    [40_000, 5, 3_000_000, 0, 128],
    [3, 16_384, 16_380, 2_097_152, 4],
  ])('have lengths of any width: %j', (...sizes) => {
    const node = sizes.reduceRight<Node | undefined>(
      (inner, size) => (inner ? { size, inner } : { size }),
      undefined,
    ) as Node
    expect(decodeWith(read, encodeWith(write, node))).toEqual(node)
  })
})

describe('what was written', () => {
  it('is its own: the next message does not change it', () => {
    const write = (writer: ProtoWriter, value: number): void => {
      writer.uint64(value)
    }
    const written = Array.from({ length: 3000 }, (_, value) => encodeWith(write, value))
    const anew = Array.from({ length: 3000 }, (_, value) => encodeWith(write, value))
    expect(written.map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual(
      anew.map((bytes) => Buffer.from(bytes).toString('hex')),
    )
    expect(written[1]).toEqual(Uint8Array.of(1))
  })

  it('keeps at most a kilobyte of its neighbours, and none where it is longer than 64 bytes', () => {
    const write = (writer: ProtoWriter, value: Uint8Array): void => {
      writer.fields(value)
    }
    for (const length of [0, 1, 63, 64]) {
      expect(encodeWith(write, new Uint8Array(length)).buffer.byteLength).toBeLessThanOrEqual(1024)
    }
    expect(encodeWith(write, new Uint8Array(65)).buffer.byteLength).toBe(65)
  })

  it('is written by depth: what lies within and is short moves nothing of what lies around it and is long', () => {
    const leaf = (writer: ProtoWriter, value: number): void => {
      writer.uint64(value)
    }
    const inner = (writer: ProtoWriter, bytes: Uint8Array): void => {
      writer.bytes(bytes).message(leaf, 7)
    }
    const outer = (writer: ProtoWriter, lengths: readonly number[]): void => {
      for (const length of lengths) writer.message(inner, new Uint8Array(length).fill(length))
    }
    const lengths = [3, 300, 2, 20_000, 126, 127, 128]
    const expected = lengths.flatMap((length) => {
      const field = [...varint(length), ...new Uint8Array(length).fill(length), 1, 7]
      return [...varint(field.length), ...field]
    })
    expect([...encodeWith(outer, lengths)]).toEqual(expected)
  })

  it('leaves nothing behind when it could not be finished', () => {
    const write = (writer: ProtoWriter, values: readonly number[]): void => {
      for (const value of values) writer.uint64(value)
    }
    expect(() => encodeWith(write, [1, 2, -1])).toThrow(UnencodableValueError)
    expect(encodeWith(write, [3])).toEqual(Uint8Array.of(3))
  })
})

const varint = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 0x80))]
