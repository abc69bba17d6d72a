import {
  type Clock,
  type Connection,
  errorOf,
  type GroupDefinition,
  InvalidConfigurationError,
  type Logger,
  type NodeId,
  type OpenStore,
  type Random,
} from '@quorate/core'
import { Bus } from '../bus/bus.js'
import { BusWatch } from '../bus/busWatch.js'
import { DropLog } from '../bus/dropLog.js'
import { MemberBus } from '../bus/memberBus.js'
import { Engine } from '../engine/engine.js'
import { PeerWatch } from '../engine/peerWatch.js'
import type { RecoveredRoles } from '../engine/recoverRoles.js'
import { NodeStoppedError } from '../errors.js'
import { Identity } from '../identity/identity.js'
import type { NodeBook } from '../identity/nodeBook.js'
import { hex } from '../identity/peerStores.js'
import type { NodeReport } from '../status/nodeStatus.js'
import { Deferred } from '../system/deferred.js'
import { isDoneWithin } from '../system/isDoneWithin.js'
import { systemRandom } from '../system/random.js'
import { realClock } from '../system/realClock.js'
import { silentLogger } from '../system/silentLogger.js'
import { Telemetry } from '../system/telemetry.js'
import { type Groups, type NodeOptions, promisesOf } from '../topology/configuration.js'
import { HostedGroups } from './hostedGroups.js'
import type { NodeGroupOf } from './nodeGroup.js'
import type { QuorateNode } from './quorateNode.js'
import { StopSignals } from './stopSignals.js'

/** How long a node may take to stop in order. */
const stopWithinMsDefault = 5000

/** Made by `startNode`, of what it opened. */
export class RunningNode<G extends Groups> implements QuorateNode<G> {
  readonly id: NodeId
  readonly #options: NodeOptions<G>
  readonly #connection: Connection
  readonly #store: OpenStore
  readonly #clock: Clock
  readonly #random: Random
  readonly #logger: Logger
  readonly #telemetry = new Telemetry()
  readonly #drops: DropLog
  readonly #bus: Bus
  readonly #members: MemberBus
  readonly #busWatch: BusWatch
  readonly #engine: Engine
  readonly #peerWatch: PeerWatch
  readonly #identity: Identity
  readonly #groups: HostedGroups
  readonly #ready = new Deferred<void>()
  readonly #stopped = new Deferred<Error | undefined>()
  readonly #signals: StopSignals
  #state: NodeReport['state'] = 'introducing'
  #ending: Promise<void> | undefined
  /** Why the node ends, unless it was asked to. */
  #endedBy: Error | undefined

