import {
  bothPhases,
  type Codec,
  checkNodes,
  type GroupDefinition,
  json,
  type Message,
  type MessageCodec,
  majority,
  type NodeId,
  type NoService,
  type RecoveredState,
  type RoleStatus,
  statePath,
} from '@quorate/core'
import type { NodeReport } from '@quorate/host'
import { messages } from './generated/watch.js'
import { type Sentry, type SentryRecord, sentry, sentryRole } from './sentry.js'

export interface WatchOptions {
  /** Who may have the watch: 3 survive the loss of 1, 5 of 2. */
  readonly members: readonly NodeId[]
  /** A sentry that hears nobody for this long, and up to as long again at random, claims the watch. Milliseconds. @default 1000 */
  readonly silenceMs?: number
  /** How often the one on watch says so. Milliseconds. @default 100 */
  readonly roundMs?: number
}

/** A group in which one member has the watch. */
export function watch({ members, silenceMs = 1000, roundMs = 100 }: WatchOptions): GroupDefinition<NoService> {
  checkNodes('members', members)
  const quorum = majority(members)
  return {
    protocol: 'watch',
    quorums: bothPhases(quorum),
    messages: messages as MessageCodec<Message>,
    // It orders no log, so there is nothing to apply.
    messageBytesMax: 4096,
    service: { type: 'none' },
    roles: {
      [sentryRole]: {
        nodes: members,
        record: json<SentryRecord>() as Codec<unknown>,
        logic: (random) => {
          const silence = () => silenceMs + random.below(silenceMs)
          return sentry.provide({ delays: { silence, patience: silenceMs, round: roundMs } })
        },
        input: ({ group, node, recovered }): Sentry => {
          const { record, doubtful } = recovered as RecoveredState<SentryRecord>
          const { epoch = 0, grantedTo, forgot = false } = record ?? {}
          const durable = { epoch, grantedTo, forgot: forgot || doubtful }
          return { group, id: node, quorum, ...durable, onWatch: undefined, answers: {} }
        },
        status: (snapshot) => statusOf(snapshot as Parameters<typeof statusOf>[0]),
      },
    },
  }
}

/** What `quorate status` shows, and {@link epochOnWatch} reads. */
const statusOf = ({ value, context }: { readonly value: unknown; readonly context: Sentry }): RoleStatus => ({
  state: statePath(value),
  serves: context.onWatch === context.id,
  epoch: context.epoch,
  leader: context.onWatch,
})

/** The epoch in which a node believes to have the watch; `undefined` when it knows that it has not. */
export function epochOnWatch(report: NodeReport, group: string): number | undefined {
  const role = report.groups[group]?.roles[sentryRole]
  return role?.serves ? role.epoch : undefined
}
