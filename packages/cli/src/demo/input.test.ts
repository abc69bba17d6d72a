import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readInput, splitLines } from './input.js'

const directory = mkdtempSync(join(tmpdir(), 'quorate-input-'))
afterAll(() => rmSync(directory, { recursive: true }))

const fileOf = (name: string, content: string | Uint8Array): string => {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}

test.each([
  ['a\nb\n', ['a\n', 'b\n']],
  ['a\nb', ['a\n', 'b']],
  ['a\r\n\r\nb\r\n', ['a\r\n', '\r\n', 'b\r\n']],
  ['\n\n', ['\n', '\n']],
  ['\n', ['\n']],
  ['a', ['a']],
  ['', []],
])('%j is cut after its line feeds, and nothing is lost', (content, lines) => {
  expect(splitLines(Buffer.from(content)).map((line) => Buffer.from(line).toString())).toEqual(lines)
})

test('an input has the hash of the file', () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, at) => (at * 7) % 256)
  const { lines, bytes: size, sha256 } = readInput(fileOf('bytes', bytes))
  expect(Buffer.concat(lines)).toEqual(Buffer.from(bytes))
  expect(size).toBe(1000)
  expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
})

test('by default it is the lock file of the repository', () => {
  expect(readInput(undefined)).toMatchObject({ name: expect.stringMatching(/pnpm-lock\.yaml$/) })
})

test('what cannot be replicated is refused before anything is started', () => {
  const unsuitable = (message: RegExp) =>
    expect.objectContaining({ code: 'QUORATE_UNSUITABLE_INPUT', message: expect.stringMatching(message) })
  expect(() => readInput(fileOf('empty', ''))).toThrow(unsuitable(/empty is empty/))
  expect(() => readInput(fileOf('long', `short\n${'x'.repeat(300_000)}`))).toThrow(unsuitable(/300000 bytes in line 2/))
  expect(() => readInput(join(directory, 'missing'))).toThrow(
    expect.objectContaining({ code: 'QUORATE_UNREADABLE_FILE', message: expect.stringContaining('missing') }),
  )
})
