import { type Address, addressOf, bothPhases, type Effect, majority, type NodeId } from '@quorate/core'
import { drive, type EventsOf, Stage, type StageActor } from '@quorate/core/testing'
import { coordinatorRole, type RegisterConfig, replicaRole } from './config.js'
import type { RegisterReply, RegisterRequest } from './contract.js'
import { type CoordinatorEvent, coordinator, newCoordinator } from './coordinator.js'
import type { Held, Lapse, RegisterMessage, Row } from './generated/register.js'
import { type RegisterOptions, register } from './register.js'
import { type ReplicaEvent, recoverReplica, replica } from './replica.js'

/** Every event of each role, and where it comes from. */
export const events = {
  coordinator: {
    QueryReply: 'message',
    PropagateReply: 'message',
    'client.asked': 'local',
  } satisfies EventsOf<CoordinatorEvent>,
  replica: {
    Query: 'message',
    Propagate: 'message',
    Restore: 'message',
    RestoreReply: 'message',
  } satisfies EventsOf<ReplicaEvent>,
} as const

export const three = ['n1', 'n2', 'n3']

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
export const textOf = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes)

export const configOf = (id: NodeId, more: Partial<RegisterConfig> = {}): RegisterConfig => {
  const replicas = more.replicas ?? three
  return { group: 'g', id, replicas, quorums: bothPhases(majority(replicas)), ...more }
}

export const coordinatorWith = (more: Partial<RegisterConfig> = {}) =>
  drive(coordinator, newCoordinator(configOf('n1', more)))
export const replicaWith = (row?: Row, doubts = 0, more: Partial<RegisterConfig> = {}) =>
  drive(replica, recoverReplica({ shared: configOf('n1', more), key: 'x', row, doubts }))

export const held = (sequence: number, text: string, node = 'n9', request = 9): Held => ({
  tag: { sequence, node, request },
  value: bytesOf(text),
})
export const rowOf = (of: Held, lapses: readonly Lapse[] = [], restored = 0): Row => ({ held: of, lapses, restored })
export const lapse = (node: NodeId, count = 1): Lapse => ({ node, count })

const coordinatorAt = (node: NodeId): Address => addressOf('g', coordinatorRole, node)
export const replicaAt = (node: NodeId): Address => addressOf('g', replicaRole, node)

export const read = { type: 'read', key: 'x' } as const
export const write = (text: string) => ({ type: 'write', key: 'x', value: bytesOf(text) }) as const
export const asked = (body: RegisterRequest, request = 7) => ({ type: 'client.asked', request, body }) as const

export const query = (request = 7) => ({ type: 'Query', from: coordinatorAt('n9'), key: 'x', request }) as const
export const propagate = (of: Held, request = 7) =>
  ({ type: 'Propagate', from: coordinatorAt('n9'), key: 'x', request, held: of }) as const
export const queryReply = (node: NodeId, of: Held, lapses: readonly Lapse[] = []) =>
  ({ type: 'QueryReply', from: replicaAt(node), request: 7, held: of, lapses }) as const
export const propagateReply = (node: NodeId, lapses: readonly Lapse[] = []) =>
  ({ type: 'PropagateReply', from: replicaAt(node), request: 7, lapses }) as const
export const restore = (node: NodeId, count: number) =>
  ({ type: 'Restore', from: replicaAt(node), key: 'x', lapse: count }) as const
export const restoreReply = (
  node: NodeId,
  of: Held,
  {
    lapse: count = 1,
    lapses = [],
    doubtful = false,
  }: { lapse?: number; lapses?: readonly Lapse[]; doubtful?: boolean } = {},
) => ({ type: 'RestoreReply', from: replicaAt(node), key: 'x', lapse: count, held: of, lapses, doubtful }) as const

const shown = ({ tag: { sequence, node, request }, value }: Held): string =>
  `${sequence}.${node}.${request} ${textOf(value) ?? 'nothing'}`

/** What is said, and to whom: what is held as `sequence.node.request value`. */
export const sent = (effects: readonly Effect<RegisterMessage, unknown, unknown>[]) =>
  effects.flatMap((effect) => {
    if (effect.type !== 'send') return []
    const { message } = effect
    return [{ to: effect.to, ...message, ...('held' in message && { held: shown(message.held) }) }]
  })

/** What the only answer says. */
export const answerIn = (effects: readonly Effect<RegisterMessage, unknown, RegisterReply>[]): string | undefined => {
  const [answer] = effects.flatMap((effect) => (effect.type === 'answer' ? [effect.body] : []))
  return answer && (textOf(answer.value) ?? 'nothing')
}

export const groupOf = (options: Partial<RegisterOptions> = {}) => register({ replicas: three, ...options })

/** A group with no host around it: writes are finished when somebody says so. */
export const stageOf = (options: Partial<RegisterOptions> = {}) => {
  const stage = new Stage(groupOf(options))
  const at = (node: NodeId) => ({
    coordinator: stage.actor(coordinatorRole, node),
    replica: stage.actor(replicaRole, node),
  })
  const ask = (node: NodeId, body: RegisterRequest, request: number) => at(node).coordinator.tell(asked(body, request))
  return { stage, at, ask }
}

export const answersOf = (actor: StageActor): readonly (readonly [request: number, value: string])[] =>
  actor.answered.map(({ request, body }) => [request, textOf((body as RegisterReply).value) ?? 'nothing'])
