import { parseAddress } from '@quorate/core'
import type { AnyActorRef, InspectionEvent } from 'xstate'
import { definitionOf } from './definition.js'
import { plain } from './plain.js'

/** The version of `@statelyai/inspect` whose messages these are. */
const version = '0.7.2'

interface BaseMessage {
  readonly _version: typeof version
  /** Milliseconds since 1970, as text. */
  readonly createdAt: string
  readonly id: null
  /** The address of the actor, with the cluster before it where that is known. */
  readonly sessionId: string
  /** Each actor of a node is its own root. */
  readonly rootId: string
}

/** An actor is there. */
export interface ActorMessage extends BaseMessage {
  readonly type: '@xstate.actor'
  readonly name: string
  /** JSON within the JSON: the config of a statechart. */
  readonly definition: string
  readonly snapshot: unknown
}

/** An actor got an event. */
export interface EventMessage extends BaseMessage {
  readonly type: '@xstate.event'
  /** The session id of who sent it, in whichever process that is. */
  readonly sourceId: string | undefined
  readonly event: unknown
}

/** An actor has handled an event. */
export interface SnapshotMessage extends BaseMessage {
  readonly type: '@xstate.snapshot'
  readonly event: unknown
  readonly snapshot: unknown
}

/** Makes messages of the wire format, one JSON object in one text frame each, out of what XState shows. */
export class Messages {
  readonly #prefix: string

  constructor(cluster: string | undefined) {
    this.#prefix = cluster === undefined ? '' : `${cluster}/`
  }

  actor(actor: AnyActorRef, atMs: number): ActorMessage {
    return {
      type: '@xstate.actor',
      ...this.#base(actor.id, atMs),
      name: actor.id,
      definition: definitionOf((actor as { logic?: unknown }).logic, actor.id),
      snapshot: snapshotOf(actor.getSnapshot()),
    }
  }

  event({ actorRef, sourceRef, event }: InspectionEvent & { type: '@xstate.event' }, atMs: number): EventMessage {
    return {
      type: '@xstate.event',
      ...this.#base(idOf(actorRef), atMs),
      sourceId: this.#senderOf(event) ?? (sourceRef && this.#prefix + idOf(sourceRef)),
      event: plain(event),
    }
  }

  snapshot(
    { actorRef, event, snapshot }: InspectionEvent & { type: '@xstate.snapshot' },
    atMs: number,
  ): SnapshotMessage {
    return {
      type: '@xstate.snapshot',
      ...this.#base(idOf(actorRef), atMs),
      event: plain(event),
      snapshot: snapshotOf(snapshot),
    }
  }

  #base(id: string, atMs: number): BaseMessage {
    const sessionId = this.#prefix + id
    return { _version: version, createdAt: String(atMs), id: null, sessionId, rootId: sessionId }
  }

  /** A message that came over the bus bears the address of its sender. */
  #senderOf(event: { readonly type: string }): string | undefined {
    const from = 'from' in event ? event.from : undefined
    return typeof from === 'string' && parseAddress(from) ? this.#prefix + from : undefined
  }
}

/** A host gives its actors their address as id; XState's own session ids are the same in every process. */
const idOf = (actor: unknown): string => (actor as AnyActorRef).id

/** The value first: the context may be cut short. */
const snapshotOf = (snapshot: unknown): unknown => {
  const { status, value, tags, output, error, context } = (snapshot ?? {}) as Record<string, unknown>
  const shown = { status: status ?? 'active', value, tags: tags ?? [], children: {}, historyValue: {}, output, error }
  return plain({ ...shown, context })
}
