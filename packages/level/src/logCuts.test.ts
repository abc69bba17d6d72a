import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { describe, expect, test } from 'vitest'
import {
  copyOf,
  digestOf,
  edit,
  entry,
  log,
  onlyFileOf,
  outcomeOf,
  owner,
  temporary,
  write,
} from './damage.test.helper.js'
import { level } from './level.js'
import { blockBytes, LogScan, type LogVerdict } from './scanLog.js'

const logFile = /\.log$/

/** What LevelDB adds to the value of a put, as a record of its log: header, sequence, count, tag, key and length. */
const overheadBytes = (valueBytes: number): number =>
  7 + 8 + 4 + 1 + 2 + (valueBytes < 128 ? 1 : valueBytes < 16_384 ? 2 : 3)

/** LevelDB's own log after puts of values of these lengths, and where each of their records ends. */
const logOf = async (...lengths: readonly number[]): Promise<{ bytes: Buffer; ends: number[] }> => {
  const directory = join(await temporary(), 'database')
  const database = new ClassicLevel<string, Buffer>(directory, { valueEncoding: 'buffer', compression: false })
  const ends: number[] = []
  for (const length of lengths) {
    await database.put('k', Buffer.alloc(length, 7), { sync: true })
    ends.push((await readFile(await onlyFileOf(directory, logFile))).length)
  }
  const bytes = await readFile(await onlyFileOf(directory, logFile))
  await database.close()
  return { bytes, ends }
}

const verdictOf = (bytes: Buffer): LogVerdict => {
  const scan = new LogScan()
  for (let at = 0; at < bytes.length; at += blockBytes) scan.take(bytes.subarray(at, at + blockBytes), at)
  return scan.finish()
}

/** A record begins where the one before ends, but never in the last bytes of a block that have no room for a header. */
const beginningAfter = (end: number): number => {
  const left = blockBytes - (end % blockBytes)
  return left < 7 ? end + left : end
}

describe('a log that is cut', () => {
  // So many bytes of the first block are left when the second record begins: none, a trailer, a lone header, and more.
  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])(
    'at any byte around the end of a block that has room for %s bytes: what is not whole begins where it begins',
    async (room) => {
      const firstBytes = blockBytes - room
      const valueBytes = firstBytes - overheadBytes(firstBytes)
      for (const next of [1, 40_000]) {
        const { bytes, ends } = await logOf(valueBytes, next, 10)
        expect(ends[0]).toBe(firstBytes)
        for (let boundary = blockBytes; boundary < bytes.length; boundary += blockBytes)
          for (let end = boundary - 24; end <= Math.min(boundary + 24, bytes.length); end++) {
            const complete = [0, ...ends].findLast((each) => each <= end) as number
            const begins = beginningAfter(complete)
            // A part of a block's trailer is the next record's doing too.
            const expected =
              end === complete || end === begins
                ? { type: 'clean' }
                : { type: 'unfinished', at: end < begins ? complete : begins }
            expect(verdictOf(bytes.subarray(0, end)), `${end} of ${bytes.length}, then ${next}`).toEqual(expected)
          }
      }
    },
  )

  test('at any byte around the end of a block: the store opens with all that was acknowledged, and goes on', async () => {
    const directory = join(await temporary(), 'data')
    const store = await level(directory).open(owner)
    const path = await onlyFileOf(directory, logFile)
    const sizeNow = async () => (await readFile(path)).length
    let index = 0
    const append = (length: number) => write(store, { type: 'append', entries: [entry(++index, length)] })
    await append(50)
    const before = await sizeNow()
    await append(1000)
    const overhead = (await sizeNow()) - before - 1000
    // The next record begins in the last seven bytes of the block: its first fragment is a header alone.
    await append(blockBytes - (await sizeNow()) - 7 - overhead - 2)
    const lastAt = await sizeNow()
    expect(lastAt).toBe(blockBytes - 7)
    const butLast = digestOf(await store.recover(log))
    await append(3000)
    await store.close()
    for (let end = lastAt + 1; end < blockBytes + 20; end++) {
      const copy = await copyOf(directory)
      await edit(await onlyFileOf(copy, logFile), (bytes) => bytes.subarray(0, end))
      const again = await level(copy).open(owner)
      expect(again.doubtful).toBe(false)
      const found = await again.recover(log)
      expect(digestOf(found)).toBe(butLast)
      await write(again, { type: 'append', entries: [entry(index, 60)] })
      await again.close()
      expect((await outcomeOf(copy)).code).toBe('clean')
    }
  })
})
