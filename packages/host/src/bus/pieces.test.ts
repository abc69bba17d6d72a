import { noBytes } from '@quorate/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodePiece } from '../generated/piece.js'
import { seededRandom } from '../node/cluster.test.fixture.js'
import { PieceCollector, PieceCutter } from './pieces.js'

const bytesOf = (length: number, seed: number) => Uint8Array.from({ length }, (_, at) => (at * 7 + seed) % 251)

describe('a message in pieces', () => {
  it('is whole again when all have come, in any order and some twice; each piece fits', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9000 }),
        fc.integer({ min: 1024, max: 4096 }),
        fc.infiniteStream(fc.nat()),
        (length, bytesMax, draws) => {
          const bytes = bytesOf(length, 3)
          const pieces = new PieceCutter(seededRandom(1)).cut(bytes, bytesMax)
          expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(bytesMax - 256)
          const collector = new PieceCollector()
          const arrivals = [...pieces, ...pieces.slice(1)]
          const whole: Uint8Array[] = []
          const missing = new Set(pieces)
          while (arrivals.length > 0 && missing.size > 0) {
            const [piece] = arrivals.splice((draws.next().value ?? 0) % arrivals.length, 1)
            missing.delete(piece!)
            const made = collector.add('n1', piece!)
            if (made) whole.push(made)
          }
          expect(whole.map((each) => Buffer.compare(each, bytes))).toEqual([0])
        },
      ),
      { numRuns: 60 },
    )
  })

  it('is lost with one of its pieces, and holds up no other', () => {
    const cutter = new PieceCutter(seededRandom(1))
    const collector = new PieceCollector()
    for (let message = 0; message < 20; message++) {
      const pieces = cutter.cut(bytesOf(5000, message), 1024)
      const made = pieces.filter((_, at) => message % 2 === 0 || at !== 2).map((piece) => collector.add('n1', piece))
      expect(made.at(-1)).toEqual(message % 2 === 0 ? bytesOf(5000, message) : undefined)
    }
  })

  it('is not mixed with that of another sender, or with one of an earlier life', () => {
    const collector = new PieceCollector()
    const [one, two] = [new PieceCutter(seededRandom(1)), new PieceCutter(seededRandom(2))]
    const [first, second] = [one.cut(bytesOf(3000, 1), 1024), two.cut(bytesOf(3000, 2), 1024)]
    expect(second.map((piece, at) => collector.add('n1', at === 0 ? first[0]! : piece)).at(-1)).toBeUndefined()
    expect(first.map((piece) => collector.add('n2', piece)).at(-1)).toEqual(bytesOf(3000, 1))
  })

  it('is not waited for for ever: what was begun and not ended takes bounded room', () => {
    const collector = new PieceCollector()
    const mebibyte = bytesOf(1024 * 1024, 0)
    const begin = (sender: number) =>
      collector.add(`n${sender}`, encodePiece({ message: 1, position: 0, count: 2, bytes: mebibyte }))
    const end = (sender: number) =>
      collector.add(`n${sender}`, encodePiece({ message: 1, position: 1, count: 2, bytes: mebibyte }))
    for (let sender = 0; sender < 100; sender++) begin(sender)
    expect(end(0)).toBeUndefined()
    expect(end(99)).toHaveLength(2 * mebibyte.length)
  })

  it('takes bounded room also in pieces of nothing', () => {
    const collector = new PieceCollector()
    const count = 150_000
    let whole: Uint8Array | undefined
    for (let position = 0; position < count; position++)
      whole ??= collector.add('n1', encodePiece({ message: 1, position, count, bytes: noBytes }))
    expect(whole).toBeUndefined()
  })

  it('cannot be made where the bus takes next to nothing, and what is no piece is malformed', () => {
    expect(new PieceCutter(seededRandom(1)).cut(bytesOf(3000, 1), 600)).toEqual([])
    expect(() => new PieceCollector().add('n1', new Uint8Array([255, 255]))).toThrow('malformed')
    expect(
      new PieceCollector().add('n1', encodePiece({ message: 1, position: 9, count: 2, bytes: bytesOf(9, 1) })),
    ).toBeUndefined()
  })
})
