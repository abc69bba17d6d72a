import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** The rules that hold the architecture, each seen to find the offence that it is there to find. */

const root = fileURLToPath(new URL('../..', import.meta.url))
const biome = join(root, 'node_modules/@biomejs/biome/bin/biome')

/** An offence: where, what, and the beginning of the message that must name the way out. */
type Offence = readonly [path: string, source: string, message: string]

/** Packages of protocols: on core alone they stand, and they bring what a simulation judges them by. */
const protocols = readdirSync(join(root, 'packages')).filter((name) => {
  const { dependencies = {}, exports = {} } = JSON.parse(
    readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'),
  ) as { dependencies?: object; exports?: object }
  return Object.keys(dependencies).join() === '@quorate/core' && './testing' in exports
})

const pure = ['core', ...protocols].flatMap((name): Offence[] => [
  [`packages/${name}/src/date.ts`, 'export const now = () => Date.now()', 'Date: time comes in'],
  [`packages/${name}/src/newDate.ts`, 'export const now = () => new Date()', 'Date: time comes in'],
  [`packages/${name}/src/performance.ts`, 'export const now = () => performance.now()', 'performance: time comes in'],
  [`packages/${name}/src/random.ts`, 'export const draw = () => Math.random()', 'Math.random: give a nominal delay'],
  [`packages/${name}/src/crypto.ts`, 'export const id = () => crypto.randomUUID()', 'crypto: chance comes in'],
  [`packages/${name}/src/timeout.ts`, 'export const later = () => setTimeout(later, 1)', 'setTimeout: name a delay'],
  [`packages/${name}/src/interval.ts`, 'export const later = () => setInterval(later, 1)', 'setInterval: name a delay'],
  [
    `packages/${name}/src/immediate.ts`,
    'export const soon = () => setImmediate(soon)',
    'setImmediate: return an effect',
  ],
  [
    `packages/${name}/src/microtask.ts`,
    'export const soon = () => queueMicrotask(soon)',
    'queueMicrotask: return an effect',
  ],
  [`packages/${name}/src/process.ts`, 'export const home = () => process.env.HOME', 'process: configuration comes in'],
  [`packages/${name}/src/global.ts`, 'export const clock = () => globalThis.Date', 'globalThis: what is needed'],
  [
    `packages/${name}/src/fetch.ts`,
    "export const page = () => fetch('http://localhost')",
    'fetch: return a `send` effect',
  ],
  [`packages/${name}/src/asyncFunction.ts`, 'export async function work() {}', 'async: the engine never awaits'],
  [`packages/${name}/src/asyncArrow.ts`, 'export const work = async () => {}', 'async: the engine never awaits'],
  [`packages/${name}/src/asyncMethod.ts`, 'export const port = { async open() {} }', 'async: the engine never awaits'],
  [`packages/${name}/src/asyncClass.ts`, 'export class Port { async open() {} }', 'async: the engine never awaits'],
  [`packages/${name}/src/await.ts`, 'export const value = await 1', 'await: the engine never awaits'],
  [
    `packages/${name}/src/forAwait.ts`,
    'for await (const item of [1]) item.toFixed()',
    'for await: the engine never awaits',
  ],
  [
    `packages/${name}/src/newPromise.ts`,
    'export const never = () => new Promise(() => {})',
    'Promise: the engine completes',
  ],
  [`packages/${name}/src/resolved.ts`, 'export const done = () => Promise.resolve()', 'Promise: the engine completes'],
])

const simulated: Offence[] = [
  ['packages/simulator/src/date.ts', 'export const now = () => Date.now()', 'Date: ask the Agenda'],
  [
    'packages/simulator/src/performance.ts',
    'export const now = () => performance.now()',
    'performance: ask the Agenda',
  ],
  ['packages/simulator/src/random.ts', 'export const draw = () => Math.random()', 'Math: draw from a stream of Chance'],
  ['packages/simulator/src/exp.ts', 'export const big = (n: number) => Math.exp(n)', 'Math: draw from a stream'],
  ['packages/simulator/src/crypto.ts', 'export const id = () => crypto.randomUUID()', 'crypto: draw from a stream'],
  ['packages/simulator/src/timeout.ts', 'export const later = () => setTimeout(later, 1)', 'setTimeout: make an'],
  [
    'packages/simulator/src/immediate.ts',
    'export const soon = () => setImmediate(soon)',
    'setImmediate: ask the Agenda',
  ],
  ['packages/simulator/src/process.ts', 'export const home = () => process.env.HOME', 'process: what is wanted'],
  ['packages/simulator/src/global.ts', 'export const clock = () => globalThis.Date', 'globalThis: what is needed'],
]

const imports = (name: string, message: string, ...modules: string[]) =>
  modules.map(
    (module, index): Offence => [
      `packages/${name}/src/import${index}.ts`,
      `import { thing } from '${module}'\n\nexport const used = thing`,
      message,
    ],
  )

