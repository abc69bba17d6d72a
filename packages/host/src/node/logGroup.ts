import {
  answerChecked,
  type Clock,
  InvalidConfigurationError,
  type NodeId,
  type QuorateError,
  type StateMachine,
} from '@quorate/core'
import type { CallOptions } from '../client/call.js'
import type { CallsOptions } from '../client/calls.js'
import { type ClientCodecs, codecsOf, encoded } from '../client/clientCodecs.js'
import { consistencyFault, LogClient, type QueryOptions } from '../client/logClient.js'
import type { Proposed } from '../client/proposals.js'
import type { Applier } from '../engine/applier.js'
import { NotExecutedError } from '../errors.js'
import type { GroupLeadership } from '../serving/groupLeadership.js'
import type { Leadership } from '../serving/leadership.js'

/** A group that orders a log, as the programme that embeds a node uses it: typed by the group's state machine. */
export interface LogGroup<State, Command, Result, Query = never, Answer = never> {
  /**
   * Has a command executed, once, whichever node leads.
   * @throws see {@link LogClient.propose}; like all here `QUORATE_NODE_STOPPED` after the node has stopped, with the cause
   */
  propose(command: Command, options?: CallOptions): Promise<Proposed<Result>>
  /**
   * Reads the state on this very node: by default only after it has applied all that was acknowledged before the call.
   * The state is a value: look, do not change.
   * @throws `QUORATE_NOT_EXECUTED` when that did not happen in time; what `look` throws; `QUORATE_INVALID_CONFIGURATION`
   *   without a function, and for a consistency that is none.
   */
  read<Value>(look: (state: State) => Value, options?: QueryOptions): Promise<Value>
  /** Has a question answered by the state machine of this node, read like `read`; where it has none, of another. */
  query(query: Query, options?: QueryOptions): Promise<Answer>
  /**
   * Whether this node leads, and when that begins and ends.
   * @throws `QUORATE_LEADERSHIP_UNSUPPORTED` on a node that never leads, since the role that takes commands is on others
   */
  readonly leadership: Leadership
  /**
   * Gives the leadership that this node has in the group to another: to that one, or to whichever can soonest. Meanwhile, some
   * milliseconds as a rule, nobody takes commands, and clients send theirs again; nothing is lost. Resolves with the node that leads, as soon as
   * this one knows of it.
   * @throws `QUORATE_NOT_LEADER` where this node does not lead; `QUORATE_TRANSFER_FAILED` when no other node took the place: then
   *   the group has a leader, or elects one, as ever; `QUORATE_LEADERSHIP_UNSUPPORTED` of a protocol that has no such thing
   */
  transferLeadership(to?: NodeId): Promise<NodeId>
}

/** {@link LogGroup} over a node's own client and state machine. */
export class LocalLogGroup implements LogGroup<unknown, unknown, unknown, unknown, unknown> {
  readonly #node: string
  readonly #name: string
  readonly #clock: Clock
  readonly #machine: StateMachine
  readonly #codecs: ClientCodecs<unknown, unknown, unknown, unknown>
  readonly #applier: Applier | undefined
  readonly #client: LogClient<unknown, unknown, unknown, unknown>
  readonly #deadlineMs: number
  readonly #leadership: GroupLeadership
  readonly #waiting = new Set<(error: Error) => void>()
  #stopped: QuorateError | undefined

  constructor(options: {
    node: string
    machine: StateMachine
    applier: Applier | undefined
    leadership: GroupLeadership
    calls: CallsOptions
  }) {
    const { node, machine, applier, leadership, calls } = options
    this.#leadership = leadership
    this.#node = node
    this.#name = calls.group
    this.#clock = calls.clock
    this.#machine = machine
    this.#codecs = codecsOf(machine)
    this.#applier = applier
    this.#client = new LogClient({ ...calls, codecs: this.#codecs })
    this.#deadlineMs = calls.behaviour.deadlineMs ?? 30_000
  }

  propose(command: unknown, options?: CallOptions): Promise<Proposed<unknown>> {
    return this.#client.propose(command, options)
  }

  async read<Value>(look: (state: unknown) => Value, options: QueryOptions = {}): Promise<Value> {
    if (this.#stopped) throw this.#stopped
    if (typeof look !== 'function') {
      throw new InvalidConfigurationError(
        `read takes a function of the state, e.g. (state) => state, not ${typeof look}`,
      )
    }
    const fault = consistencyFault(options)
    if (fault) throw fault
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

  get leadership(): Leadership {
    return this.#leadership.watch
  }

  async transferLeadership(to?: NodeId): Promise<NodeId> {
    if (this.#stopped) throw this.#stopped
    return this.#leadership.transfers.begin(to)
  }

  async stop(stopped: QuorateError): Promise<void> {
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
