import { defineStateMachine, type GroupDefinition, json } from '@quorate/core'
import { clusterStatus, connectClient, defineTopology, startNode } from '@quorate/host'
import { localCluster } from '@quorate/host/testing'
import { startRelay, stately } from '@quorate/inspector'
import { level } from '@quorate/level'
import { nats } from '@quorate/nats'
import { startBroker } from '@quorate/nats/broker'
import { multiPaxos, paxos } from '@quorate/paxos'
import { raft } from '@quorate/raft'
import { register } from '@quorate/register'
import { describe, expect, test } from 'vitest'

/** Options that somebody wrote in plain JavaScript. */
// biome-ignore lint/suspicious/noExplicitAny: what the compiler would refuse is what these tests are about.
type Loose = any

const counter = defineStateMachine({
  initial: () => 0,
  apply: (count: number) => ({ state: count + 1, result: count }),
  snapshot: json<number>().encode,
  restore: json<number>().decode,
})
const three = ['n1', 'n2', 'n3']
const groups: Record<string, GroupDefinition> = { counter: raft({ members: three, stateMachine: counter }) }
const places = { proposers: three, acceptors: three, learners: three }
const transport = nats()

const nodeWith = (change: object): Loose => ({
  id: 'n1',
  cluster: 'c',
  transport,
  store: level('nowhere'),
  groups,
  ...change,
})

const misspelt: Readonly<Record<string, readonly [call: () => unknown, meant: string]>> = {
  raft: [() => raft({ members: three, stateMachine: counter, electionTimeout: 5 } as Loose), 'electionTimeoutMs'],
  'limits of raft': [
    () => raft({ members: three, stateMachine: counter, limits: { snapshotEvery: 5 } } as Loose),
    'snapshotEveryEntries',
  ],
  multiPaxos: [() => multiPaxos({ ...places, stateMachine: counter, heartBeatMs: 5 } as Loose), 'heartbeatMs'],
  'limits of multiPaxos': [
    () => multiPaxos({ ...places, stateMachine: counter, limits: { sessionMax: 5 } } as Loose),
    'sessionsMax',
  ],
  paxos: [() => paxos({ ...places, backoffMs: 5 } as Loose), 'backOffMs'],
  register: [() => register({ replicas: three, retriesMs: 5 } as Loose), 'retryMs'],
  defineTopology: [() => defineTopology({ cluster: 'c', nodes: three, group: groups } as Loose), 'groups'],
  startNode: [
    () => startNode({ id: 'n1', cluster: 'c', transport, store: level('nowhere'), groups, bootStrap: true } as Loose),
    'bootstrap',
  ],
  'client of startNode': [
    () =>
      startNode({
        id: 'n1',
        cluster: 'c',
        transport,
        store: level('nowhere'),
        groups,
        client: { deadline: 5 },
      } as Loose),
    'deadlineMs',
  ],
  connectClient: [
    () => connectClient({ transport, cluster: 'c', group: 'counter', stateMachine: counter, deadLineMs: 5 } as Loose),
    'deadlineMs',
  ],
  nats: [() => nats({ server: 'nats://127.0.0.1' } as Loose), 'servers'],
  startBroker: [() => startBroker({ payloadMax: 5 } as Loose), 'payloadBytesMax'],
  stately: [() => stately({ URL: 'ws://127.0.0.1' } as Loose), 'url'],
  startRelay: [() => startRelay({ ports: 5 } as Loose), 'port'],
}

describe('an option that would be ignored is refused by', () => {
  for (const [what, [call, meant]] of Object.entries(misspelt)) {
    test(`${what}, which says what was meant`, async () => {
      await expect((async () => call())()).rejects.toMatchObject({
        code: 'QUORATE_INVALID_CONFIGURATION',
        message: expect.stringContaining(`Did you mean ${meant}?`),
      })
    })
  }
})

describe('an option that is missing is named by', () => {
  const missing: Readonly<Record<string, readonly [call: () => unknown, names: string]>> = {
    raft: [() => raft({ members: three } as Loose), 'raft(...) needs stateMachine'],
    multiPaxos: [
      () => multiPaxos({ proposers: three, stateMachine: counter } as Loose),
      'needs acceptors and learners',
    ],
    paxos: [() => paxos({ acceptors: three, learners: three } as Loose), 'needs proposers'],
    defineTopology: [() => defineTopology({ cluster: 'c' } as Loose), 'needs nodes and groups'],
    startNode: [() => startNode({ id: 'n1', cluster: 'c' } as Loose), 'needs transport, store and groups'],
    connectClient: [() => connectClient({ transport, cluster: 'c' } as Loose), 'needs group and stateMachine'],
    'no options at all': [() => raft(undefined as Loose), 'raft(...) takes an object with members, stateMachine'],
  }
  for (const [what, [call, text]] of Object.entries(missing)) {
    test(what, async () => {
      await expect((async () => call())()).rejects.toMatchObject({
        code: 'QUORATE_INVALID_CONFIGURATION',
        message: expect.stringContaining(text),
      })
    })
  }
})

