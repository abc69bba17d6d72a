import { describe, expect, test } from 'vitest'
import { Utf8Lines } from './utf8Lines.js'

const text = '\uFEFFü\n€ \uFFFD\uFEFF\n\n𝄞'

describe('UTF-8 in pieces', () => {
  test.each([1, 2, 3, 4, 5, 7, 100])('of %d bytes', (size) => {
    const bytes = Buffer.from(text)
    const lines = new Utf8Lines()
    let read = ''
    for (let from = 0; from < bytes.length; from += size) read += lines.decode(bytes.subarray(from, from + size))
    lines.end()
    expect(read).toBe(text.slice(1))
  })

  test.each<[string, number[], number]>([
    ['a byte that nothing begins', [0x61, 0x0a, 0x80], 2],
    ['a byte that is in no UTF-8', [0x61, 0x0a, 0x62, 0x0a, 0xff, 0x0a, 0x61], 3],
    ['a character that ends too soon', [0x0a, 0xe2, 0x82, 0x0a], 2],
    ['a character that the text ends in', [0x0a, 0x0a, 0xf0, 0x9d, 0x84], 3],
    ['Latin 1', [0x0a, 0x67, 0xfc, 0x6e], 2],
  ])('%s', (_title, bytes, line) => {
    for (const size of [1, 2, 3, 100]) {
      const lines = new Utf8Lines()
      const read = () => {
        for (let from = 0; from < bytes.length; from += size)
          lines.decode(Uint8Array.from(bytes.slice(from, from + size)))
        lines.end()
      }
      expect(read).toThrow(expect.objectContaining({ line, code: 'QUORATE_MALFORMED_EVENT' }))
    }
  })
})