  constructor(
    options: NodeOptions<G>,
    connection: Connection,
    store: OpenStore,
    recovered: ReadonlyMap<string, RecoveredRoles>,
    book: NodeBook,
  ) {
    const { id, cluster } = options
    this.id = id
    this.#options = options
    this.#connection = connection
    this.#store = store
    this.#clock = options.clock ?? realClock()
    this.#random = options.random ?? systemRandom
    this.#logger = options.logger ?? silentLogger
    this.#drops = new DropLog(this.#clock, this.#logger, this.#telemetry, options.observe)
    this.#bus = new Bus({
      connection,
      cluster,
      store: store.storeId,
      drops: this.#drops,
      clock: this.#clock,
      random: this.#random,
      fail: (error) => this.#fail(error),
      observe: options.observe,
    })
    this.#members = new MemberBus({ node: id, bus: this.#bus, drops: this.#drops })
    this.#engine = this.#makeEngine()
    const everyMs = options.probeEveryMs
    this.#peerWatch = new PeerWatch({ bus: this.#bus, clock: this.#clock, engine: this.#engine, everyMs })
    this.#identity = this.#makeIdentity(book)
    this.#groups = this.#makeGroups(book.start)
    for (const [name, definition] of Object.entries<GroupDefinition>(options.groups)) {
      this.#groups.add(name, definition, recovered.get(name) ?? new Map())
    }
    this.#busWatch = new BusWatch({
      connection,
      logger: this.#logger,
      clock: this.#clock,
      about: { node: id },
      promises: promisesOf(options.groups),
      closed: (error) => this.#fail(error),
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
    for (const remark of this.#store.remarks ?? []) this.#logger.info({ node: id }, remark)
    if (this.#store.doubtful) {
      this.#logger.warn(
        { node: id },
        'the last write of this store was lost or damaged: promises are not relied on before others brought this node up to date',
      )
    }
    this.#logger.info(
      { node: id, cluster, store: hex(this.#store.storeId), bus: this.#connection.label },
      'node starts',
    )
    if (await this.#identity.begin()) await this.ready
  }

  group<Name extends keyof G & string>(name: Name): NodeGroupOf<G[Name]> {
    if (!this.#groups.has(name)) {
      throw new InvalidConfigurationError(
        `node ${this.id} has no group ${name}; it has ${this.#groups.names.join(', ')}`,
      )
    }
    if (this.#ending && !this.#groups.hasHandle(name)) throw new NodeStoppedError(this.id, this.#endedBy)
    return this.#groups.handle(name).group as unknown as NodeGroupOf<G[Name]>
  }

  status(): NodeReport {
    return {
      node: this.id,
      cluster: this.#options.cluster,
      storeId: hex(this.#store.storeId),
      state: this.#state,
      waitingFor: this.#identity.waitingFor,
      bus: this.#busWatch.report(),
      dropped: this.#drops.totals,
      groups: this.#groups.status(),
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
      await Promise.all([this.#members.listen(), this.#groups.start()])
      if (this.#ending) return
      this.#state = 'running'
      this.#logger.info({ node: this.id, groups: this.#groups.names }, 'node runs')
      this.#ready.resolve()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** What cannot be mended while the node runs ends it: an actor whose memory is ahead of its disk must not speak again. */
  #fail(thrown: unknown): void {
    if (this.#ending) return
    const error = errorOf(thrown)
    this.#bus.silence()
    this.#logger.error({ node: this.id, error }, 'node stops, because something broke')
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
    if (!(await isDoneWithin(this.#clock, stopWithinMs, left, this.#signals.second))) {
      this.#logger.warn(
        { node: this.id, stopWithinMs, bus: this.#busWatch.report().status },
        'node ends at once: it was asked to, or bus or disk did not let it stop in order in time',
      )
      this.#connection.abort()
    }
    this.#bus.silence()
    this.#signals.forget()
    this.#state = 'stopped'
    if (causes.length > 0) this.#endedBy = errorOf(causes[0])
    this.#ready.reject(new NodeStoppedError(this.id, this.#endedBy))
    this.#logger.info({ node: this.id }, 'node has stopped')
    this.#stopped.resolve(this.#endedBy)
  }

  async #leaveInOrder(causes: unknown[]): Promise<void> {
    // Asked of all at once, before anything is awaited: no turn comes in between.
    const served = this.#groups.stopServing()
    this.#peerWatch.stop()
    const written = new Promise<void>((resolve) => this.#engine.stop(resolve))
    const stopped = new NodeStoppedError(this.id, this.#endedBy)
    const closed = this.#groups.stopHandles(stopped)
    const fails = (cause: unknown): void => void causes.push(cause)
    // A bus that does not answer must not keep the disk from being closed.
    const stored = written.then(() => this.#store.close()).catch(fails)
    for (const step of [...served, ...closed, this.#identity.stop()]) await step.catch(fails)
    await this.#connection.close().catch(fails)
    await stored
  }

  #makeEngine(): Engine {
    return new Engine({
      clock: this.#clock,
      store: this.#store,
      telemetry: this.#telemetry,
      observe: this.#options.observe,
      gather: () => this.#groups.gather(),
      flush: () => this.#members.flush(),
      work: () => this.#groups.work(),
      carryOut: (actor, effect) => this.#groups.carryOut(actor, effect),
      stepped: (actor) => this.#groups.stepped(actor),
      fail: (error) => this.#fail(error),
    })
  }

  #makeIdentity(book: NodeBook): Identity {
    const { groups, bootstrap = false } = this.#options
    return new Identity({
      node: this.id,
      groups,
      bootstrap,
      store: this.#store,
      book,
      bus: this.#bus,
      clock: this.#clock,
      random: this.#random,
      logger: this.#logger,
      drops: this.#drops,
      record: (key, record, done) => this.#engine.record(key, record, done),
      report: () => this.status(),
      run: () => void this.#run(),
      fail: (error) => this.#fail(error),
    })
  }

  #makeGroups(start: number): HostedGroups {
    return new HostedGroups({
      node: this.id,
      bus: this.#bus,
      members: this.#members,
      clock: this.#clock,
      random: this.#random,
      logger: this.#logger,
      drops: this.#drops,
      telemetry: this.#telemetry,
      engine: this.#engine,
      start,
      peerStores: this.#identity.peerStores,
      accord: this.#identity.accord,
      peerWatch: this.#peerWatch,
      observe: this.#options.observe,
      client: this.#options.client ?? {},
      isAlone: this.#options.clock !== undefined,
      outage: () => this.#busWatch.outage,
    })
  }
}