describe('a value of another kind is refused where it is given', () => {
  const kinds: Readonly<Record<string, readonly [call: () => unknown, text: string]>> = {
    'a text for a time': [
      () => raft({ members: three, stateMachine: counter, heartbeatMs: '50' } as Loose),
      'heartbeatMs must be a number, not a string',
    ],
    'a text for a time of Multi-Paxos': [
      () => multiPaxos({ ...places, stateMachine: counter, electionTimeoutMs: '500' } as Loose),
      'electionTimeoutMs must be a number, not a string',
    ],
    'a text for a time of Paxos': [
      () => paxos({ ...places, phaseTimeoutMs: '500' } as Loose),
      'phaseTimeoutMs must be',
    ],
    'one name for a list': [
      () => raft({ members: 'n1', stateMachine: counter } as Loose),
      'members must be a list of nodes, not a string',
    ],
    'a number for a list of nodes': [
      () => defineTopology({ cluster: 'c', nodes: 3, groups } as Loose),
      'nodes of defineTopology(...) must be a list',
    ],
    'a number for a quorum': [
      () => raft({ members: three, stateMachine: counter, quorum: 2 } as Loose),
      'quorum of raft(...), e.g. majority(members), must have the functions tally, committed, not a number',
    ],
    'one quorum for two': [
      () => multiPaxos({ ...places, stateMachine: counter, quorums: {} } as Loose),
      'phase1 of the quorums of multiPaxos(...) must have the functions',
    ],
    'half a state machine': [
      () => raft({ members: three, stateMachine: { apply: () => {} } } as Loose),
      'stateMachine of raft(...), e.g. defineStateMachine({ ... }), must have the functions initial, query, snapshot, restore',
    ],
    'a path for a store': [
      () => startNode({ id: 'n1', cluster: 'c', transport, store: './data', groups } as Loose),
      'store of startNode(...), e.g. level(directory), must have the functions open, not a string',
    ],
    'a URL for a transport': [
      () => connectClient({ transport: 'nats://n', cluster: 'c', group: 'g', stateMachine: counter } as Loose),
      'transport of connectClient(...), e.g. nats({ servers }), must have the functions connect',
    ],
    'a state machine that nobody defined, for a client': [
      () => connectClient({ transport, cluster: 'c', group: 'g', stateMachine: { initial: () => 0 } } as Loose),
      'stateMachine of connectClient(...), e.g. defineStateMachine({ ... }), must have the functions apply, query',
    ],
    'a list for groups': [() => startNode(nodeWith({ groups: [] })), 'groups of startNode(...) must be an object'],
    'an object for a group': [
      () => startNode(nodeWith({ groups: { counter: {} } })),
      'group counter must be what a protocol makes, e.g. raft({ members, stateMachine }), not another object',
    ],
    'nothing for a group of a topology': [
      () => defineTopology({ cluster: 'c', nodes: three, groups: { counter: undefined } } as Loose),
      'group counter must be what a protocol makes, e.g. raft({ members, stateMachine }), not undefined',
    ],
    'a text for a logger': [
      () => startNode(nodeWith({ logger: 'pino' })),
      'logger of startNode(...), e.g. pino(), must have the functions debug, info, warn, error, not a string',
    ],
    'half a logger for a client': [
      () =>
        connectClient({ transport, cluster: 'c', group: 'g', stateMachine: counter, logger: { info() {} } } as Loose),
      'logger of connectClient(...), e.g. pino(), must have the functions debug, warn, error',
    ],
    'a number for an observer': [
      () => startNode(nodeWith({ observe: 1 })),
      'observe of startNode(...) must be a function',
    ],
    'a text for yes': [
      () => startNode(nodeWith({ bootstrap: 'no' })),
      'bootstrap of startNode(...) must be true or false',
    ],
    'one signal for a list': [
      () => startNode(nodeWith({ stopOn: 'SIGTERM' })),
      `stopOn of startNode(...) must be a list of signals, e.g. ['SIGTERM', 'SIGINT'], not a string`,
    ],
    'what is no signal': [() => startNode(nodeWith({ stopOn: ['term'] })), 'not term'],
    'no options of a status': [() => clusterStatus(undefined as Loose), 'clusterStatus(...) takes an object with'],
    'a URL for the transport of a status': [
      () => clusterStatus({ transport: 'nats://n', cluster: 'c' } as Loose),
      'transport of clusterStatus(...), e.g. nats({ servers }), must have the functions connect, not a string',
    ],
    'no topology for a local cluster': [
      () => localCluster(undefined as Loose),
      'topology of localCluster(...) takes an object with cluster, nodes and groups, not undefined',
    ],
  }
  for (const [what, [call, text]] of Object.entries(kinds)) {
    test(what, async () => {
      await expect((async () => call())()).rejects.toMatchObject({
        code: 'QUORATE_INVALID_CONFIGURATION',
        message: expect.stringContaining(text),
      })
    })
  }
})
