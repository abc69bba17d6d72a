import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { protocols, topologyFileOf } from './topologies.js'

test.each(protocols)('%s: the topology that the package brings is that of the example', (protocol) => {
  const example = topologyFileOf(protocol)
  expect(example).toContain('/examples/')
  const copy = fileURLToPath(new URL(`./${copies[protocol]}.ts`, import.meta.url))
  expect(readFileSync(copy, 'utf8')).toBe(readFileSync(example, 'utf8'))
})

const copies = { raft: 'raftTopology', 'multi-paxos': 'multiPaxosTopology' }
