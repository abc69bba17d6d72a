import * as checker from '@quorate/checker'
import * as core from '@quorate/core'
import * as host from '@quorate/host'
import * as kv from '@quorate/kv'
import * as paxos from '@quorate/paxos'
import * as paxosTesting from '@quorate/paxos/testing'
import * as raft from '@quorate/raft'
import * as raftTesting from '@quorate/raft/testing'
import * as register from '@quorate/register'
import * as registerTesting from '@quorate/register/testing'
import * as simulator from '@quorate/simulator'
import { checkModel, runSeed } from './seeds.js'

/** What the browser runs: all of each package is there, and what came of each seed is told to whoever serves this page. */

const packages = {
  checker,
  core,
  host,
  kv,
  paxos,
  paxosTesting,
  raft,
  raftTesting,
  register,
  registerTesting,
  simulator,
}

const tell = (what: string, text: string): Promise<unknown> => fetch(`/${what}`, { method: 'POST', body: text })

async function run(): Promise<void> {
  const jobs = (await (await fetch('/jobs')).json()) as readonly (readonly [name: string, seed: number])[]
  await tell('exports', Object.values(packages).flatMap(Object.keys).length.toString())
  await tell('result', checkModel())
  for (const [name, seed] of jobs) await tell('result', await runSeed(name, seed))
  await tell('end', '')
}

run().catch((error: unknown) =>
  tell('failure', error instanceof Error ? (error.stack ?? error.message) : String(error)),
)
