import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

test('the topology that the package brings is that of the example', () => {
  const example = readFileSync(new URL('../../../../examples/raft-kv/topology.ts', import.meta.url), 'utf8')
  expect(readFileSync(new URL('./topology.ts', import.meta.url), 'utf8')).toBe(example)
})
