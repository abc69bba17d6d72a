import {
  always,
  groupModel,
  type HistoryDefinition,
  type Model,
  type NetworkSettings,
  ofHistory,
  type RoleState,
  sometimes,
} from '@quorate/checker'
import { defineStateMachine, type Effect, type Entry, json, type Message } from '@quorate/core'
import { raft, type ServerFamily } from '@quorate/raft'
import { isLeader, membersOf, serverOf } from './raftElection.js'

/** Raft's log: Ongaro and Ousterhout (2014), sections 5.3 and 5.4. @module */

/** The entries that state machines were given, as `term.command`, by index; more than one of an index is a mistake. */
export type AppliedLog = readonly (readonly string[])[]

export interface Applied {
  readonly entries: readonly { readonly index: number; readonly entry: string }[]
}

const text = new TextDecoder()
const nameOf = ({ term, kind, bytes }: Entry): string => `${term}.${kind === 'command' ? text.decode(bytes) : kind}`

/** What state machines apply. */
export const appliedLog: HistoryDefinition<RoleState, Message, Applied, AppliedLog> = {
  initial: [],
  gathers: true,
  note({ outputs }) {
    const entries = (outputs as readonly Effect[])
      .flatMap((effect) => (effect.type === 'commit' ? effect.entries : []))
      .map((entry) => ({ index: entry.index, entry: nameOf(entry) }))
    return entries.length > 0 ? { entries } : undefined
  },
  record(history, { entries }) {
    const log = history.map((seen) => seen)
    for (const { index, entry } of entries) {
      const seen = log[index - 1] ?? []
      if (!seen.includes(entry)) log[index - 1] = [...seen, entry].sort()
    }
    return log
  },
}

export const isOneLog = (history: AppliedLog): boolean => history.every((seen) => seen.length === 1)

const hasApplied = (history: AppliedLog, command: string): boolean =>
  history.some((seen) => seen.some((entry) => entry.endsWith(`."${command}"`)))

/** Remembers the commands in the order of their application. */
export const commandLog = defineStateMachine<readonly string[], string, number>({
  initial: () => [],
  apply: (commands, command) => ({ state: [...commands, command], result: commands.length + 1 }),
  snapshot: json<readonly string[]>().encode,
  restore: json<readonly string[]>().decode,
})

/** A command without a session, since what is asked is what the log does. */
export const proposal = (request: number, command: string) => ({
  type: 'client.proposed',
  request,
  commands: [
    {
      kind: 'command',
      session: 0,
      sequence: request,
      answeredBelow: 0,
      bytes: commandLog.codecs.command.encode(command),
    },
  ],
})

export interface ReplicationScope {
  readonly name: string
  readonly servers: number
  readonly terms: number
  readonly timeouts: number
  readonly crashes: number
  readonly writes: 'atomic' | 'split'
  readonly family: ServerFamily
  readonly network: NetworkSettings
}

const commands = ['a', 'b']

export const raftReplication = (scope: ReplicationScope): Model =>
  groupModel<Applied, AppliedLog>({
    name: scope.name,
    group: raft({
      members: membersOf(scope),
      stateMachine: commandLog,
      family: () => scope.family,
    }),
    network: scope.network,
    alike: membersOf(scope),
    writes: scope.writes,
    timers: { server: { electionTimeout: 'timeouts', minimumElectionTimeout: 'timeouts', heartbeat: 'heartbeats' } },
    crashes: scope.crashes > 0 ? ['server'] : [],
    requests: commands.map((command, at) => ({
      name: `takes command ${command}`,
      role: 'server',
      event: proposal(at + 1, command),
      isFor: isLeader,
    })),
    budgets: {
      timeouts: scope.timeouts,
      heartbeats: 0,
      crashes: scope.crashes,
      ...Object.fromEntries(commands.map((command) => [`takes command ${command}`, 1])),
    },
    within: (state) => (serverOf(state)?.currentTerm ?? 0) <= scope.terms,
    history: appliedLog,
    properties: [
      always(
        'State Machine Safety: no two servers apply different entries at one index',
        ofHistory((history: AppliedLog) => isOneLog(history)),
      ),
      ...commands.map((command) =>
        sometimes(
          `command ${command} is applied`,
          ofHistory((history: AppliedLog) => hasApplied(history, command)),
        ),
      ),
    ],
  })
