import { errorOf, type GroupDefinition, InvalidConfigurationError, type NodeId } from '@quorate/core'
import { type MembersChangedError, NodeStoppedError } from '../errors.js'
import { hex } from '../identity/peerStores.js'
import type { NodeReport, StatusPage } from '../status/nodeStatus.js'
import { Deferred } from '../system/deferred.js'
import { isDoneWithin } from '../system/isDoneWithin.js'
import type { Groups, NodeOptions } from '../topology/configuration.js'
import type { NodeGroupOf } from './nodeGroup.js'
import { NodeParts, type Opened } from './nodeParts.js'
import type { QuorateNode } from './quorateNode.js'
import { StopSignals } from './stopSignals.js'

/** How long a node may take to stop in order. */
const stopWithinMsDefault = 5000
/** So long a node that stops waits for others to lead in its place; as a rule it takes some milliseconds. */
const giveAwayWithinMs = 500

/** Made by `startNode`, of what it opened. */
export class RunningNode<G extends Groups> implements QuorateNode<G> {
  readonly id: NodeId
  readonly #options: NodeOptions<G>
  readonly #opened: Opened
  readonly #parts: NodeParts
  readonly #ready = new Deferred<void>()
  readonly #stopped = new Deferred<Error | undefined>()
  readonly #signals: StopSignals
  #state: NodeReport['state'] = 'introducing'
  #ending: Promise<void> | undefined
  /** Why the node ends, unless it was asked to. */
  #endedBy: Error | undefined
  /** Something broke while others were to lead in the place of this node: nothing of it may speak any more. */
  #giveUp: (error: Error) => void = () => {}

