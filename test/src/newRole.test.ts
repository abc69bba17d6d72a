import { spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Broker, startBroker } from '@quorate/nats/broker'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CliProcess, quorate } from './cliProcess.js'
import { until } from './until.js'

/** What `quorate new role` writes, in the project of somebody else, and the tutorial that begins with it. */

const root = fileURLToPath(new URL('../..', import.meta.url))
const example = join(root, 'examples/new-role')
let project: string

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'quorate-new-role-'))
})
afterAll(() => rm(project, { recursive: true, force: true }))

const scaffold = async (name: string, ...argv: string[]) => {
  const { code, err } = await quorate(['new', 'role', name, ...argv])
  expect({ code, err }).toEqual({ code: 0, err: '' })
}

/** Runs a tool of the repository on the project. */
const tool = (path: string, ...argv: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'node_modules', path), ...argv], {
    cwd: project,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  })
  return { status, output: stdout + stderr }
}

const write = async (path: string, text: string) => {
  await mkdir(dirname(join(project, path)), { recursive: true })
  await writeFile(join(project, path), text)
}

describe('in a project of somebody else', () => {
  /** The packages as an install would place them: as they were built. */
  beforeAll(async () => {
    const packages = [
      ...['core', 'host'].map((name) => [`@quorate/${name}`, join(root, 'packages', name)]),
      ['xstate', join(root, 'packages/core/node_modules/xstate')],
      ['vitest', join(root, 'node_modules/vitest')],
      ['@types/node', join(root, 'node_modules/@types/node')],
    ] as const
    for (const [name = '', target = ''] of packages) {
      await mkdir(dirname(join(project, 'node_modules', name)), { recursive: true })
      await symlink(target, join(project, 'node_modules', name))
    }
    await write('package.json', '{ "type": "module" }')
    const compilerOptions = { module: 'NodeNext', target: 'ES2023', strict: true, noEmit: true, skipLibCheck: true }
    await write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['roles'] }))
    await scaffold('Witness', '--directory', join(project, 'roles/witness'))
  })

  test('it type-checks', () => {
    expect(tool('typescript/bin/tsc', '-p', '.')).toEqual({ status: 0, output: '' })
  })

  test('its tests pass', () => {
    const { status, output } = tool('vitest/vitest.mjs', 'run')
    expect(output).toMatch(/Tests +7 passed \(7\)/)
    expect(status).toBe(0)
  })

  test('its tests are tests: a reply that leaves before the record is noticed', async () => {
    const path = 'roles/witness/role.ts'
    const text = await readFile(join(project, path), 'utf8')
    const broken = text.replace(`['noteStart', 'persist', 'replyWelcome']`, `['noteStart', 'replyWelcome', 'persist']`)
    expect(broken).not.toBe(text)
    await write(path, broken)
    expect(tool('vitest/vitest.mjs', 'run').status).toBe(1)
    await write(path, text)
  })
})

test('it is linted and formatted as this repository wants it, whatever its name', async () => {
  await cp(join(root, 'biome.jsonc'), join(project, 'biome.jsonc'))
  await cp(join(root, 'scripts/lint'), join(project, 'scripts/lint'), { recursive: true })
  const names = ['a', 'zebra', 'ticketOffice', 'message', 'option', 'toString', 'x'.repeat(32)]
  for (const name of names) await scaffold(name, '--directory', join(project, 'examples', name))
  const { status, output } = tool(
    '@biomejs/biome/bin/biome',
    'check',
    '--error-on-warnings',
    '--vcs-enabled=false',
    'examples',
  )
  expect(output).toMatch(/Checked \d\d files/)
  expect(status, output).toBe(0)
})

test('the one that the tutorial begins with is what the command writes, and compiles and is tested with the rest', async () => {
  await scaffold('presence', '--directory', join(project, 'presence'))
  const filesIn = async (path: string) => {
    const entries = await readdir(path, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    return Object.fromEntries(
      await Promise.all(files.map(async (file) => [file.slice(path.length), await readFile(file, 'utf8')] as const)),
    )
  }
  expect(await filesIn(join(example, 'presence'))).toEqual(await filesIn(join(project, 'presence')))
})

test('the codecs of the tutorial are current', async () => {
  const schemas = ['watch/watch.proto', 'presence/presence.proto'].map((path) => join(example, path))
  expect(await quorate(['proto', '--check', ...schemas])).toMatchObject({ code: 0, err: '' })
})

describe('up', { timeout: 60_000 }, () => {
  let broker: Broker
  let variables: Record<string, string>
  beforeAll(async () => {
    broker = await startBroker({})
    variables = { QUORATE_NATS_URL: broker.url }
  })
  afterAll(() => broker.close())

  interface Report {
    readonly node: string
    readonly groups: Record<string, { roles: Record<string, { state: string; epoch: number; serves: boolean }> }>
  }
  const reports = async (cluster: string): Promise<Report[]> => {
    const { out } = await quorate(['status', '--json', '--wait', '200', '--cluster', cluster], variables)
    return out === '' ? [] : (JSON.parse(out) as { nodes: Report[] }).nodes
  }

  test('runs what was scaffolded where no package is installed', async () => {
    const bare = await mkdtemp(join(tmpdir(), 'quorate-new-role-bare-'))
    await scaffold('witness', '--directory', bare)
    const up = new CliProcess(['up', join(bare, 'topology.ts'), '--data', join(bare, 'data')], variables)
    await until('all are together', async () => {
      const nodes = await reports('witness')
      return (
        nodes.length === 3 && nodes.every(({ groups }) => groups['witness']?.roles['witness']?.state === 'together')
      )
    })
    up.kill('SIGINT')
    expect(await up.exited).toEqual({ code: 0, signal: null })
    await rm(bare, { recursive: true })
  })

  test('runs the tutorial: the process that has the watch is killed, and another has it in a newer epoch', async () => {
    const topology = join(example, 'topology.ts')
    const nodes = new Map(
      ['n1', 'n2', 'n3'].map((id) => {
        const argv = ['up', topology, '--node', id, '--data', join(project, 'data'), '--nats', broker.url]
        return [id, new CliProcess(argv, { QUORATE_CLUSTER: 'tutorial' })]
      }),
    )
    const onWatch = async () => {
      const sentries = (await reports('tutorial')).map(({ node, groups }) => ({
        node,
        ...groups['watch']?.roles['sentry'],
      }))
      return sentries.find(({ serves }) => serves)
    }
    const first = await until('one has the watch', onWatch)
    nodes.get(first.node)?.kill('SIGKILL')
    const second = await until('another has it', async () => {
      const found = await onWatch()
      return found && found.node !== first.node && found
    })
    expect(second.epoch).toBeGreaterThan(first.epoch ?? 0)
    const kv = await quorate(['kv', 'put', 'a', 'one'], { ...variables, QUORATE_CLUSTER: 'tutorial' })
    expect(kv).toMatchObject({ code: 0 })
    for (const node of nodes.values()) node.kill('SIGTERM')
    for (const node of nodes.values()) await node.exited
  })
})