const arrows: Offence[] = [
  ...imports('core', 'core imports only', 'node:fs', 'lodash', '@quorate/host', '@quorate/raft'),
  ...protocols.flatMap((name) => {
    const others = protocols.filter((other) => other !== name).map((other) => `@quorate/${other}`)
    const outside = ['node:fs', 'protobufjs', '@quorate/host', '@quorate/core/testing']
    return imports(name, 'A protocol imports only', ...outside, ...others)
  }),
  ...imports(
    'host',
    'host imports only',
    '@quorate/raft',
    '@quorate/nats',
    '@quorate/level',
    'classic-level',
    'node:fs/promises',
    'node:crypto',
  ),
  ...imports('simulator', 'simulator imports only', '@quorate/raft', '@quorate/kv', 'node:fs', 'node:timers'),
  ...imports('nats', 'nats imports only', '@quorate/host', '@quorate/level', '@quorate/raft', 'xstate'),
  ...imports('level', 'level imports only', '@quorate/host', '@quorate/nats', '@quorate/raft', 'xstate'),
  ...imports('checker', 'checker imports only', 'node:fs', '@quorate/raft', '@quorate/host', '@quorate/simulator'),
  ...imports('kv', 'kv imports only', '@quorate/raft', '@quorate/nats', 'node:fs', 'xstate'),
  ...imports(
    'inspector',
    'inspector imports only',
    '@quorate/cli',
    '@quorate/host',
    '@quorate/raft',
    '@statelyai/inspect',
  ),
  ...imports('diagram', 'diagram imports only', '@quorate/raft', '@quorate/host', 'node:fs'),
  ...imports('another', '@quorate/cli is the top', '@quorate/cli'),
  ['packages/checker/src/history/date.ts', 'export const now = () => Date.now()', 'Date: time comes in'],
  ['packages/checker/src/history/await.ts', 'export const value = await 1', 'await: the engine never awaits'],
  ['packages/core/src/reexport.ts', "export { thing } from 'lodash'", 'core imports only'],
  ['packages/core/src/typeImport.ts', "export type { Node } from '@quorate/host'", 'core imports only'],
  ['packages/core/src/testing/file.ts', "export { open } from 'node:fs'", 'What core has for tests'],
  ...['core', ...protocols, 'host', 'checker', 'simulator', 'kv'].map(
    (name): Offence => [
      `packages/${name}/src/buffer.ts`,
      "export const bytes = Buffer.from('a')",
      'Buffer: no browser has it',
    ],
  ),
  ...protocols.flatMap((name): Offence[] => [
    [`packages/${name}/src/testing/buffer.ts`, "export const bytes = Buffer.from('a')", 'Buffer: no browser has it'],
    [`packages/${name}/src/testing/checked.ts`, "export { always } from '@quorate/checker'", 'What a protocol brings'],
    [`packages/${name}/src/testing/drawn.ts`, "export { Chance } from '@quorate/simulator'", 'What a protocol brings'],
  ]),
  ['packages/raft/src/chart.ts', "export { assign } from 'xstate'", 'A protocol imports only'],
  ['packages/host/src/chart.ts', "export { createActor } from 'xstate'", 'host imports only'],
  ['packages/core/src/chart.ts', "export { assign } from 'xstate'", 'xstate: take what'],
  ['packages/raft/src/chart.test.ts', "export { assign } from 'xstate'", 'xstate: take what'],
  ['packages/cli/src/chart.ts', "export type { StateMachine } from 'xstate'", 'xstate: take what'],
  ['packages/raft/src/dynamic.ts', "export const load = () => import('node:fs')", 'A protocol imports only'],
]

const deep: Offence[] = [
  ...imports(
    'cli',
    'Deep import:',
    '@quorate/core/dist/index.js',
    '@quorate/host/src/turn.js',
    '../../core/src/index.js',
  ),
  ['packages/cli/src/deepType.ts', "export type { Node } from '@quorate/host/dist/node.js'", 'Deep import:'],
  [
    'packages/cli/src/deepDynamic.ts',
    "export const load = () => import('@quorate/nats/dist/index.js')",
    'Deep import:',
  ],
  ['packages/raft/src/deep.test.ts', "export { thing } from '../../core/src/log.js'", 'Deep import:'],
  ['test/src/deep.ts', "export { thing } from '../../packages/core/src/log/log.js'", 'Deep import:'],
  ['examples/one/deep.ts', "export { thing } from '@quorate/core/dist/log.js'", 'Deep import:'],
]

