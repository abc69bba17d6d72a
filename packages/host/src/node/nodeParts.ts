import type { Clock, Connection, GroupDefinition, Logger, OpenStore, Random } from '@quorate/core'
import { Bus } from '../bus/bus.js'
import { BusWatch } from '../bus/busWatch.js'
import { DropLog } from '../bus/dropLog.js'
import { MemberBus } from '../bus/memberBus.js'
import { Engine } from '../engine/engine.js'
import { PeerWatch } from '../engine/peerWatch.js'
import type { RecoveredRoles } from '../engine/recoverRoles.js'
import type { MembersChangedError, NodeStoppedError } from '../errors.js'
import { Identity } from '../identity/identity.js'
import type { NodeBook } from '../identity/nodeBook.js'
import type { StatusPage } from '../status/nodeStatus.js'
import { systemRandom } from '../system/random.js'
import { realClock } from '../system/realClock.js'
import { silentLogger } from '../system/silentLogger.js'
import { Telemetry } from '../system/telemetry.js'
import type { Groups, NodeOptions } from '../topology/configuration.js'
import { GroupChanges } from './groupChanges.js'
import { HostedGroups } from './hostedGroups.js'

/** What a node opened before it was made. */
export interface Opened {
  readonly connection: Connection
  readonly store: OpenStore
  /** Of the groups that the node is started with. */
  readonly recovered: ReadonlyMap<string, RecoveredRoles>
  readonly book: NodeBook
}

/** What the parts of a node tell it, and ask of it. */
interface Whole {
  readonly ready: Promise<void>
  /** Set once the node ends. */
  stopped(): NodeStoppedError | undefined
  report(page: StatusPage): object
  /** The node is who it takes itself for, and that is on the disk: it may speak. */
  run(): void
  fail(error: unknown): void
  /** A group of this node is another one than the others know. */
  differs(error: MembersChangedError): void
}

/** What a node is made of, put together. */
export class NodeParts {
  readonly clock: Clock
  readonly logger: Logger
  readonly drops: DropLog
  readonly bus: Bus
  readonly members: MemberBus
  readonly busWatch: BusWatch
  readonly engine: Engine
  readonly peerWatch: PeerWatch
  readonly identity: Identity
  readonly groups: HostedGroups
  readonly changes: GroupChanges
  readonly #options: NodeOptions<Groups>
  readonly #opened: Opened
  readonly #whole: Whole
  readonly #random: Random
  readonly #telemetry = new Telemetry()

  constructor(options: NodeOptions<Groups>, opened: Opened, whole: Whole) {
    const { id: node, cluster, observe } = options
    const { connection, store, recovered } = opened
    const { fail } = whole
    this.#options = options
    this.#opened = opened
    this.#whole = whole
    this.clock = options.clock ?? realClock()
    this.#random = options.random ?? systemRandom
    this.logger = options.logger ?? silentLogger
    const { clock, logger } = this
    this.drops = new DropLog(clock, logger, this.#telemetry, observe)
    const { drops } = this
    const random = this.#random
    this.bus = new Bus({ connection, cluster, store: store.storeId, drops, clock, random, fail, observe })
    this.members = new MemberBus({ node, bus: this.bus, drops })
    this.engine = this.#makeEngine()
    this.peerWatch = new PeerWatch({ bus: this.bus, clock, engine: this.engine, everyMs: options.probeEveryMs })
    this.identity = this.#makeIdentity()
    this.groups = this.#makeGroups()
    for (const [name, definition] of Object.entries<GroupDefinition>(options.groups)) {
      this.groups.add(name, definition, recovered.get(name) ?? new Map())
    }
    this.changes = this.#makeChanges()
    const promises = () => this.groups.promises
    this.busWatch = new BusWatch({ connection, logger, clock, about: { node }, promises, closed: fail })
  }

  #makeEngine(): Engine {
    return new Engine({
      clock: this.clock,
      store: this.#opened.store,
      telemetry: this.#telemetry,
      observe: this.#options.observe,
      gather: () => this.groups.gather(),
      flush: () => this.members.flush(),
      work: () => this.groups.work(),
      carryOut: (actor, effect) => this.groups.carryOut(actor, effect),
      stepped: (actor) => this.groups.stepped(actor),
      fail: this.#whole.fail,
    })
  }

  #makeIdentity(): Identity {
    const { id: node, groups, bootstrap = false } = this.#options
    return new Identity({
      ...this.#whole,
      node,
      groups,
      bootstrap,
      store: this.#opened.store,
      book: this.#opened.book,
      bus: this.bus,
      clock: this.clock,
      random: this.#random,
      logger: this.logger,
      drops: this.drops,
      write: (writes, done) => this.engine.write(writes, done),
      denied: (by, group, version) => this.groups.denied(by, group, version),
      transfer: (group, to) => this.groups.transfer(group, to),
    })
  }

  #makeGroups(): HostedGroups {
    const { id: node, observe, client = {}, clock } = this.#options
    const { bus, members, logger, drops, engine, peerWatch } = this
    const { peerStores, accord, rosters, handshake, joining } = this.identity
    return new HostedGroups({
      ...{ node, bus, members, logger, drops, engine, peerWatch, observe, client },
      ...{ peerStores, accord, rosters, handshake, joining },
      clock: this.clock,
      random: this.#random,
      telemetry: this.#telemetry,
      start: this.#opened.book.start,
      isAlone: clock !== undefined,
      outage: () => this.busWatch.outage,
    })
  }

  #makeChanges(): GroupChanges {
    const { id: node, acceptPossibleLoss = false } = this.#options
    const { bus, identity, groups } = this
    return new GroupChanges({ ...this.#opened, ...this.#whole, node, acceptPossibleLoss, bus, identity, groups })
  }
}
