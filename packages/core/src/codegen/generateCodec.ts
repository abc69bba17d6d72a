import { messageCode } from './messageCode.js'
import { type EnumSchema, readSchema, type Schema } from './schema.js'
import { documented, pascalCase } from './text.js'

/** Where the generated code comes from and what it stands on. */
export interface CodecOptions {
  /** Name of the protocol, e.g. `raft`: the union of its messages becomes `RaftMessage`. */
  readonly name: string
  /** The module that exports the readers and writers, e.g. `@quorate/core`. */
  readonly importFrom: string
  /** What writes the module again, named in its first line. @default 'quorate proto' */
  readonly command?: string
}

/**
 * Turns the text of a `.proto` into the text of a TypeScript module: for each message an interface of plain readonly
 * fields, `encodeX` and `decodeX`, and for all that actors say to each other `messages`, a {@link MessageCodec}.
 *
 * A message is said unless another message of the file holds it or its comment has a line `@plain`; one that is said
 * gets `type`, its name. Supported: proto3; uint32, uint64 (as safe integers), bool, string, bytes, enums (as unions of
 * camelCase literals without the prefix), messages; `repeated` and `optional`.
 * @throws {@link UnsupportedSchemaError} `QUORATE_UNSUPPORTED_SCHEMA` for anything else.
 */
export function generateCodec(protoText: string, options: CodecOptions): string {
  const { name, importFrom, command = 'quorate proto' } = options
  const schema = readSchema(protoText)
  const parts = [
    ...schema.enums.map(enumCode),
    ...schema.messages.map(messageCode),
    ...(schema.messages.some(({ said }) => said) ? [codecCode(name, schema)] : []),
  ]
  const body = parts.join('\n')
  const origin = `// Generated from ${name}.proto by "${command}". Do not edit.`
  return [origin, importCode(body, importFrom), '', body].join('\n')
}

/** Only what is used, in the order of the linter. */
function importCode(body: string, importFrom: string): string {
  const values = ['decodeWith', 'encodeWith', 'MalformedMessageError', 'noBytes', 'UnencodableValueError']
  const types = ['Draft', 'MessageCodec', 'ProtoReader', 'ProtoWriter']
  const used = (names: readonly string[]): string[] => names.filter((name) => new RegExp(`\\b${name}\\b`).test(body))
  const names = [...used(values), ...used(types).map((name) => `type ${name}`)]
  const bare = (name: string): string => name.replace('type ', '').toLowerCase()
  const sorted = names.sort((a, b) => (bare(a) < bare(b) ? -1 : 1))
  return ['import {', ...sorted.map((name) => `  ${name},`), `} from '${importFrom}'`].join('\n')
}

function enumCode({ name, comment, values }: EnumSchema): string {
  const described = values.filter((value) => value.comment).map((value) => `\`${value.literal}\`: ${value.comment}`)
  const literals = values.map(({ literal }) => `'${literal}'`)
  return [
    ...documented([comment, ...described].filter(Boolean).join('\n')),
    `export type ${name} = ${literals.join(' | ')}`,
    '',
    `function read${name}(reader: ProtoReader): ${name} {`,
    '  const number = reader.uint64()',
    '  switch (number) {',
    ...values.flatMap(({ number, literal }) => [`    case ${number}:`, `      return '${literal}'`]),
    '    default:',
    `      throw new MalformedMessageError(\`malformed message: ${name} \${number} is unknown; drop it, and see who sends it\`)`,
    '  }',
    '}',
    '',
    `function write${name}(writer: ProtoWriter, value: ${name}): void {`,
    '  switch (value) {',
    ...values.flatMap(({ number, literal }) => [
      `    case '${literal}':`,
      `      writer.uint32(${number})`,
      '      return',
    ]),
    '    default:',
    `      throw new UnencodableValueError('one of ${values.map(({ literal }) => literal).join(', ')}', value)`,
    '  }',
    '}',
    '',
  ].join('\n')
}

function codecCode(name: string, { messages }: Schema): string {
  const said = messages.filter((message) => message.said).map((message) => message.name)
  const union = `${pascalCase(name)}Message`
  return [
    `/** All messages of ${name}.proto that actors say to each other. */`,
    `export type ${union} =`,
    ...said.map((message) => `  | ${message}`),
    '',
    '/** How they become bytes, and bytes become messages. */',
    `export const messages: MessageCodec<${union}> = {`,
    '  types: [',
    ...said.map((message) => `    '${message}',`),
    '  ],',
    '  encode(message) {',
    '    switch (message.type) {',
    ...said.flatMap((message) => [`      case '${message}':`, `        return encode${message}(message)`]),
    '      default:',
    `        throw new UnencodableValueError('a message of ${name}.proto', (message as { readonly type: unknown }).type)`,
    '    }',
    '  },',
    '  decode(type, bytes) {',
    '    switch (type) {',
    ...said.flatMap((message) => [`      case '${message}':`, `        return decode${message}(bytes)`]),
    '      default:',
    `        throw new MalformedMessageError(\`\${JSON.stringify(type)} is no message of ${name}.proto; drop it, and see who sends it\`)`,
    '    }',
    '  },',
    '}',
    '',
  ].join('\n')
}
