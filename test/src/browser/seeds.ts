import { check, type Model, referenceModels } from '@quorate/checker'
import { KvClient, kv } from '@quorate/kv'
import { multiPaxos } from '@quorate/paxos'
import { paxosInvariants } from '@quorate/paxos/testing'
import { raft } from '@quorate/raft'
import { raftInvariants } from '@quorate/raft/testing'
import { register } from '@quorate/register'
import { readsAndWrites } from '@quorate/register/testing'
import {
  drawLimits,
  explore,
  failureOf,
  registers,
  type SimulatedWorkload,
  type SimulationSubject,
  verdictOf,
} from '@quorate/simulator'

/** What is run in Node and in a browser alike. This file and all that it imports must run in both. @module */

const named = (count: number): string[] => Array.from({ length: count }, (_, at) => `n${at + 1}`)

/** The key-value store itself, read and written by its own client. */
const puts: SimulatedWorkload<typeof kv> = {
  name: 'puts',
  operations: { get: { fields: { key: 'text' }, isQuery: true }, put: { fields: { key: 'text', value: 'text' } } },
  draw: () => (own, ordinal) => {
    const key = own.pick(['a', 'b', 'c'])
    return own.isOne(500) ? { f: 'get', key } : { f: 'put', key, value: `value ${ordinal}` }
  },
  probe: (number) => [
    { f: 'put', key: 'probe', value: `value ${number}` },
    { f: 'get', key: 'probe' },
  ],
  async perform(client, { f, key, value }) {
    const store = new KvClient(client)
    return f === 'get'
      ? ((await store.getText(String(key))) ?? null)
      : (await store.put(String(key), String(value))).version
  },
}

const subjects: readonly SimulationSubject[] = [
  {
    name: 'raft',
    nodes: 3,
    invariants: raftInvariants,
    make(count, chance) {
      const members = named(count)
      return {
        nodes: members,
        groups: { raft: raft({ members, stateMachine: registers, limits: drawLimits(chance) }) },
      }
    },
  },
  {
    name: 'multi-paxos',
    nodes: 3,
    invariants: paxosInvariants,
    make(count, chance) {
      const nodes = named(count)
      const roles = { proposers: nodes, acceptors: nodes, learners: nodes }
      return { nodes, groups: { paxos: multiPaxos({ ...roles, stateMachine: registers, limits: drawLimits(chance) }) } }
    },
  },
  {
    name: 'register',
    nodes: 3,
    make(count) {
      const replicas = named(count)
      return {
        nodes: replicas,
        groups: { register: register({ replicas }) },
        workload: { groups: { register: readsAndWrites as SimulatedWorkload } },
      }
    },
  },
  {
    name: 'kv on raft',
    nodes: 3,
    invariants: raftInvariants,
    make(count) {
      const members = named(count)
      const groups = { kv: raft({ members, stateMachine: kv }) }
      return { nodes: members, groups, workload: { groups: { kv: puts } } }
    },
  },
]

export const subjectNames: readonly string[] = subjects.map(({ name }) => name)

/** What came of a seed, in one line. */
export async function runSeed(name: string, seed: number): Promise<string> {
  const subject = subjects.find((each) => each.name === name)
  if (!subject) throw new RangeError(`there is no subject ${name}`)
  const result = await explore({ subject, seed, faults: 'all', nodes: seed % 2 === 0 ? 5 : 3, lastsMs: 10_000 })
  const verdict = failureOf(result) === undefined ? 'sound' : verdictOf(result)
  return `${name} ${seed}: ${result.hash}, ${result.traceEvents} events, ${result.history.length} events of clients, ${verdict}`
}

/** What came of a small model, in one line. */
export function checkModel(): string {
  const reference = referenceModels.find(({ name }) => name === 'reference/paxos')
  if (!reference) throw new RangeError('there is no such model')
  const parameters = { ...reference.defaults, clients: 1 }
  const model: Model = reference.make({ parameters, network: 'nondup', lossy: false })
  const { distinct, verdict } = check(model)
  return `reference/paxos: ${distinct} states, ${verdict}`
}
