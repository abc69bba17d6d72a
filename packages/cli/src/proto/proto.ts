import { readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { InvalidConfigurationError, QuorateError } from '@quorate/core'
import { generateCodec } from '@quorate/core/codegen'
import { InvalidIdentifierError, UnreadableFileError, UnwritableFileError } from '../errors.js'
import { exitCodes } from '../exitCodes.js'
import { type Io, printLine, printNote } from '../io.js'
import { isQuorateError } from '../isQuorateError.js'
import { makeDirectory } from '../makeDirectory.js'

export interface ProtoSettings {
  /** Write nothing; end with 1 when something would be written. */
  readonly check?: boolean
  /** Where the codecs go. @default a folder `generated` beside each schema */
  readonly output?: string
}

/** A schema, the module that it becomes, and what that module should hold. */
interface Codec {
  readonly schema: string
  readonly module: string
  readonly wanted: string
}

/** Writes the codecs of schemas, or looks whether they are current. Either all of them can be made or none is written. */
export const proto = (io: Io, files: readonly string[], { check = false, output }: ProtoSettings): void => {
  const codecs = files.map((file) => codecOf(file, output))
  checkDistinct(codecs)
  const stale = codecs.filter(({ module, wanted }) => held(module) !== wanted)
  if (stale.length === 0) return printLine(io, 'all generated code is current')
  for (const { schema, module, wanted } of stale) {
    if (check) printNote(io, `${module} is not what ${schema} says: run "quorate proto"`)
    else {
      write(module, wanted)
      printLine(io, `wrote ${module}`)
    }
  }
  if (check) io.exitCode = exitCodes.failure
}

const codecOf = (schema: string, output = join(dirname(schema), 'generated')): Codec => {
  const name = basename(schema).replace(/\.proto$/, '')
  if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(name)) {
    const expected = 'a letter, then letters, digits, _ or -, for its types are named after it'
    throw new InvalidIdentifierError('the name of schema', basename(schema), expected, `${usable(name)}.proto`)
  }
  const text = read(schema)
  try {
    const wanted = generateCodec(text, { name, importFrom: '@quorate/core' })
    return { schema, module: join(output, `${name}.ts`), wanted }
  } catch (cause) {
    if (!isQuorateError(cause)) throw cause
    throw new QuorateError(cause.code, placed(schema, cause.message), { cause })
  }
}

/** As compilers say it: the parser knows the line of a mistake, the rules on top of it know the field. */
const placed = (schema: string, message: string): string => {
  const line = /^(.*) \(line (\d+)\)$/s.exec(message)
  return line ? `${schema}:${line[2]}: ${line[1]}` : `${schema}: ${message}`
}

const usable = (name: string): string => {
  const kept = name.replace(/[^A-Za-z0-9_-]+/g, '_').replace(/^[^A-Za-z]+/, '')
  return kept === '' ? 'messages' : kept
}

const checkDistinct = (codecs: readonly Codec[]): void => {
  for (const [at, { schema, module }] of codecs.entries()) {
    const other = codecs.slice(0, at).find((codec) => resolve(codec.module) === resolve(module))
    if (other) {
      throw new InvalidConfigurationError(
        `${other.schema} and ${schema} would both become ${module}: name each once, or run the command for each`,
      )
    }
  }
}

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new UnreadableFileError('schema', path, cause)
  }
}

const held = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // What cannot be read is not there, or writing it will say why.
    return undefined
  }
}

const write = (path: string, text: string): void => {
  try {
    makeDirectory(dirname(path))
    writeFileSync(path, text)
  } catch (cause) {
    throw new UnwritableFileError(path, cause)
  }
}
