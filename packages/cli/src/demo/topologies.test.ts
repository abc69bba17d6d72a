import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { isAbsent, protocols } from '../protocols/protocols.js'
import { demoProtocols, topologyFileOf } from './topologies.js'

test.each(demoProtocols)('%s: the topology that the package brings is that of the example', (name) => {
  const example = topologyFileOf(name)
  expect(example).toContain('/examples/')
  const demo = protocols.find((protocol) => protocol.name === name)?.demo
  if (!demo || isAbsent(demo)) throw new Error(`${name} has no demo`)
  const copy = fileURLToPath(new URL(`./${demo.copy}.ts`, import.meta.url))
  expect(readFileSync(copy, 'utf8')).toBe(readFileSync(example, 'utf8'))
})
