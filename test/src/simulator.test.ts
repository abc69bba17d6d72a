import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CliProcess, offeredAfter } from './cliProcess.js'
import { until } from './until.js'

/** One seed, one trace: in other processes, and on another Node. */

const binary = fileURLToPath(new URL('../../packages/cli/dist/bin.js', import.meta.url))
const execute = promisify(execFile)

/** Another version than the one that runs this, from the registry. */
const other = process.version.startsWith('v22.') ? 'node@20' : 'node@22'
const runOther = ['-y', '-p', other, 'node']
const isThere = spawnSync('npx', [...runOther, '--version'], { encoding: 'utf8' }).status === 0

describe.each(offeredAfter('sim'))('%s', (protocol) => {
  let directory = ''
  const argvOf = (path: string) => [
    'sim',
    protocol,
    '--seed',
    '77',
    '--runs',
    '1',
    '--minutes',
    '0.2',
    '--trace',
    path,
    '--json',
  ]

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'quorate-traces-'))
  })
  afterAll(() => rm(directory, { recursive: true }))

  const traceOf = async (name: string, run: (path: string) => Promise<unknown>): Promise<string> => {
    const path = join(directory, name)
    await run(path)
    return readFile(path, 'utf8')
  }
  const inThisNode = (path: string) => execute(process.execPath, [binary, ...argvOf(path)])

  test('the same trace in two processes', { timeout: 120_000 }, async () => {
    const [first, second] = await Promise.all([traceOf('a', inThisNode), traceOf('b', inThisNode)])
    expect(first.length).toBeGreaterThan(10_000)
    expect(second).toBe(first)
  })

  test.skipIf(!isThere && !process.env['CI'])(`and on ${other}`, { timeout: 240_000 }, async () => {
    const inOtherNode = (path: string) => execute('npx', [...runOther, binary, ...argvOf(path)])
    const [here, there] = [await traceOf('here', inThisNode), await traceOf('there', inOtherNode)]
    expect(there).toBe(here)
  })
})

test('Ctrl-C ends the run that is under way, and what was found so far is said', { timeout: 60_000 }, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'quorate-interrupted-'))
  const trace = join(directory, 'trace')
  const cli = new CliProcess(['sim', 'raft', '--runs', '100000', '--seed', '1', '--trace', trace, '--json'])
  const written = () => stat(trace).then(({ size }) => size)
  await until('a run is under way', () => written().catch(() => 0))
  cli.kill('SIGINT')
  expect(await cli.exited).toEqual({ code: 130, signal: null })
  expect(JSON.parse(cli.out)).toMatchObject({ protocol: 'raft', firstSeed: 1, violations: [] })
  await rm(directory, { recursive: true })
})
