import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { UnsupportedSchemaError } from './errors.js'
import { generateCodec } from './generateCodec.js'

const everything = readFileSync(new URL('./everything.test.proto', import.meta.url), 'utf8')
const generate = (body: string): string =>
  generateCodec(`syntax = "proto3";\npackage quorate.x.v1;\n${body}`, { name: 'x', importFrom: '@quorate/core' })

describe('generated code', () => {
  it('is the same text for the same schema', async () => {
    const code = generateCodec(everything, { name: 'everything', importFrom: '../../codec/runtime.js' })
    await expect(code).toMatchFileSnapshot('./generated/everything.test.codec.ts')
  })

  it('says what writes it again', () => {
    const options = { name: 'x', importFrom: '@quorate/core' }
    const first = (more: object) =>
      generateCodec('syntax = "proto3"; package a; message A {}', { ...options, ...more }).split('\n')[0]
    expect(first({})).toBe('// Generated from x.proto by "quorate proto". Do not edit.')
    expect(first({ command: 'make' })).toBe('// Generated from x.proto by "make". Do not edit.')
  })

  it('imports only what it uses', () => {
    expect(
      generate('message A { bool b = 1; }')
        .match(/^import \{[^}]*\} from '.*'$/m)?.[0]
        .match(/\w+,/g),
    ).toEqual([
      'decodeWith,',
      'Draft,',
      'encodeWith,',
      'MalformedMessageError,',
      'MessageCodec,',
      'ProtoReader,',
      'ProtoWriter,',
      'UnencodableValueError,',
    ])
  })

  it('writes fields in the order of their numbers', () => {
    const code = generate('message A { bool late = 9; bool early = 1; }')
    expect(code.indexOf('message.early)')).toBeLessThan(code.indexOf('message.late)'))
  })

  it('has no codec of messages when nobody says any', () => {
    expect(generate('// @plain\nmessage A { string type = 1; }')).not.toMatch(/MessageCodec|@plain|readonly type: '/)
  })

  it('cannot be broken out of by a comment', () => {
    expect(generate('// a */ b\nmessage A {}')).toContain('/** a *\\/ b */')
  })
})

describe('a schema is refused', () => {
  it.each([
    ['that is not protobuf', 'message {', /cannot be read/],
    ['with a type that is not there', 'message A { B b = 1; }', /cannot be read: .*'B' in Type/],
    ['with an import', 'import "a.proto";', /a\.proto is imported/],
    ['with a service', 'message A {} service S { rpc Do(A) returns (A); }', /S is neither/],
    ['with a type inside a type', 'message A { message B {} B b = 1; }', /A holds the declaration/],
    ['with a number that may be negative', 'message A { int64 b = 1; }', /A\.b is of type int64/],
    ['with a float', 'message A { double b = 1; }', /A\.b is of type double/],
    ['with a map', 'message A { map<string, string> b = 1; }', /A\.b is a map/],
    ['with a oneof', 'message A { oneof c { bool b = 1; bool d = 2; } }', /A\.b is part of a oneof/],
    ['with an unpacked list', 'message A { repeated uint32 b = 1 [packed = false]; }', /A\.b is not packed/],
    ['with a field in another case', 'message A { bool B_c = 1; }', /is not named in snake_case/],
    ['with a said message that has a field type', 'message A { string type = 1; }', /A\.type has the name/],
    [
      'with a message that always holds its own kind',
      'message A { B b = 1; } message B { A a = 1; }',
      /A > B > A never ends/,
    ],
    ['with an enum that does not begin with 0', 'enum E { E_A = 1; } message A { E e = 1; }', /E /],
    ['with an enum value without its prefix', 'enum E { A = 0; }', /E\.A does not begin with E_/],
    ['with a negative enum value', 'enum E { E_A = 0; E_B = -1; }', /E\.E_B is negative/],
    ['with an alias', 'enum E { option allow_alias = true; E_A = 0; E_B = 0; }', /E uses a number twice/],
  ])('%s', (_what, body, expected) => {
    expect(() => generate(body)).toThrow(UnsupportedSchemaError)
    expect(() => generate(body)).toThrow(expected)
  })

  it('that is not proto3, or names no package', () => {
    const options = { name: 'x', importFrom: '@quorate/core' }
    expect(() => generateCodec('syntax = "proto2"; package a;', options)).toThrow(/does not say syntax = "proto3"/)
    expect(() => generateCodec('syntax = "proto3"; message A {}', options)).toThrow(/names no package/)
  })
})
