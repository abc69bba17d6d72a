import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { blocksOf, root } from './blocks.test.fixture.js'

/** Every TypeScript that a text for people shows compiles, with every strict flag. */

/** What every node wants. */
const wanted = {
  id: `const id = 'n1'`,
  cluster: `const cluster = 'demo'`,
  transport: `declare const transport: import('@quorate/core').Transport`,
  store: `declare const store: import('@quorate/core').Store`,
  groups: `const groups = { kv: raft({ members: ['n1'], stateMachine: kv }) }`,
}

/** What a block assumes that starts a node, but for what it says itself. */
const nodeBut = (...own: readonly (keyof typeof wanted)[]): string =>
  [
    `import { startNode } from '@quorate/host'`,
    ...(own.includes('groups') ? [] : [`import { kv } from '@quorate/kv'`, `import { raft } from '@quorate/raft'`]),
    ...Object.entries(wanted).flatMap(([name, text]) => (own.some((each) => each === name) ? [] : [text])),
  ].join('\n')

/** What stands around a block that is no whole file, by the name of the block. */
const around: Readonly<Record<string, { readonly before?: string; readonly after?: string }>> = {
  'examples/flexible-quorums/README.md 1': {
    before: `import { atLeast, flexible } from '@quorate/core'
      const nodes = ['n1', 'n2', 'n3', 'n4', 'n5']
      export const options = {`,
    after: '}',
  },
  'examples/mixed/README.md 1': {
    before: `import type { Transport } from '@quorate/core'
      import { connectAskClient } from '@quorate/host'
      import { oneDecision } from '@quorate/paxos'
      declare const transport: Transport
      const cluster = 'demo'`,
  },
  'examples/register/README.md 1': {
    before: `import type { Transport } from '@quorate/core'
      import { connectAskClient } from '@quorate/host'
      import { registers } from '@quorate/register'
      declare const transport: Transport
      const cluster = 'demo'`,
  },
  'examples/raft-kv/README.md 1': {
    before: `import { defineTopology } from '@quorate/host'
      import { kv } from '@quorate/kv'
      import { raft } from '@quorate/raft'`,
  },
  'packages/checker/docs/histories.md 1': { before: 'declare const text: string' },
  'packages/checker/docs/models.md 3': {
    before: `import { strongFairness, type TransitionSystem, weakFairness } from '@quorate/checker'
      export const settings: Pick<TransitionSystem<number>, 'fairness'> = {`,
    after: '}',
  },
  'packages/core/README.md 1': {
    before: `import { type Address, type Effect, ignore, rulesFor, send } from '@quorate/core'
      import { assign, emit, setup } from '@quorate/core/statechart'
      interface Acceptor { readonly promised: number }
      type Input = Acceptor
      type Durable = Acceptor
      interface Reply { readonly type: 'Promise'; readonly ballot: number }
      interface Event { readonly type: 'Prepare'; readonly from: Address; readonly ballot: number }`,
  },
  'packages/host/README.md 1': { before: `const servers = 'nats://127.0.0.1:4222'` },
  'packages/inspector/README.md 1': { before: nodeBut() },
  'packages/inspector/README.md 2': { before: `import { startRelay } from '@quorate/inspector'` },
  'packages/kv/README.md 1': {
    before: `import type { Transport } from '@quorate/core'
      import { startNode } from '@quorate/host'
      import { connectKvClient, KvClient, kv } from '@quorate/kv'
      import { level } from '@quorate/level'
      import { raft } from '@quorate/raft'
      declare const transport: Transport`,
  },
  'packages/level/README.md 1': { before: nodeBut('store') },
  'packages/nats/README.md 1': { before: nodeBut('transport') },
  'packages/paxos/README.md 1': {
    before: `import { defineStateMachine, json } from '@quorate/core'
      const { encode: snapshot, decode: restore } = json<number>()
      const counter = defineStateMachine({
        initial: () => 0, apply: (count: number) => ({ state: count + 1, result: count }), snapshot, restore })`,
  },
  'packages/raft/README.md 1': {
    before: `${nodeBut('groups')}
import { kv as counter } from '@quorate/kv'`,
  },
  'packages/register/README.md 1': {
    before: `import type { Transport } from '@quorate/core'
      declare const transport: Transport`,
  },
  'packages/simulator/README.md 1': { before: `import { kv } from '@quorate/kv'` },
  'packages/simulator/README.md 2': {
    before: `import { defineStateMachine, json } from '@quorate/core'
      import type { SimulatedWorkload } from '@quorate/simulator'
      const { encode: snapshot, decode: restore } = json<Readonly<Record<string, number>>>()
      const counter = defineStateMachine({
        initial: (): Readonly<Record<string, number>> => ({}),
        apply: (state: Readonly<Record<string, number>>, { key, by }: { key: string; by: number }) => {
          const result = (state[key] ?? 0) + by
          return { state: { ...state, [key]: result }, result }
        },
        query: (state, key: string) => state[key] ?? 0,
        snapshot,
        restore,
      })`,
  },
}

const blocks = blocksOf('ts').map((block, at) => ({ ...block, file: `block${at + 1}.ts` }))

let directory: string
/** What the compiler says, by file. */
const complaints = new Map<string, string[]>()

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'quorate-blocks-'))
  const modules = join(directory, 'node_modules')
  mkdirSync(join(modules, '@quorate'), { recursive: true })
  mkdirSync(join(modules, '@types'))
  for (const name of readdirSync(join(root, 'packages'))) {
    symlinkSync(join(root, 'packages', name), join(modules, '@quorate', name))
  }
  symlinkSync(join(root, 'packages/cli/node_modules/xstate'), join(modules, 'xstate'))
  symlinkSync(join(root, 'node_modules/@types/node'), join(modules, '@types/node'))
  const extended = join(root, 'tsconfig.base.json')
  const compilerOptions = {
    ...{ noEmit: true, composite: false, declaration: false, declarationMap: false, sourceMap: false },
    ...{ noUnusedLocals: false, customConditions: ['@quorate/source'] },
  }
  const files = blocks.map(({ file }) => file)
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify({ extends: extended, compilerOptions, files }))
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}')
  for (const { name, code, file } of blocks) {
    const { before = '', after = '' } = around[name] ?? {}
    writeFileSync(join(directory, file), `${before}\n${code}\n${after}\nexport {}\n`)
  }
  try {
    execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', directory, '--pretty', 'false'], { encoding: 'utf8' })
  } catch (error) {
    for (const line of (error as { stdout: string }).stdout.split('\n')) {
      const [, file = 'elsewhere', text = ''] = /(block\d+\.ts)(.*)$/.exec(line) ?? [undefined, undefined, line]
      if (text !== '') complaints.set(file, [...(complaints.get(file) ?? []), text])
    }
  }
}, 600_000)
afterAll(() => rmSync(directory, { recursive: true }))

test.each(blocks.map(({ name, file }) => [name, file] as const))('%s', (_name, file) => {
  expect(complaints.get(file) ?? []).toEqual([])
})

test('nothing else is complained of', () => {
  expect(complaints.get('elsewhere') ?? []).toEqual([])
  expect(Object.keys(around).filter((name) => !blocks.some((block) => block.name === name))).toEqual([])
})