const others: Offence[] = [
  ['packages/kv/src/console.ts', "console.log('applied')", "Don't use console"],
  ['packages/kv/src/star.ts', "export * from './console.js'", 'Do not use export all'],
  [
    'packages/level/src/left.ts',
    "import { right } from './right.js'\n\nexport const left = () => right",
    'This import is part of a cycle',
  ],
  [
    'packages/level/src/right.ts',
    "import { left } from './left.js'\n\nexport const right = () => left",
    'This import is part of a cycle',
  ],
]

const longBody = '  console.log(1)\n'.repeat(80)
const long: Offence[] = [
  ['packages/cli/src/longFunction.ts', `export const work = () => {\n${longBody}}`, 'This function has'],
  ['packages/cli/src/longFile.ts', 'console.log(1)\n'.repeat(301), 'This file has'],
]

const offences: readonly Offence[] = [...pure, ...simulated, ...arrows, ...deep, ...others, ...long]

/** What looks like an offence and is none. */
const innocent: readonly (readonly [path: string, source: string])[] = [
  [
    'packages/core/src/ports/ports.ts',
    'export interface Port { open(): Promise<void>; setTimeout(fire: () => void): unknown }',
  ],
  ['packages/core/src/relative.ts', "import { helper } from '../src2/helper.js'\n\nexport const used = helper"],
  ['packages/core/src/libraries.ts', "export { util } from 'protobufjs/minimal.js'"],
  ['packages/core/src/role/statechart.ts', "export { assign } from 'xstate'"],
  ['packages/core/src/words.ts', "/** An async Date. */\nexport const words = ['await', 'Promise', 'Math.random']"],
  [
    'packages/core/src/testing/suites/suite.ts',
    "import assert from 'node:assert'\n\nexport const work = async () => assert.ok(Date.now())",
  ],
  ['packages/core/src/some.test.ts', 'export const work = async () => Math.random() + Date.now()'],
  [
    'packages/raft/src/role.ts',
    "export { send } from '@quorate/core'\nexport { setup } from '@quorate/core/statechart'",
  ],
  ['packages/raft/src/role.test.ts', "export { checkMachine } from '@quorate/core/testing'"],
  ['packages/raft/src/testing/safety.ts', "export type { Invariant } from '@quorate/core/testing'"],
  ['packages/checker/src/history/model.ts', "export { invariant } from '@quorate/core'"],
  ['packages/host/src/node.ts', 'export const work = async () => crypto.getRandomValues(new Uint8Array(1))'],
  ['packages/nats/src/connect.ts', "export { connect } from '@nats-io/transport-node'"],
  ['packages/level/src/open.ts', "export { ClassicLevel } from 'classic-level'"],
  ['packages/kv/src/kv.test.ts', "export { localCluster } from '@quorate/host/testing'"],
  ['packages/kv/src/client.ts', "export { LogClient } from '@quorate/host'\nexport { BTree } from 'sorted-btree'"],
  ['packages/inspector/src/relay.ts', "export { createServer } from 'node:http'\nexport { WebSocket } from 'ws'"],
  ['packages/cli/src/say.ts', "export { startBroker } from '@quorate/nats/broker'\n\nconsole.log('up')"],
]

/** What the linter says of one place in one file. */
interface Finding {
  readonly path: string
  readonly text: string
}

/** The findings in what biome prints: each opens with `path:line:column rule` and a ruled line. */
const findingsIn = (output: string): Finding[] =>
  output.split(/^(?=\S+:\d+:\d+ \S+ .*━)/m).flatMap((text) => {
    const path = /^(\S+?):\d+:\d+ /.exec(text)?.[1]
    return path === undefined ? [] : [{ path, text }]
  })

describe('the linter holds the architecture', () => {
  let folder: string
  let findings: readonly Finding[]

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quorate-lint-'))
    await cp(join(root, 'biome.jsonc'), join(folder, 'biome.jsonc'))
    await cp(join(root, 'scripts/lint'), join(folder, 'scripts/lint'), { recursive: true })
    for (const [path, source] of [...offences, ...innocent]) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), `${source}\n`)
    }
    const options = ['--vcs-enabled=false', '--colors=off', '--max-diagnostics=none']
    const run = spawnSync(process.execPath, [biome, 'lint', ...options], { cwd: folder, encoding: 'utf8' })
    expect(run.status, 'biome must refuse the offences').toBe(1)
    findings = findingsIn(run.stdout + run.stderr)
  })

  afterAll(() => rm(folder, { recursive: true, force: true }))

  test.each(offences)('%s is refused', (path, source, message) => {
    const texts = findings.filter((finding) => finding.path === path).map(({ text }) => text)
    expect(texts, source).toHaveLength(1)
    expect(texts[0]).toContain(message)
  })

  test.each(innocent)('%s is accepted', (path) => {
    expect(findings.filter((finding) => finding.path === path)).toEqual([])
  })

  test('nothing else is found', () => {
    expect(findings).toHaveLength(offences.length)
  })
})
