// A program of somebody who has installed the packages, in plain JavaScript: imports all of them, and runs a small cluster.
import { readdirSync, readFileSync } from 'node:fs'
import { defineStateMachine, json } from '@quorate/core'
import { localCluster } from '@quorate/host/testing'
import { raft } from '@quorate/raft'

const scope = new URL('node_modules/@quorate/', import.meta.url)
for (const name of readdirSync(scope)) {
  const { exports } = JSON.parse(readFileSync(new URL(`${name}/package.json`, scope), 'utf8'))
  for (const path of Object.keys(exports)) {
    if (!path.endsWith('.json')) await import(`@quorate/${name}${path.slice(1)}`)
  }
}

const counter = defineStateMachine({
  initial: () => 0,
  apply: (count, { by }) => ({ state: count + by, result: count + by }),
  snapshot: json().encode,
  restore: json().decode,
})
const nodes = ['n1', 'n2', 'n3']
const groups = { counter: raft({ members: nodes, stateMachine: counter }) }
const cluster = await localCluster({ cluster: 'installed', nodes, groups })
try {
  const client = await cluster.connect('counter')
  await client.propose({ by: 1 })
  console.log((await client.propose({ by: 2 })).result)
} finally {
  await cluster.close()
}
