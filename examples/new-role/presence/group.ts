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
import { messages } from './generated/presence.js'
import { type Member, type MemberRecord, machine, role } from './role.js'

export interface GroupOptions {
  readonly members: readonly NodeId[]
  /** How often a member calls, and up to as long again at random. Milliseconds. @default 1000 */
  readonly roundMs?: number
}

/** The group: give it to `defineTopology`, or to `startNode` on each of its members. */
export function presenceGroup(options: GroupOptions): GroupDefinition<NoService> {
  const { members, roundMs = 1000 } = options
  checkNodes('members', members)
  const quorum = majority(members)
  return {
    protocol: 'presence',
    quorums: bothPhases(quorum),
    messages: messages as MessageCodec<Message>,
    // Nothing is ordered, so there is nothing to apply.
    messageBytesMax: 4096,
    // Its members speak only with each other.
    service: { type: 'none' },
    roles: {
      [role]: {
        nodes: members,
        record: json<MemberRecord>() as Codec<unknown>,
        logic: (random) => machine.provide({ delays: { round: () => roundMs + random.below(roundMs) } }),
        input: ({ group, node, recovered }): Member => {
          const { record } = recovered as RecoveredState<MemberRecord>
          const { starts = 0, known = {} } = record ?? {}
          return { group, id: node, quorum, starts: starts + 1, known, answers: {} }
        },
        status: (snapshot) => statusOf(snapshot as Parameters<typeof statusOf>[0]),
      },
    },
  }
}

/** What `quorate status` shows. */
const statusOf = ({ value, context }: { readonly value: unknown; readonly context: Member }): RoleStatus => ({
  state: statePath(value),
  serves: false,
  details: { starts: context.starts },
})
