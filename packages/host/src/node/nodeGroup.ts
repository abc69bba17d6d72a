import {
  answerChecked,
  type Clock,
  type GroupDefinition,
  InvalidConfigurationError,
  type Random,
  type StateMachine,
  type TypedStateMachine,
} from '@quorate/core'
import type { Bus } from '../bus/bus.js'
import type { CallOptions } from '../client/call.js'
import { type ClientCodecs, encoded } from '../client/clientCodecs.js'
import type { ClientOptions } from '../client/clientOptions.js'
import { GroupClient, type QueryOptions } from '../client/groupClient.js'
import type { Proposed } from '../client/proposals.js'
import type { Applier } from '../engine/applier.js'
import { type NodeStoppedError, NotExecutedError } from '../errors.js'
import type { HostedGroup } from './hostedGroup.js'

/** A group as the programme that embeds a node uses it, typed by the group's state machine. */
export interface NodeGroup<State, Command, Result, Query = never, Answer = never> {
  /**
   * Has a command executed, once, whichever node leads.
   * @throws see {@link GroupClient.propose}; like all here `QUORATE_NODE_STOPPED` after the node has stopped, with the cause
   */
  propose(command: Command, options?: CallOptions): Promise<Proposed<Result>>
  /**
   * Reads the state on this very node: by default only after it has applied all that was acknowledged before the call.
   * The state is a value: look, do not change.
   * @throws `QUORATE_NOT_EXECUTED` when that did not happen in time; what `look` throws.
   */
  read<Value>(look: (state: State) => Value, options?: QueryOptions): Promise<Value>
  /** Has a question answered by the state machine of this node, read like `read`; where it has none, of another. */
  query(query: Query, options?: QueryOptions): Promise<Answer>
  /**
   * Asks a group that orders no log, in the words of its protocol.
   * @throws see {@link GroupClient.ask}
   */
  ask(bytes: Uint8Array, options?: CallOptions): Promise<Uint8Array>
}

/** The group that a definition makes: commands and results as its state machine's codecs say, or bytes where it has none. */
export type NodeGroupOf<Definition> =
  Definition extends GroupDefinition<infer Machine>
    ? Machine extends TypedStateMachine<infer State, infer Command, infer Result, infer Query, infer Answer>
      ? NodeGroup<State, Command, Result, Query, Answer>
      : Machine extends StateMachine<infer State>
        ? NodeGroup<State, Uint8Array, Uint8Array, Uint8Array, Uint8Array>
        : never
    : never

/** The codecs of a state machine: those that it brings, or bytes as they are. */
export function codecsOf(machine: StateMachine): ClientCodecs<unknown, unknown, unknown, unknown> {
  if ('codecs' in machine) return machine.codecs as ClientCodecs<unknown, unknown, unknown, unknown>
  const bytes = { encode: (value: unknown) => value as Uint8Array, decode: (value: Uint8Array): unknown => value }
  return { command: bytes, result: bytes, query: bytes, answer: bytes }
}

/** {@link NodeGroup} over a node's own client and state machine. */
export class LocalGroup implements NodeGroup<unknown, unknown, unknown, unknown, unknown> {
  readonly #node: string
  readonly #name: string
  readonly #clock: Clock
  readonly #machine: StateMachine
  readonly #codecs: ClientCodecs<unknown, unknown, unknown, unknown>
  readonly #applier: Applier | undefined
  readonly #client: GroupClient<unknown, unknown, unknown, unknown>
  readonly #deadlineMs: number
  readonly #waiting = new Set<(error: Error) => void>()
  #stopped: NodeStoppedError | undefined

  constructor(options: {
    node: string
    group: HostedGroup
    bus: Bus
    clock: Clock
    random: Random
    behaviour: ClientOptions
    /** True if the clock and the bus are not those of others in this process. */
    isAlone: boolean
    /** What is to be said of a bus that is, or was, away. */
    outage: () => string | undefined
  }) {
    const { node, group, bus, clock, random, behaviour, isAlone, outage } = options
    const { name, definition, applier } = group
    this.#node = node
    this.#name = name
    this.#clock = clock
    this.#machine = definition.stateMachine
    this.#codecs = codecsOf(definition.stateMachine)
    this.#applier = applier
    this.#client = new GroupClient({
      group: name,
      bus,
      clock,
      random,
      codecs: this.#codecs,
      behaviour,
      isAlone,
      outage,
    })
    this.#deadlineMs = behaviour.deadlineMs ?? 30_000
  }

  propose(command: unknown, options?: CallOptions): Promise<Proposed<unknown>> {
    return this.#client.propose(command, options)
  }

  async read<Value>(look: (state: unknown) => Value, options: QueryOptions = {}): Promise<Value> {
    if (this.#stopped) throw this.#stopped
    const applier = this.#applier
    if (!applier) {
      throw new InvalidConfigurationError(
        `node ${this.#node} has no state machine of group ${this.#name}: ask with query, or read on another node`,
      )
    }
    if (options.consistency !== 'stale') {
      const { signal } = options
      await this.#reach(applier, await this.#client.readIndex({ signal }), signal)
    }
    return look(applier.appliedState.state)
  }

  async query(query: unknown, options?: QueryOptions): Promise<unknown> {
    if (!this.#applier) return this.#client.query(query, options)
    const bytes = encoded(this.#codecs.query, query)
    return this.#codecs.answer.decode(await this.read((state) => answerChecked(this.#machine, state, bytes), options))
  }

  ask(bytes: Uint8Array, options?: CallOptions): Promise<Uint8Array> {
    return this.#client.ask(bytes, options)
  }

  async stop(stopped: NodeStoppedError): Promise<void> {
    this.#stopped = stopped
    for (const give of this.#waiting) give(stopped)
    await this.#client.close(stopped)
  }

  #reach(applier: Applier, index: number, signal: AbortSignal | undefined): Promise<void> | undefined {
    if (applier.appliedState.applied.index >= index) return undefined
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#waiting.delete(give)
        this.#clock.clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
      }
      const give = (error: Error) => {
        end()
        reject(error)
      }
      const late = (why: string, cause?: unknown) =>
        give(new NotExecutedError(`${why} before node ${this.#node} had applied entry ${index}`, { cause }))
      const abort = () => late('the read was aborted', signal?.reason)
      const timer = this.#clock.setTimeout(() => late('the deadline passed'), this.#deadlineMs)
      this.#waiting.add(give)
      signal?.addEventListener('abort', abort, { once: true })
      applier.whenApplied(index, () => {
        end()
        resolve()
      })
    })
  }
}
