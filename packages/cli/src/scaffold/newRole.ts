import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { generateCodec } from '@quorate/core/codegen'
import { FileExistsError, UnwritableFileError } from '../errors.js'
import { type Io, printLine } from '../io.js'
import { makeDirectory } from '../makeDirectory.js'
import { namesOf } from './identifier.js'

export interface NewRoleSettings {
  /** Where the files go. @default a folder of the role's name, where the project keeps its roles */
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
  const { directory = join(rolesDirectory(), small) } = settings
  const files = filesOf(small, capital).map(({ path, text }) => ({ path: join(directory, path), text }))
  const taken = files.find(({ path }) => existsSync(path))
  if (taken) throw new FileExistsError(taken.path)
  for (const { path, text } of files) {
    write(path, text)
    printLine(io, `wrote ${path}`)
  }
  printLine(io, nextSteps(small, directory))
}

/** A project may say in its `package.json` where its roles lie: `"quorate": { "roles": "src/roles" }`. */
const rolesDirectory = (): string => {
  try {
    const { quorate } = JSON.parse(readFileSync('package.json', 'utf8')) as { quorate?: { roles?: unknown } }
    return typeof quorate?.roles === 'string' ? quorate.roles : ''
  } catch {
    // No project, or one that says nothing.
    return ''
  }
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
    makeDirectory(dirname(path))
    // One that appeared meanwhile is not written over either.
    writeFileSync(path, text, { flag: 'wx' })
  } catch (cause) {
    throw new UnwritableFileError(path, cause)
  }
}

const nextSteps = (small: string, directory: string): string =>
  [
    '',
    'Next:',
    `  quorate up ${join(directory, 'topology.ts')}`,
    `  quorate status --cluster ${small}`,
    ...missingPackages(directory),
    `  npx vitest run ${directory}`,
    `and then make it yours: ${join(directory, 'README.md')} says what is where.`,
  ].join('\n')

/** `up` brings what a role needs; its tests and the compiler want it installed. */
const missingPackages = (directory: string): string[] => {
  const missing = ['@quorate/core', '@quorate/host', 'vitest'].filter((name) => !isInstalled(name, directory))
  return missing.length > 0 ? [`  npm install --save-dev ${missing.join(' ')}`] : []
}

/** As modules are looked for, from a directory up to the root. `require.resolve` would also find what NODE_PATH names. */
const isInstalled = (name: string, directory: string): boolean => {
  const from = resolve(directory)
  if (existsSync(join(from, 'node_modules', name))) return true
  return dirname(from) !== from && isInstalled(name, dirname(from))
}
