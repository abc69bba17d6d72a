import { plain, type RoleSnapshot, type StepRecord } from '@quorate/core'
import { definitionOf } from './definition.js'

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

/** Makes messages of the wire format, one JSON object in one text frame each, out of the steps of actors. */
export class Messages {
  readonly #prefix: string

  constructor(cluster: string | undefined) {
    this.#prefix = cluster === undefined ? '' : `${cluster}/`
  }

  /** Who it is, and where it stands after this step. */
  actor({ address, logic, after }: StepRecord, atMs: number): ActorMessage {
    return {
      type: '@xstate.actor',
      ...this.#base(address, atMs),
      name: address,
      definition: definitionOf(logic, address),
      snapshot: shownOf(after.snapshot),
    }
  }

  /** What made it step. */
  event(step: StepRecord, atMs: number): EventMessage {
    return {
      type: '@xstate.event',
      ...this.#base(step.address, atMs),
      sourceId: this.#sourceOf(step),
      event: plain(eventOf(step)),
    }
  }

  /** Where it stands after the step. */
  snapshot(step: StepRecord, atMs: number): SnapshotMessage {
    return {
      type: '@xstate.snapshot',
      ...this.#base(step.address, atMs),
      event: plain(eventOf(step)),
      snapshot: shownOf(step.after.snapshot),
    }
  }

  /** It takes no step any more. */
  stopped(step: StepRecord, atMs: number): SnapshotMessage {
    const { snapshot } = step.after
    return { ...this.snapshot(step, atMs), snapshot: shownOf({ ...snapshot, status: 'stopped' }) }
  }

  #base(id: string, atMs: number): BaseMessage {
    const sessionId = this.#prefix + id
    return { _version: version, createdAt: String(atMs), id: null, sessionId, rootId: sessionId }
  }

  /** Who sent a message; a timer is the actor's own. */
  #sourceOf({ address, cause }: StepRecord): string | undefined {
    if (cause.type === 'timer') return this.#prefix + address
    return cause.type === 'message' ? this.#prefix + cause.from : undefined
  }
}

const eventOf = ({ event }: StepRecord): object => event ?? { type: 'xstate.init' }

/** The value first: the context may be cut short. */
const shownOf = ({ status, value, context }: RoleSnapshot): unknown =>
  plain({ status, value, tags: [], children: {}, historyValue: {}, context })
