import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { generateCodec } from '@quorate/core/codegen'
import { FileExistsError, UnwritableFileError } from '../errors.js'
import { type Io, printLine } from '../io.js'
import { namesOf } from './identifier.js'

export interface NewRoleSettings {
  /** Where the files go. @default a folder of the role's name */
  readonly directory?: string
}

interface ScaffoldedFile {
  /** Within the directory. */
  readonly path: string
  readonly text: string
}

/** Shipped as they are, so they lie in `src` whether this file was compiled or not. */
const templates = new URL('../../src/scaffold/role/', import.meta.url)

/** Writes a role that runs and is tested, to be changed into one's own. Writes nothing over. */
export const newRole = (io: Io, name: string, settings: NewRoleSettings): void => {
  const { small, capital } = namesOf(name)
  const { directory = small } = settings
  const files = filesOf(small, capital).map(({ path, text }) => ({ path: join(directory, path), text }))
  const taken = files.find(({ path }) => existsSync(path))
  if (taken) throw new FileExistsError(taken.path)
  for (const { path, text } of files) {
    write(path, text)
    printLine(io, `wrote ${path}`)
  }
  printLine(io, nextSteps(small, directory))
}

const filesOf = (small: string, capital: string): ScaffoldedFile[] => {
  const written = readdirSync(templates)
    .sort()
    .map((template) => ({
      path: template
        .replace(/\.txt$/, '')
        .replace('.tests.', '.test.')
        .replace('role.proto', `${small}.proto`),
      text: readFileSync(new URL(template, templates), 'utf8')
        .replaceAll('__name__', small)
        .replaceAll('__Name__', capital),
    }))
  const schema = written.find(({ path }) => path.endsWith('.proto'))?.text ?? ''
  const codec = generateCodec(schema, { name: small, importFrom: '@quorate/core' })
  return [...written, { path: join('generated', `${small}.ts`), text: codec }]
}

const write = (path: string, text: string): void => {
  try {
    mkdirSync(dirname(path), { recursive: true })
    // One that appeared meanwhile is not written over either.
    writeFileSync(path, text, { flag: 'wx' })
  } catch (cause) {
    throw new UnwritableFileError(path, cause)
  }
}

const nextSteps = (small: string, directory: string): string => `
Next:
  quorate up ${join(directory, 'topology.ts')}
  quorate status --cluster ${small}
  npx vitest run ${directory}
and then make it yours: ${join(directory, 'README.md')} says what is where.`
