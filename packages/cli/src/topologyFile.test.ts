import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { kv } from '@quorate/kv'
import { afterAll, expect, test } from 'vitest'
import { loadTopology } from './topologyFile.js'

/** Outside the repository: no package can be resolved from there. */
const directory = mkdtempSync(join(tmpdir(), 'quorate-topology-'))
afterAll(() => rmSync(directory, { recursive: true }))

let files = 0
const fileOf = (content: string, name = `topology${++files}.ts`): string => {
  const path = join(directory, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  return path
}

const imports = `
import { defineTopology, type Topology } from '@quorate/host'
import { kv } from '@quorate/kv'
import { raft } from '@quorate/raft'
`

test('the example loads', async () => {
  const { cluster, nodes } = await loadTopology(
    fileURLToPath(new URL('../../../examples/raft-kv/topology.ts', import.meta.url)),
  )
  expect({ cluster, nodes }).toEqual({ cluster: 'demo', nodes: ['n1', 'n2', 'n3'] })
})

test('TypeScript loads with no build step, from outside the repository, with the packages of the command', async () => {
  fileOf(`export const nodes: readonly string[] = ['n1', 'n2', 'n3'] as const`, 'outside/nodes.ts')
  const path = fileOf(
    `${imports}
     import { nodes } from './nodes.js'
     const topology: Topology = defineTopology({ cluster: 'outside', nodes, groups: { kv: raft({ members: nodes, stateMachine: kv }) } })
     export default topology satisfies Topology`,
    'outside/topology.ts',
  )
  const topology = await loadTopology(path)
  expect(topology.cluster).toBe('outside')
  expect(topology.groups.kv?.service).toMatchObject({ type: 'log', stateMachine: kv })
})

test('plain data will do, and is checked all the same', async () => {
  const groups = `{ kv: raft({ members: ['n1', 'n2', 'n3'], stateMachine: kv }) }`
  const plain = (nodes: string) =>
    fileOf(`${imports} export default { cluster: 'plain', nodes: ${nodes}, groups: ${groups} }`)
  expect((await loadTopology(plain(`['n1', 'n2', 'n3']`))).cluster).toBe('plain')
  await expect(loadTopology(plain(`['n1', 'n2']`))).rejects.toMatchObject({ code: 'QUORATE_UNKNOWN_NODE' })
})

const broken = (cluster: string, nodes: string, members: string) =>
  `${imports} export default defineTopology({ cluster: '${cluster}', nodes: ${nodes}, groups: { kv: raft({ members: ${members}, stateMachine: kv }) } })`

fileOf(
  `const a = 1\nconst b = 2\n${'f(); '.repeat(20)} this is nowhere to be seen; ${'g(); '.repeat(20)}`,
  'broken/beside.ts',
)

test.each([
  ['an unknown id', broken('c', `['n1', 'n2']`, `['n1', 'n3']`), 'QUORATE_UNKNOWN_NODE', /"n3"/],
  ['a duplicate id', broken('c', `['n1', 'n1']`, `['n1']`), 'QUORATE_DUPLICATE_NODE', /"n1" twice/],
  ['a node name with a dot', broken('c', `['n.1']`, `['n.1']`), 'QUORATE_INVALID_NAME', /"n\.1"/],
  ['a cluster name with a blank', broken('a b', `['n1']`, `['n1']`), 'QUORATE_INVALID_NAME', /"a b"/],
  ['no default export', `export const topology = 1`, 'QUORATE_UNUSABLE_TOPOLOGY', /export default defineTopology/],
  [
    'another default export',
    `export default { nodes: 3 }`,
    'QUORATE_UNUSABLE_TOPOLOGY',
    /export default defineTopology/,
  ],
  [
    'a mistake of syntax',
    `const a = 1\nexport default {{`,
    'QUORATE_UNUSABLE_TOPOLOGY',
    /cannot be loaded: Unexpected token \(topology\d+\.ts, line 2: export default \{\{\)/,
  ],
  [
    'a mistake in a file beside it',
    `import './broken/beside.js'`,
    'QUORATE_UNUSABLE_TOPOLOGY',
    /cannot be loaded: .*\(beside\.ts, line 3: …?.*nowhere to be seen.*…\)/,
  ],
  [
    'something that is not there',
    `const nothing: any = undefined\n\nexport default nothing.at.all`,
    'QUORATE_UNUSABLE_TOPOLOGY',
    /\(topology\d+\.ts, line 3: export default nothing\.at\.all\)/,
  ],
  [
    'a misspelt option',
    broken('c', `['n1']`, `['n1'], electionTimoutMs: 3`),
    'QUORATE_INVALID_CONFIGURATION',
    /Did you mean electionTimeoutMs\?/,
  ],
  [
    'an option that is missing',
    `${imports} export default defineTopology({ cluster: 'c', groups: { kv: raft({ members: ['n1'], stateMachine: kv }) } })`,
    'QUORATE_INVALID_CONFIGURATION',
    /needs nodes/,
  ],
  ['something that throws', `throw new Error('no such luck')`, 'QUORATE_UNUSABLE_TOPOLOGY', /no such luck/],
  ['a module that is missing', `import 'no-such-module'`, 'QUORATE_UNUSABLE_TOPOLOGY', /no-such-module/],
])('%s is refused, with the file and the culprit', async (_title, content, code, message) => {
  const path = fileOf(content)
  const text = expect.stringMatching(message)
  await expect(loadTopology(path)).rejects.toMatchObject({ code, message: text })
  await expect(loadTopology(path)).rejects.toMatchObject({ message: expect.stringContaining(path) })
})

test('a file that is missing is refused', async () => {
  await expect(loadTopology(join(directory, 'missing.ts'))).rejects.toMatchObject({ code: 'QUORATE_UNUSABLE_TOPOLOGY' })
})
