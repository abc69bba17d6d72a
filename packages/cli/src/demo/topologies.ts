import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What may order the lines of the demo: by protocol, the folder of the example, and the copy that the package brings. */
const places = {
  raft: { example: 'raft-kv', copy: 'raftTopology' },
  'multi-paxos': { example: 'multi-paxos', copy: 'multiPaxosTopology' },
} as const

export type DemoProtocol = keyof typeof places

export const protocols = Object.keys(places) as readonly DemoProtocol[]

/** In the repository the example itself, elsewhere the copy. */
export const topologyFileOf = (protocol: DemoProtocol): string => {
  const { example, copy } = places[protocol]
  const file = fileURLToPath(new URL(`../../../../examples/${example}/topology.ts`, import.meta.url))
  return existsSync(file) ? file : fileURLToPath(new URL(`./${copy}.js`, import.meta.url))
}
