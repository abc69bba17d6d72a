import {
  addressOf,
  decodeEnvelope,
  decodeWith,
  type Effect,
  type Entry,
  type Envelope,
  encodeEnvelope,
  encodeWith,
  type GroupDefinition,
  logAppliedBy,
  type NodeId,
  openedBy,
  type ProtoReader,
  type RoleDefinition,
  type Transport,
} from '@quorate/core'
import type { AnyActorLogic, AnyActorScope } from '@quorate/core/statechart'
import type { SimulatedPorts } from '@quorate/simulator'
import { behindInApply } from './aims.js'
import { hosting, type MistakenCluster, type Simulated } from './simulated.js'

/** Mistakes of nodes whose state machine is behind, made around their groups and their transport. */

/** Actors that emit something else. */
const emitting = (
  logic: AnyActorLogic,
  change: (effect: Effect, emit: (effect: Effect) => void) => void,
): AnyActorLogic => {
  const changed = (scope: AnyActorScope): AnyActorScope => ({
    ...scope,
    actionExecutor: (action) => {
      if (action.type !== 'xstate.emit') return scope.actionExecutor(action)
      const { event } = action.params as unknown as { readonly event: Effect }
      change(event, (other) => scope.actionExecutor({ ...action, params: { event: other } as never }))
    },
  })
  return {
    ...logic,
    getInitialSnapshot: (scope, input) => logic.getInitialSnapshot(changed(scope), input),
    transition: (snapshot, event, scope) => logic.transition(snapshot, event, changed(scope)),
  }
}

type OnEffect = (effect: Effect, emit: (effect: Effect) => void) => void

/** The groups of a node, whose roles that apply emit something else. */
const changingGroups = (
  { groups }: SimulatedPorts,
  changeOf: (group: string) => OnEffect,
): Readonly<Record<string, GroupDefinition>> => {
  const changedRole = (role: RoleDefinition, change: OnEffect): RoleDefinition => ({
    ...role,
    logic: (random, node) => emitting(role.logic(random, node), change),
  })
  return Object.fromEntries(
    Object.entries(groups).map(([name, group]) => {
      const roles = Object.entries(group.roles).map(([role, definition]) => [
        role,
        logAppliedBy(role, group) ? changedRole(definition, changeOf(name)) : definition,
      ])
      return [name, { ...group, roles: Object.fromEntries(roles) }]
    }),
  )
}

/** A state machine that is restored, and then applies what was decided before and had not been applied. */
const keepingBacklog =
  ({ appliedOf }: SimulatedPorts) =>
  (group: string): OnEffect => {
    let decided: readonly Entry[] = []
    return (effect, emit) => {
      emit(effect)
      const waiting = decided.filter(({ index }) => index > appliedOf(group))
      decided = effect.type === 'commit' ? [...waiting, ...effect.entries] : waiting
      if (effect.type === 'restore' && waiting.length > 0) emit({ type: 'commit', entries: waiting })
    }
  }

/** A client's Propose, as far as it matters: its session, and the sequences of its commands. */
function proposeOf(reader: ProtoReader): { readonly session: number; readonly sequences: readonly number[] } {
  let session = 0
  const sequences: number[] = []
  while (reader.hasMore()) {
    const tag = reader.tag()
    if (tag >>> 3 === 2) session = reader.uint64()
    else if (tag >>> 3 === 4) sequences.push(reader.message(sequenceOf))
    else reader.skip(tag)
  }
  return { session, sequences }
}

function sequenceOf(reader: ProtoReader): number {
  let sequence = 0
  while (reader.hasMore()) {
    const tag = reader.tag()
    if (tag >>> 3 === 1) sequence = reader.uint64()
    else reader.skip(tag)
  }
  return sequence
}

const expired = 2

/** Results that say of all commands that their session has expired. */
const expiredResults = (session: number, sequences: readonly number[]): Uint8Array =>
  encodeWith((writer, items: readonly number[]) => {
    writer.tag(1 << 3).uint64(session)
    for (const sequence of items) {
      writer.tag((2 << 3) | 2).message((inner, number: number) => {
        inner.tag(1 << 3).uint64(number)
        inner.tag(3 << 3).uint32(expired)
      }, sequence)
    }
  }, sequences)

/** What a link garbled is none. */
const envelopeIn = (bytes: Uint8Array): Envelope | undefined => {
  try {
    return decodeEnvelope(bytes)
  } catch {
    return undefined
  }
}

/** A node that does not wait for its state machine before it says that there is no such session. */
const callingExpired = (node: NodeId, ports: SimulatedPorts): Partial<SimulatedPorts> => {
  const { transport, appliedOf } = ports
  /** Where the session was opened, as far as that is decided here. */
  const openedAt = new Map<number, number>()
  const noteSessions: OnEffect = (effect, emit) => {
    emit(effect)
    const opening = effect.type === 'commit' ? effect.entries.filter(({ kind }) => kind === 'openSession') : []
    for (const entry of opening) if (!openedAt.has(openedBy(entry))) openedAt.set(openedBy(entry), entry.index)
  }
  /** Results for a client whose session is decided, and not applied. */
  const answerTo = (bytes: Uint8Array): Envelope | undefined => {
    const envelope = envelopeIn(bytes)
    if (envelope?.type !== 'Propose') return undefined
    const [group = ''] = envelope.to.split('/')
    const { session, sequences } = decodeWith(proposeOf, envelope.payload)
    if ((openedAt.get(session) ?? 0) <= appliedOf(group)) return undefined
    const from = addressOf(group, 'client', node)
    return { ...envelope, from, to: envelope.from, type: 'Results', payload: expiredResults(session, sequences) }
  }
  const connect: Transport['connect'] = async (options) => {
    const connection = await transport.connect(options)
    return {
      ...connection,
      subscribe: (to, deliver) =>
        connection.subscribe(to, (bytes) => {
          const answer = answerTo(bytes)
          if (answer) connection.publish(answer.to, encodeEnvelope(answer))
          else deliver(bytes)
        }),
    }
  }
  return { transport: { connect }, groups: changingGroups(ports, () => noteSessions) }
}

type Maker = (title: string, cluster: MistakenCluster) => Simulated

/** Of a state machine that is restored. */
export const backlogMistake: Maker = (title, cluster) => ({
  name: `${title}: a restored state machine that goes on with the backlog of before`,
  pitfall: 'backlog',
  cluster,
  change: hosting((_node, ports) => ({ groups: changingGroups(ports, keepingBacklog(ports)) })),
  limits: { snapshotEveryEntries: 4, entriesKept: 1 },
})

/** Of a member that is behind in what it applies. */
export const expiredMistake: Maker = (title, cluster) => ({
  name: `${title}: a member behind in apply that calls a session expired`,
  pitfall: 'behind',
  cluster,
  change: hosting(callingExpired),
  aim: behindInApply(cluster.name),
})
