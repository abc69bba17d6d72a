import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chartOf, mermaid, svg } from '@quorate/diagram'
import { server } from '@quorate/raft'
import { afterAll, describe, expect, test } from 'vitest'
import { runCaptured } from '../captured.test.fixture.js'
import { knownRoles } from './roles.js'

/** Outside the repository: no package can be resolved from there. */
const directory = mkdtempSync(join(tmpdir(), 'quorate-diagram-'))
afterAll(() => rmSync(directory, { recursive: true }))

let files = 0
const fileOf = (content: string): string => {
  const path = join(directory, `role${++files}.ts`)
  writeFileSync(path, content)
  return path
}

const witness = `
import { ignore } from '@quorate/core'
import { setup } from '@quorate/core/statechart'
const machine = setup({}).createMachine({
  id: 'witness',
  initial: 'watching',
  states: { watching: { on: { Prepare: 'promised', Accept: ignore('no promise') } }, promised: {} },
})`

const follower = server.roles.follower.actor

test('a family is SVG unless asked otherwise', async () => {
  const { code, out, err } = await runCaptured(['diagram', 'raft'])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toBe(await svg(chartOf(server)))
})

test('a role of a family, as Mermaid', async () => {
  const { out } = await runCaptured(['diagram', 'raft/follower', '--format', 'mermaid'])
  expect(out).toBe(mermaid(chartOf(follower)))
})

test.each(['svg', 'mermaid'])('everything, as %s', async (format) => {
  const { out } = await runCaptured(['diagram', 'raft/follower', '--format', format, '--detail', 'full'])
  const expected = {
    svg: await svg(chartOf(follower), { detail: 'full' }),
    mermaid: mermaid(chartOf(follower), { detail: 'full' }),
  }
  expect(out).toBe(expected[format as 'svg' | 'mermaid'])
})

test.each([...(await knownRoles()).keys()])('%s is known, and drawn', async (name) => {
  const { code, out } = await runCaptured(['diagram', name])
  expect(code).toBe(0)
  expect(out).toMatch(/^<svg /)
})

const topology = (nodes: string) => `
import { kv } from '@quorate/kv'
import { raft } from '@quorate/raft'
const group = raft({ members: ['n1', 'n2', 'n3'], stateMachine: kv })
export default { cluster: 'demo', nodes: [${nodes}], groups: { kv: group } }`

test('a topology: its nodes and roles', async () => {
  const path = fileOf(topology("'n1', 'n2', 'n3'"))
  const { code, out } = await runCaptured(['diagram', path])
  expect(code).toBe(0)
  expect(out).toMatch(/^<svg .*Group kv: raft, decided by any 2 of n1, n2, n3\./s)
  expect((await runCaptured(['diagram', path, '--format', 'mermaid'])).out).toMatch(/^flowchart LR\n/)
})

test('a topology that cannot be is refused', async () => {
  const { code, err } = await runCaptured(['diagram', fileOf(topology("'n1', 'n2'"))])
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('[QUORATE_UNKNOWN_NODE]') })
})

test('into a file, and then nothing is printed', async () => {
  const path = join(directory, 'raft.svg')
  expect(await runCaptured(['diagram', 'raft', '--output', path])).toMatchObject({ code: 0, out: '', err: '' })
  expect(readFileSync(path, 'utf8')).toBe(await svg(chartOf(server)))
})

describe('a role of the user, with no build step and from outside the repository', () => {
  test('by default', async () => {
    const { code, out } = await runCaptured([
      'diagram',
      fileOf(`${witness}\nexport default machine`),
      '--format',
      'mermaid',
    ])
    expect(code).toBe(0)
    expect(out).toContain('watching --> promised: Prepare')
  })

  test('by name', async () => {
    const path = fileOf(`${witness}\nexport const ballots = 3\nexport { machine }`)
    const { code, out } = await runCaptured(['diagram', `${path}#machine`, '--format', 'mermaid'])
    expect(code).toBe(0)
    expect(out).toContain('watching --> promised: Prepare')
  })

  test("a family made of a protocol's", async () => {
    const path = fileOf(`
      import { become } from '@quorate/core'
      import { server } from '@quorate/raft'
      export default become({ ...server, id: 'mine' })`)
    const { out } = await runCaptured(['diagram', path, '--format', 'mermaid'])
    expect(out).toContain('accTitle: mine')
    expect(out).toContain('candidate --> leader: won')
  })
})

describe('a mistake ends with 2, and says what to do', () => {
  const both = () => fileOf(`${witness}\nexport const ballots = 3\nexport { machine, machine as other }`)

  test.each([
    [
      'an unknown role',
      () => 'zab',
      'QUORATE_UNKNOWN_ROLE',
      /no role "zab": give one of raft, raft\/follower,.*\.\/zab\.ts/,
    ],
    ['an unknown role of a family', () => 'raft/observer', 'QUORATE_UNKNOWN_ROLE', /raft\/leader/],
    ['a slip', () => 'raft/folower', 'QUORATE_UNKNOWN_ROLE', /did you mean raft\/follower\?/],
    ['no such file', () => './no-such.ts', 'QUORATE_UNUSABLE_ROLE', /no-such\.ts: there is no such file/],
    ['another name', () => `${both()}#witness`, 'QUORATE_UNUSABLE_ROLE', /named witness; try \S+#machine or \S+#other/],
    ['no default', () => both(), 'QUORATE_UNUSABLE_ROLE', /by default; try \S+#machine or \S+#other/],
    [
      'a default when a name is asked',
      () => `${fileOf(`${witness}\nexport default machine`)}#x`,
      'QUORATE_UNUSABLE_ROLE',
      /try \S+\.ts /,
    ],
    [
      'no machine at all',
      () => fileOf('export const a = 1\nexport const b = {}'),
      'QUORATE_UNUSABLE_ROLE',
      /machine: a, b/,
    ],
    ['nothing', () => fileOf('console.error'), 'QUORATE_UNUSABLE_ROLE', /exports nothing/],
    ['a mistake of syntax', () => fileOf('export default {{'), 'QUORATE_UNUSABLE_ROLE', /cannot be loaded/],
  ])('%s', async (_title, argument, errorCode, message) => {
    const { code, out, err } = await runCaptured(['diagram', argument()])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(`[${errorCode}]`)
    expect(err).toMatch(message)
    expect(err).not.toMatch(/\n\s+at /)
  })

  test.each([
    [['diagram'], /missing required argument 'role-or-topology'/],
    [['diagram', 'raft', '--format', 'png'], /Allowed choices are svg, mermaid/],
    [['diagram', 'raft', '--detail', 'some'], /Allowed choices are summary, full/],
  ])('%j', async (argv, message) => {
    const { code, err } = await runCaptured(argv)
    expect(code).toBe(2)
    expect(err).toMatch(message)
  })
})

test('a file that cannot be written is named', async () => {
  const path = join(directory, 'missing', 'raft.svg')
  const { code, err } = await runCaptured(['diagram', 'raft', '--output', path])
  expect(code).toBe(5)
  expect(err).toContain('[QUORATE_UNWRITABLE_FILE]')
  expect(err).toContain(path)
  expect(existsSync(path)).toBe(false)
})

test('--help has examples and exit codes', async () => {
  const { code, out } = await runCaptured(['diagram', '--help'])
  expect(code).toBe(0)
  expect(out).toContain('Examples:')
  expect(out).toContain('Exit codes:')
  expect(out).toContain('raft/follower')
})
