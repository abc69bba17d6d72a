import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Demo } from '../protocols/protocol.js'
import { isAbsent, protocols } from '../protocols/protocols.js'

/** What may order the lines of the demo, by protocol. */
const demos: ReadonlyMap<string, Demo> = new Map(
  protocols.flatMap(({ name, demo }) => (isAbsent(demo) ? [] : [[name, demo] as const])),
)

export const demoProtocols: readonly string[] = [...demos.keys()]

/** In the repository the example itself, elsewhere the copy that the package brings. */
export const topologyFileOf = (protocol: string): string => {
  const demo = demos.get(protocol)
  if (!demo) throw new RangeError(`${protocol} has no demo`)
  const file = fileURLToPath(new URL(`../../../../examples/${demo.example}/topology.ts`, import.meta.url))
  return existsSync(file) ? file : fileURLToPath(new URL(`./${demo.copy}.js`, import.meta.url))
}