  constructor(options: NodeOptions<G>, opened: Opened) {
    this.id = options.id
    this.#options = options
    this.#opened = opened
    this.#parts = new NodeParts(options, opened, {
      ready: this.ready,
      stopped: () => (this.#ending ? new NodeStoppedError(this.id, this.#endedBy) : undefined),
      report: (page) => this.status(page),
      run: () => void this.#run(),
      fail: (error) => this.#fail(error),
      differs: (error) => this.#differs(error),
    })
    this.#signals = new StopSignals(options.stopOn ?? [], () => void this.stop())
  }

  get ready(): Promise<void> {
    return this.#ready.promise
  }
  get stopped(): Promise<Error | undefined> {
    return this.#stopped.promise
  }

  async begin(): Promise<void> {
    const { id, cluster } = this.#options
    for (const remark of this.#opened.store.remarks ?? []) this.#parts.logger.info({ node: id }, remark)
    if (this.#opened.store.doubtful) {
      this.#parts.logger.warn(
        { node: id },
        'the last write of this store was lost or damaged: promises are not relied on before others brought this node up to date',
      )
    }
    this.#parts.logger.info(
      { node: id, cluster, store: hex(this.#opened.store.storeId), bus: this.#opened.connection.label },
      'node starts',
    )
    const { unopened } = this.#parts.changes
    if (unopened.length > 0) {
      this.#parts.logger.info(
        { node: id, groups: unopened },
        'the store holds groups that this node was not started with: they are left as they are (open or drop them)',
      )
    }
    if (await this.#parts.identity.begin()) await this.ready
  }

  group<Name extends keyof G & string>(name: Name): NodeGroupOf<G[Name]> {
    if (!this.#parts.groups.has(name)) {
      throw new InvalidConfigurationError(
        `node ${this.id} has no group ${name}; it has ${this.#parts.groups.names.join(', ') || 'none'}`,
      )
    }
    if (this.#ending && !this.#parts.groups.hasHandle(name)) throw new NodeStoppedError(this.id, this.#endedBy)
    return this.#parts.groups.handle(name).group as unknown as NodeGroupOf<G[Name]>
  }

  open<Definition extends GroupDefinition>(name: string, definition: Definition): Promise<NodeGroupOf<Definition>> {
    return this.#parts.changes.open(name, definition)
  }

  close(name: string): Promise<void> {
    return this.#parts.changes.close(name)
  }

  drop(name: string): Promise<void> {
    return this.#parts.changes.drop(name)
  }

  status(page: StatusPage = {}): NodeReport {
    return {
      node: this.id,
      cluster: this.#options.cluster,
      storeId: hex(this.#opened.store.storeId),
      state: this.#state,
      waitingFor: this.#parts.identity.waitingFor,
      bus: this.#parts.busWatch.report(),
      dropped: this.#parts.drops.totals,
      ...this.#parts.groups.status(page),
      unopened: this.#parts.changes.unopened,
    }
  }

  stop(): Promise<void> {
    return this.#end(undefined)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #run(): Promise<void> {
    try {
      await Promise.all([this.#parts.members.listen(), this.#parts.groups.startAll()])
      if (this.#ending) return
      this.#state = 'running'
      this.#parts.logger.info({ node: this.id, groups: this.#parts.groups.names }, 'node runs')
      this.#ready.resolve()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** One that the node was started with it cannot do without. */
  #differs(error: MembersChangedError): void {
    if (Object.hasOwn(this.#options.groups, error.group)) this.#fail(error)
    else {
      this.#parts.logger.error({ node: this.id, group: error.group, error }, 'a group is closed')
      this.#parts.changes.close(error.group, error).catch(() => {})
    }
  }

  /** What cannot be mended while the node runs ends it: an actor whose memory is ahead of its disk must not speak again. */
  #fail(thrown: unknown): void {
    if (this.#ending) {
      this.#giveUp(errorOf(thrown))
      return
    }
    const error = errorOf(thrown)
    this.#parts.bus.silence()
    this.#parts.logger.error({ node: this.id, error }, 'node stops, because something broke')
    // Without a logger nobody might ever hear of it.
    if (!this.#options.logger) globalThis.process?.emitWarning(`node ${this.id} stops: ${error.message}`, error.name)
    void this.#end(error)
  }

  #end(error: Error | undefined): Promise<void> {
    if (!this.#ending) {
      this.#endedBy = error
      this.#ending = this.#leave()
    }
    return this.#ending
  }

  async #leave(): Promise<void> {
    this.#state = 'stopping'
    const causes: unknown[] = this.#endedBy ? [this.#endedBy] : []
    const { stopWithinMs = stopWithinMsDefault } = this.#options
    const left = this.#leaveInOrder(causes)
    if (!(await isDoneWithin(this.#parts.clock, stopWithinMs, left, this.#signals.second))) {
      this.#parts.logger.warn(
        { node: this.id, stopWithinMs, bus: this.#parts.busWatch.report().status },
        'node ends at once: it was asked to, or bus or disk did not let it stop in order in time',
      )
      this.#opened.connection.abort()
    }
    this.#parts.bus.silence()
    this.#signals.forget()
    this.#state = 'stopped'
    if (causes.length > 0) this.#endedBy = errorOf(causes[0])
    this.#ready.reject(new NodeStoppedError(this.id, this.#endedBy))
    this.#parts.logger.info({ node: this.id }, 'node has stopped')
    this.#stopped.resolve(this.#endedBy)
  }

  /** A node that stops lets others lead first what it leads, so that clients need not wait for an election. */
  async #untilGiven(given: readonly Promise<unknown>[], causes: unknown[]): Promise<void> {
    const broken = new Deferred<void>()
    this.#giveUp = (error) => {
      causes.push(error)
      this.#parts.bus.silence()
      broken.resolve()
    }
    await isDoneWithin(this.#parts.clock, giveAwayWithinMs, Promise.allSettled(given), broken.promise)
    this.#giveUp = () => {}
  }

  async #leaveInOrder(causes: unknown[]): Promise<void> {
    const mayGive = !this.#endedBy && this.#parts.busWatch.outage === undefined
    const given = mayGive ? this.#parts.groups.giveAway() : []
    if (given.length > 0) await this.#untilGiven(given, causes)
    // Asked of all at once, before anything more is awaited: no turn comes in between.
    const served = this.#parts.groups.stopServing()
    this.#parts.peerWatch.stop()
    const written = new Promise<void>((resolve) => this.#parts.engine.stop(resolve))
    const stopped = new NodeStoppedError(this.id, this.#endedBy)
    this.#parts.changes.stop(stopped)
    const closed = this.#parts.groups.stopHandles(stopped)
    const fails = (cause: unknown): void => void causes.push(cause)
    // A bus that does not answer must not keep the disk from being closed.
    const stored = written.then(() => this.#opened.store.close()).catch(fails)
    for (const step of [...served, ...closed, this.#parts.identity.stop()]) await step.catch(fails)
    await this.#opened.connection.close().catch(fails)
    await stored
  }
}
