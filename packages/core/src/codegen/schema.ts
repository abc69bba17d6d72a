import protobuf from 'protobufjs'
import { UnsupportedSchemaError } from './errors.js'

/** Kinds of value that are no message and no enum. */
export const scalars = ['uint32', 'uint64', 'bool', 'string', 'bytes'] as const

export type Scalar = (typeof scalars)[number]

export type FieldType =
  | { readonly is: 'scalar'; readonly name: Scalar }
  | { readonly is: 'enum'; readonly of: EnumSchema }
  | { readonly is: 'message'; readonly name: string }

export interface FieldSchema {
  /** In TypeScript, camelCase. */
  readonly name: string
  readonly id: number
  readonly comment: string
  readonly type: FieldType
  readonly presence: 'always' | 'optional' | 'repeated'
}

export interface MessageSchema {
  readonly name: string
  readonly comment: string
  readonly fields: readonly FieldSchema[]
  /** True if actors say it to each other: it has a `type`. */
  readonly said: boolean
}

export interface EnumSchema {
  readonly name: string
  readonly comment: string
  /** Number and literal, in the order of the schema; the first is 0. */
  readonly values: readonly { readonly number: number; readonly literal: string; readonly comment: string }[]
}

/** One `.proto`, as far as it concerns the code that is made of it. */
export interface Schema {
  readonly enums: readonly EnumSchema[]
  readonly messages: readonly MessageSchema[]
}

/** In the comment of a message: nobody says it, although no other message holds it. */
const plainMark = /^@plain$/m

/**
 * Reads a `.proto`: one file, proto3, messages and enums side by side.
 * @throws {@link UnsupportedSchemaError} `QUORATE_UNSUPPORTED_SCHEMA`
 */
export function readSchema(text: string): Schema {
  const file = parse(text)
  const enums = new Map<string, EnumSchema>()
  const types: protobuf.Type[] = []
  for (const item of file.nestedArray) {
    if (item instanceof protobuf.Enum) enums.set(item.name, readEnum(item))
    else if (item instanceof protobuf.Type) types.push(item)
    else throw unsupported(item.name, 'is neither a message nor an enum')
  }
  const names = new Set(types.map((type) => type.name))
  const fieldsOf = new Map(types.map((type) => [type.name, readFields(type, enums, names)]))
  const held = new Set([...fieldsOf.values()].flat().map(({ type }) => (type.is === 'message' ? type.name : undefined)))
  const messages = types.map((type) => {
    const comment = commentOf(type.comment)
    const said = !held.has(type.name) && !plainMark.test(comment)
    const fields = fieldsOf.get(type.name) ?? []
    if (said && fields.some(({ name }) => name === 'type')) {
      throw unsupported(
        `${type.name}.type`,
        'has the name that says which message it is; rename it, or mark the message @plain',
      )
    }
    return { name: type.name, comment: comment.replace(plainMark, '').trim(), fields, said }
  })
  for (const { name } of messages) checkEnds(name, fieldsOf, [])
  return { enums: [...enums.values()], messages }
}

function parse(text: string): protobuf.NamespaceBase {
  if (!/^\s*syntax\s*=\s*["']proto3["']\s*;/m.test(text))
    throw unsupported('the file', 'does not say syntax = "proto3"')
  try {
    const { root, package: name, imports } = protobuf.parse(text, { alternateCommentMode: true })
    if (imports?.length) throw unsupported(imports.join(', '), 'is imported; a protocol is one file')
    if (!name) throw unsupported('the file', 'names no package')
    root.resolveAll()
    return root.lookup(name) as protobuf.NamespaceBase
  } catch (cause) {
    if (cause instanceof UnsupportedSchemaError) throw cause
    throw new UnsupportedSchemaError(`the schema cannot be read: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    })
  }
}

function readFields(
  type: protobuf.Type,
  enums: ReadonlyMap<string, EnumSchema>,
  names: ReadonlySet<string>,
): FieldSchema[] {
  if (type.nestedArray.length > 0)
    throw unsupported(type.name, 'holds the declaration of another type; declare it beside')
  return [...type.fieldsArray]
    .sort((a, b) => a.id - b.id)
    .map((field) => {
      const place = `${type.name}.${field.name}`
      if (!/^[a-z][A-Za-z0-9]*$/.test(field.name)) throw unsupported(place, 'is not named in snake_case')
      const optional = field.options?.proto3_optional === true
      if (field.map) throw unsupported(place, 'is a map; use a repeated message')
      if (field.partOf && !optional) throw unsupported(place, 'is part of a oneof; use optional fields')
      if (field.repeated && field.packed === false && isPackable(field)) throw unsupported(place, 'is not packed')
      return {
        name: field.name,
        id: field.id,
        comment: commentOf(field.comment),
        type: typeOf(field, place, enums, names),
        presence: field.repeated ? 'repeated' : optional ? 'optional' : 'always',
      }
    })
}

function typeOf(
  field: protobuf.Field,
  place: string,
  enums: ReadonlyMap<string, EnumSchema>,
  names: ReadonlySet<string>,
): FieldType {
  const { resolvedType, type } = field
  if (resolvedType) {
    const of = enums.get(resolvedType.name)
    if (of) return { is: 'enum', of }
    if (names.has(resolvedType.name)) return { is: 'message', name: resolvedType.name }
  }
  const name = scalars.find((scalar) => scalar === type)
  if (!name) throw unsupported(place, `is of type ${type}; use a message, an enum or one of ${scalars.join(', ')}`)
  return { is: 'scalar', name }
}

const isPackable = ({ type, resolvedType }: protobuf.Field): boolean =>
  type === 'uint32' || type === 'uint64' || type === 'bool' || resolvedType instanceof protobuf.Enum

/** `ENTRY_KIND_OPEN_SESSION` of `EntryKind` becomes `openSession`. */
function readEnum(type: protobuf.Enum): EnumSchema {
  const prefix = `${type.name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toUpperCase()}_`
  const values = Object.entries(type.values).map(([name, number]) => {
    if (!name.startsWith(prefix)) throw unsupported(`${type.name}.${name}`, `does not begin with ${prefix}`)
    if (number < 0) throw unsupported(`${type.name}.${name}`, 'is negative')
    const literal = name
      .slice(prefix.length)
      .toLowerCase()
      .replace(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase())
    return { number, literal, comment: commentOf(type.comments[name]) }
  })
  if (values[0]?.number !== 0) throw unsupported(type.name, 'does not begin with 0')
  if (new Set(values.map(({ number }) => number)).size < values.length)
    throw unsupported(type.name, 'uses a number twice')
  return { name: type.name, comment: commentOf(type.comment), values }
}

/** A message that always holds one of its own kind would never end. */
function checkEnds(name: string, fieldsOf: ReadonlyMap<string, readonly FieldSchema[]>, path: readonly string[]): void {
  if (path.includes(name)) throw unsupported([...path, name].join(' > '), 'never ends; make one of the fields optional')
  for (const { type, presence } of fieldsOf.get(name) ?? []) {
    if (type.is === 'message' && presence === 'always') checkEnds(type.name, fieldsOf, [...path, name])
  }
}

const commentOf = (comment: string | null | undefined): string => comment?.trim() ?? ''

const unsupported = (what: string, why: string): UnsupportedSchemaError => new UnsupportedSchemaError(`${what} ${why}`)
