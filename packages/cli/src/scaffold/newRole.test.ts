import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runCaptured } from '../captured.test.fixture.js'
import { nameLengthMax, namesOf } from './identifier.js'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'quorate-new-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const newRole = (name: string, ...argv: string[]) => runCaptured(['new', 'role', name, ...argv])
const filesIn = (path: string): string[] => (readdirSync(path, { recursive: true }) as string[]).sort()

describe('quorate new role', () => {
  test('writes a role with all that belongs to it, under its name, and says what to do next', async () => {
    const folder = join(directory, 'office')
    const { code, out, err } = await newRole('TicketOffice', '--directory', folder)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const files = [
      'README.md',
      'generated/ticketOffice.ts',
      'group.ts',
      'role.test.ts',
      'role.ts',
      'ticketOffice.proto',
      'topology.ts',
    ]
    expect(filesIn(folder)).toEqual(['generated', ...files].sort())
    for (const file of files) {
      expect(out).toContain(`wrote ${join(folder, file)}\n`)
      expect(readFileSync(join(folder, file), 'utf8')).not.toContain('__')
    }
    expect(readFileSync(join(folder, 'group.ts'), 'utf8')).toContain('export function ticketOfficeGroup(')
    expect(out).toContain(`quorate up ${join(folder, 'topology.ts')}\n`)
  })

  test('its codec is current', async () => {
    await newRole('witness', '--directory', directory)
    expect(await runCaptured(['proto', join(directory, 'witness.proto'), '--check'])).toMatchObject({ code: 0 })
  })

  test('goes to a folder of its name, in the working directory', async () => {
    const before = process.cwd()
    const { out } = await inDirectory(directory, () => newRole('Witness'))
    expect(out).toContain(`wrote ${join('witness', 'role.ts')}\n`)
    expect(existsSync(join(directory, 'witness', 'role.ts'))).toBe(true)
    expect(process.cwd()).toBe(before)
  })

  test.each([
    ['where the project keeps its roles', '{ "quorate": { "roles": "src/roles" } }', 'src/roles/witness'],
    ['here, when the project says nothing', '{}', 'witness'],
    ['here, when the project says nothing that makes sense', '{ "quorate": { "roles": 3 } }', 'witness'],
  ])('goes to a folder of its name %s', async (_title, manifest, folder) => {
    writeFileSync(join(directory, 'package.json'), manifest)
    const { out } = await inDirectory(directory, () => newRole('Witness'))
    expect(out).toContain(`wrote ${join(folder, 'role.ts')}\n`)
  })

  test('says what has to be installed for its tests, where that is missing', async () => {
    expect((await newRole('witness', '--directory', join(directory, 'a'))).out).toContain(
      'npm install --save-dev @quorate/core @quorate/host vitest\n',
    )
    const packages = ['@quorate/core', '@quorate/host', 'vitest']
    for (const name of packages) {
      mkdirSync(join(directory, 'node_modules', name), { recursive: true })
      writeFileSync(join(directory, 'node_modules', name, 'index.js'), '')
    }
    expect((await newRole('witness', '--directory', join(directory, 'b'))).out).not.toContain('npm install')
  })

  test('writes nothing over, and then nothing at all', async () => {
    writeFileSync(join(directory, 'topology.ts'), 'mine')
    const { code, out, err } = await newRole('witness', '--directory', directory)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/topology\.ts is there already, and nothing was written.*\[QUORATE_FILE_EXISTS\]\n$/)
    expect(filesIn(directory)).toEqual(['topology.ts'])
    expect(readFileSync(join(directory, 'topology.ts'), 'utf8')).toBe('mine')
  })

  test('says where it cannot write', async () => {
    writeFileSync(join(directory, 'taken'), '')
    const { code, err } = await newRole('witness', '--directory', join(directory, 'taken'))
    expect(err).toMatch(/taken.* cannot be written: .*\[QUORATE_UNWRITABLE_FILE\]\n$/)
    expect(code).toBe(5)
  })
})

/** Tests of one file run one after the other, so nobody else is led astray. */
const inDirectory = async <T>(path: string, run: () => Promise<T>): Promise<T> => {
  const before = process.cwd()
  process.chdir(path)
  try {
    return await run()
  } finally {
    process.chdir(before)
  }
}

describe('a name of which no identifier can be made is refused, with one that would do', () => {
  test.each([
    ['my-role', 'myRole'],
    ['My role', 'myRole'],
    ['2pc', 'pc'],
    ['42', 'witness'],
    ['', 'witness'],
    ['wäscher', 'waScher'],
    ['../up', 'up'],
    ['__proto__', 'proto'],
    ['class', 'classRole'],
    ['New', 'newRole'],
    ['let', 'letRole'],
    ['client', 'clientRole'],
    ['answers', 'answersRole'],
    ['x'.repeat(nameLengthMax + 1), 'x'.repeat(nameLengthMax - 4)],
  ])('%j: %j', async (name, suggestion) => {
    const { code, out, err } = await newRole('--', name)
    expect(err).toContain(`the role name ${JSON.stringify(name)} is no identifier: expected`)
    expect(err).toContain(`what about ${suggestion}? [QUORATE_INVALID_IDENTIFIER]\n`)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(namesOf(suggestion).small).toBe(suggestion)
  })

  test.each([
    ['witness', { small: 'witness', capital: 'Witness' }],
    ['Witness', { small: 'witness', capital: 'Witness' }],
    ['ticketOffice2', { small: 'ticketOffice2', capital: 'TicketOffice2' }],
    ['x'.repeat(nameLengthMax), { small: 'x'.repeat(nameLengthMax), capital: `X${'x'.repeat(nameLengthMax - 1)}` }],
  ])('%j is taken', (name, names) => expect(namesOf(name)).toEqual(names))
})
