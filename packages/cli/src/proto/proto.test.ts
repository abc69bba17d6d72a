import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { generateCodec } from '@quorate/core/codegen'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runCaptured } from '../captured.test.fixture.js'

const schema = 'syntax = "proto3";\npackage watch.v1;\nmessage Claim {\n  uint64 epoch = 1;\n}\n'
let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'quorate-proto-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const at = (path: string): string => join(directory, path)
const put = (path: string, text: string): string => {
  mkdirSync(dirname(at(path)), { recursive: true })
  writeFileSync(at(path), text)
  return at(path)
}
const proto = (...argv: string[]) => runCaptured(['proto', ...argv])

describe('quorate proto', () => {
  test('writes a codec beside each schema, and then has nothing to do', async () => {
    const [watch, other] = [put('watch.proto', schema), put('b/two-phase.proto', schema)]
    const codec = (name: string) => generateCodec(schema, { name, importFrom: '@quorate/core' })
    expect(await proto(watch, other)).toEqual({
      code: 0,
      bytes: expect.anything(),
      out: `wrote ${at('generated/watch.ts')}\nwrote ${at('b/generated/two-phase.ts')}\n`,
      err: '',
    })
    expect(readFileSync(at('generated/watch.ts'), 'utf8')).toBe(codec('watch'))
    expect(readFileSync(at('b/generated/two-phase.ts'), 'utf8')).toBe(codec('two-phase'))
    expect(await proto(watch, other)).toMatchObject({ code: 0, out: 'all generated code is current\n' })
  })

  test('--output says where', async () => {
    await proto(put('watch.proto', schema), '--output', at('src/wire'))
    expect(readFileSync(at('src/wire/watch.ts'), 'utf8')).toContain('export interface Claim {')
  })

  test('--check writes nothing, names what is stale, and ends with 1', async () => {
    const file = put('watch.proto', schema)
    const stale = {
      code: 1,
      out: '',
      err: `${at('generated/watch.ts')} is not what ${file} says: run "quorate proto"\n`,
    }
    expect(await proto(file, '--check')).toMatchObject(stale)
    expect(() => readFileSync(at('generated/watch.ts'))).toThrow('ENOENT')
    await proto(file)
    expect(await proto(file, '--check')).toMatchObject({ code: 0, err: '' })
    put('watch.proto', schema.replace('epoch', 'round'))
    expect(await proto(file, '--check')).toMatchObject(stale)
    expect(readFileSync(at('generated/watch.ts'), 'utf8')).toContain('epoch')
  })
})

describe('what cannot become a codec is refused with its place, and nothing is written', () => {
  test.each([
    ['a mistake of syntax', 'a.proto', schema.replace('= 1', '='), /^error: \S+\/a\.proto:4: .*illegal id ';' \[/],
    ['a type that is not there', 'a.proto', schema.replace('uint64', 'Epoch'), /a\.proto: .*no such Type.*'Epoch'/],
    [
      'a type that is not supported',
      'a.proto',
      schema.replace('uint64', 'int64'),
      /a\.proto: Claim\.epoch is of type int64/,
    ],
    [
      'another version',
      'a.proto',
      schema.replace('proto3', 'proto2'),
      /a\.proto: the file does not say syntax = "proto3"/,
    ],
  ])('%s', async (_title, name, text, message) => {
    const good = put('good.proto', schema)
    const result = await proto(good, put(name, text))
    expect(result).toMatchObject({ code: 2, out: '', err: expect.stringMatching(message) })
    expect(result.err).toMatch(/\[QUORATE_UNSUPPORTED_SCHEMA\]\n$/)
    expect(result.err.split('\n')).toHaveLength(2)
    expect(() => readFileSync(at('generated/good.ts'))).toThrow('ENOENT')
  })

  test.each([
    ['2pc.proto', 'pc.proto'],
    ['my schema.proto', 'my_schema.proto'],
    ['42.proto', 'messages.proto'],
  ])('the name %j, from which no type can be named', async (name, suggestion) => {
    const { code, err } = await proto(put(name, schema))
    expect(err).toContain(`the name of schema ${JSON.stringify(name)} is no identifier`)
    expect(err).toContain(`what about ${suggestion}? [QUORATE_INVALID_IDENTIFIER]`)
    expect(code).toBe(2)
  })

  test('two schemas that would be one file', async () => {
    const argv = [put('a/watch.proto', schema), put('b/watch.proto', schema), '--output', at('out')]
    const { code, err } = await proto(...argv)
    expect(err).toMatch(/a\/watch\.proto and .*b\/watch\.proto would both become .*out\/watch\.ts/)
    expect(code).toBe(2)
  })

  test('a directory in place of a schema, a file in place of a directory', async () => {
    expect(await proto(directory)).toMatchObject({ code: 2 })
    const blocked = await proto(put('watch.proto', schema), '--output', put('taken', ''))
    expect(blocked.err).toMatch(/taken.* cannot be written: .*\[QUORATE_UNWRITABLE_FILE\]\n$/)
    expect(blocked.code).toBe(5)
  })
})
