import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import protobuf from 'protobufjs'
import { describe, expect, it } from 'vitest'
import { MalformedMessageError } from '../errors/errors.js'

/**
 * Every schema of the workspace, and the one with everything: the generated code against protobufjs's own reflection, in
 * both directions, and against bytes that are no message.
 */
type Value = Record<string, unknown>
type Generated = Record<string, (value: never) => unknown>

/** `pnpm test:long` looks longer. */
const effort = process.env.QUORATE_LONG ? 10 : 1

const here = fileURLToPath(new URL('.', import.meta.url))
const packages = fileURLToPath(new URL('../../../', import.meta.url))

const schemas = [
  {
    file: 'everything.test.proto',
    proto: `${here}everything.test.proto`,
    code: `${here}generated/everything.test.codec.ts`,
  },
  ...readdirSync(packages).flatMap((name) => {
    const folder = `${packages}${name}/proto/`
    return (existsSync(folder) ? readdirSync(folder) : []).map((file) => ({
      file,
      proto: folder + file,
      code: `${packages}${name}/src/generated/${basename(file, '.proto')}.ts`,
    }))
  }),
]

const literalOf = (type: protobuf.Enum, name: string): string =>
  name
    .slice(type.name.replace(/\B[A-Z]/g, '_$&').length + 1)
    .toLowerCase()
    .replace(/_./g, (found) => found.slice(1).toUpperCase())

const edges = [0, 1, 127, 128, 16_383, 16_384, 2 ** 28 - 1, 2 ** 28, 2 ** 31, 2 ** 32 - 1]
const wideEdges = [...edges, 2 ** 32, 2 ** 35, 2 ** 49 - 1, 2 ** 49, Number.MAX_SAFE_INTEGER]
const scalars: Record<string, fc.Arbitrary<unknown>> = {
  uint32: fc.oneof(fc.constantFrom(...edges), fc.nat()),
  uint64: fc.oneof(fc.constantFrom(...wideEdges), fc.maxSafeNat()),
  bool: fc.boolean(),
  string: fc.oneof(fc.string({ unit: 'binary', maxLength: 100 }), fc.constant('\ufeffx')),
  bytes: fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ minLength: 120, maxLength: 300 })),
}

/** Messages as roles see them, but for `type`, made from what protobufjs understood of the schema. */
const arbitrary = (type: protobuf.Type, depth = 0): fc.Arbitrary<Value> => {
  const always: Record<string, fc.Arbitrary<unknown>> = {}
  const maybe: Record<string, fc.Arbitrary<unknown>> = {}
  for (const field of type.fieldsArray) {
    const of = field.resolvedType
    const deepest = of instanceof protobuf.Type && depth > 2
    if (deepest && field.options?.proto3_optional) continue
    const one =
      of instanceof protobuf.Enum
        ? fc.constantFrom(...Object.keys(of.values).map((name) => literalOf(of, name)))
        : of instanceof protobuf.Type
          ? deepest
            ? fc.constant({})
            : arbitrary(of, depth + 1)
          : (scalars[field.type] ?? fc.constant(undefined))
    const value = field.repeated ? fc.array(one, { maxLength: deepest ? 0 : 4 }) : one
    if (field.options?.proto3_optional) maybe[field.name] = value
    else always[field.name] = value
  }
  return fc
    .tuple(fc.record(always), fc.record(maybe, { requiredKeys: [] }))
    .map(([certain, possible]) => ({ ...certain, ...possible }))
}

/** The same with the literals of enums turned into the names, or back. */
const translated = (type: protobuf.Type, value: Value, toNames: boolean): Value =>
  Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const field = type.fields[name]
      const of = field?.resolvedType
      const one = (each: unknown): unknown => {
        if (of instanceof protobuf.Type) return translated(of, each as Value, toNames)
        if (!(of instanceof protobuf.Enum)) return each instanceof Uint8Array ? Uint8Array.from(each) : each
        return toNames
          ? Object.keys(of.values).find((key) => literalOf(of, key) === each)
          : literalOf(of, each as string)
      }
      return [name, field?.repeated ? (item as unknown[]).map(one) : one(item)]
    }),
  )

/** Bytes that look like fields: more of them get past the first tag than of random ones. */
const fieldLike = fc
  .array(fc.tuple(fc.nat(300), fc.uint8Array({ maxLength: 12 })), { maxLength: 12 })
  .map((fields) =>
    Uint8Array.from(fields.flatMap(([tag, bytes]) => [tag & 127, ...(tag > 150 ? [bytes.length] : []), ...bytes])),
  )

const unknownFields = fc.constantFrom(
  [],
  [0xa0, 0xff, 0x03, 0x80, 0x01],
  [0xa2, 0xff, 0x03, 0x02, 0xff, 0xff],
  [0xa1, 0xff, 0x03, 1, 2, 3, 4, 5, 6, 7, 8],
  [0xa5, 0xff, 0x03, 1, 2, 3, 4],
  [0xa3, 0xff, 0x03, 0x08, 0x01, 0xa4, 0xff, 0x03],
)

const decodesOrSaysSo = (decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array): void => {
  try {
    decode(bytes)
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedMessageError)
  }
}

describe.each(schemas)('$file', async ({ proto, code }) => {
  const { root, package: name } = protobuf.parse(readFileSync(proto, 'utf8'))
  root.resolveAll()
  const generated = (await import(/* @vite-ignore */ code)) as Generated
  const types = (root.lookup(name ?? '') as protobuf.Namespace).nestedArray.filter(
    (item) => item instanceof protobuf.Type,
  )

  it.each(types.map((type) => [type.name, type] as const))('%s', (_name, type) => {
    const encode = generated[`encode${type.name}`] as unknown as (message: Value) => Uint8Array
    const decode = generated[`decode${type.name}`] as unknown as (bytes: Uint8Array) => Value
    const withType = (value: Value): Value =>
      'type' in empty && !type.fields.type ? { type: type.name, ...value } : value
    const empty = decode(new Uint8Array())

    fc.assert(
      fc.property(arbitrary(type), unknownFields, (value, unknown) => {
        const ours = encode(withType(value))
        expect(decode(ours)).toEqual(withType(value))
        expect(decode(Uint8Array.from([...unknown, ...ours, ...unknown]))).toEqual(withType(value))

        const read = type.toObject(type.decode(ours), { longs: Number, enums: String, defaults: true, arrays: true })
        expect(translated(type, read, false)).toMatchObject(value)

        const theirs = type.encode(type.fromObject(translated(type, value, true))).finish()
        expect(decode(theirs)).toEqual(withType(value))
        const names = Object.keys(decode(theirs))
        expect(names.slice(0, Object.keys(empty).length)).toEqual(Object.keys(empty))
      }),
      { numRuns: 60 * effort },
    )

    fc.assert(
      fc.property(arbitrary(type), fc.nat(), fc.nat(7), (value, at, bit) => {
        const bytes = encode(withType(value))
        decodesOrSaysSo(decode, bytes.subarray(0, at % (bytes.length + 1)))
        const flipped = bytes.slice()
        if (flipped.length > 0) flipped[at % flipped.length]! ^= 1 << bit
        decodesOrSaysSo(decode, flipped)
      }),
      { numRuns: 80 * effort },
    )

    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), fieldLike), (bytes) => decodesOrSaysSo(decode, bytes)),
      { numRuns: 200 * effort },
    )
  })
})
