import type { FieldSchema, FieldType, MessageSchema } from './schema.js'
import { documented } from './text.js'

/** The interface of a message, and what reads and writes it. */
export function messageCode(message: MessageSchema): string {
  return [interfaceCode(message), emptyCode(message), readCode(message), writeCode(message), exportsCode(message)].join(
    '\n',
  )
}

function interfaceCode({ name, comment, fields, said }: MessageSchema): string {
  const lines = fields.flatMap((field) => {
    const typed = field.presence === 'repeated' ? `readonly ${typeScript(field.type)}[]` : typeScript(field.type)
    const mark = field.presence === 'optional' ? '?' : ''
    return [...documented(field.comment, '  '), `  readonly ${field.name}${mark}: ${typed}`]
  })
  const type = said ? [`  readonly type: '${name}'`] : []
  return [...documented(comment), `export interface ${name} {`, ...type, ...lines, '}', ''].join('\n')
}

/** All fields in one order, whatever the wire's: every message of a kind has one shape. */
function emptyCode({ name, fields, said }: MessageSchema): string {
  const always = fields.filter(({ presence }) => presence !== 'optional')
  return [
    `function empty${name}(): Draft<${name}> {`,
    '  return {',
    ...(said ? [`    type: '${name}',`] : []),
    ...always.map((field) => `    ${field.name}: ${emptyValue(field)},`),
    '  }',
    '}',
    '',
  ].join('\n')
}

function readCode({ name, fields }: MessageSchema): string {
  return [
    `function read${name}(reader: ProtoReader): ${name} {`,
    `  const message = empty${name}()`,
    '  while (reader.hasMore()) {',
    '    const tag = reader.tag()',
    '    switch (tag) {',
    ...fields.flatMap(readCase),
    '      default:',
    '        reader.skip(tag)',
    '    }',
    '  }',
    '  return message',
    '}',
    '',
  ].join('\n')
}

function readCase({ name, id, type, presence }: FieldSchema): string[] {
  const one = `      case ${tagOf(id, wireType(type))}:`
  if (presence !== 'repeated') return [one, `        message.${name} = ${reads(type, 'reader')}`, '        break']
  const single = [one, `        message.${name}.push(${reads(type, 'reader')})`, '        break']
  if (wireType(type) === delimited) return single
  return [
    `      case ${tagOf(id, delimited)}:`,
    `        reader.message((list) => {`,
    `          while (list.hasMore()) message.${name}.push(${reads(type, 'list')})`,
    '        })',
    '        break',
    ...single,
  ]
}

function writeCode({ name, fields }: MessageSchema): string {
  const [writer, message] = fields.length === 0 ? ['_writer', '_message'] : ['writer', 'message']
  return [
    `function write${name}(${writer}: ProtoWriter, ${message}: ${name}): void {`,
    ...fields.flatMap((field) => writeField(field).map((line) => `  ${line}`)),
    '}',
    '',
  ].join('\n')
}

function writeField({ name, id, type, presence }: FieldSchema): string[] {
  const value = `message.${name}`
  const one = (of: string): string => writes(type, `writer.tag(${tagOf(id, wireType(type))})`, of)
  if (presence === 'optional') return [`if (${value} !== undefined) ${one(value)}`]
  if (presence === 'always') {
    if (type.is === 'message') return [one(value)]
    const filled =
      type.is === 'scalar' && type.name === 'bytes' ? `${value}.length !== 0` : `${value} !== ${emptyOf(type)}`
    return [`if (${filled}) ${one(value)}`]
  }
  if (wireType(type) === delimited) return [`for (const item of ${value}) ${one('item')}`]
  return [
    `if (${value}.length !== 0) {`,
    `  writer.tag(${tagOf(id, delimited)}).message((list, items) => {`,
    `    for (const item of items) ${writes(type, 'list', 'item')}`,
    `  }, ${value})`,
    '}',
  ]
}

function exportsCode({ name }: MessageSchema): string {
  return [
    `/** @throws \`QUORATE_UNENCODABLE_VALUE\` */`,
    `export function encode${name}(message: ${name}): Uint8Array {`,
    `  return encodeWith(write${name}, message)`,
    '}',
    '',
    `/** @throws \`QUORATE_MALFORMED_MESSAGE\` */`,
    `export function decode${name}(bytes: Uint8Array): ${name} {`,
    `  return decodeWith(read${name}, bytes)`,
    '}',
    '',
  ].join('\n')
}

const varint = 0
const delimited = 2

const tagOf = (id: number, wire: number): number => id * 8 + wire

const wireType = (type: FieldType): number =>
  type.is === 'message' || (type.is === 'scalar' && (type.name === 'string' || type.name === 'bytes'))
    ? delimited
    : varint

function typeScript(type: FieldType): string {
  if (type.is === 'enum') return type.of.name
  if (type.is === 'message') return type.name
  return { uint32: 'number', uint64: 'number', bool: 'boolean', string: 'string', bytes: 'Uint8Array' }[type.name]
}

const emptyValue = ({ type, presence }: FieldSchema): string => (presence === 'repeated' ? '[]' : emptyOf(type))

function emptyOf(type: FieldType): string {
  if (type.is === 'enum') return `'${type.of.values[0]?.literal}'`
  if (type.is === 'message') return `empty${type.name}()`
  return { uint32: '0', uint64: '0', bool: 'false', string: `''`, bytes: 'noBytes' }[type.name]
}

function reads(type: FieldType, reader: string): string {
  if (type.is === 'enum') return `read${type.of.name}(${reader})`
  return type.is === 'message' ? `${reader}.message(read${type.name})` : `${reader}.${type.name}()`
}

function writes(type: FieldType, writer: string, value: string): string {
  if (type.is === 'enum') return `write${type.of.name}(${writer}, ${value})`
  return type.is === 'message' ? `${writer}.message(write${type.name}, ${value})` : `${writer}.${type.name}(${value})`
}
