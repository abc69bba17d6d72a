import type { Clock, GroupDefinition, Logger, NodeId, OpenStore, Random, StoreWrite } from '@quorate/core'
import type { Bus } from '../bus/bus.js'
import type { DropLog } from '../bus/dropLog.js'
import type { MembersChangedError } from '../errors.js'
import { Deferred } from '../system/deferred.js'
import { type Charter, charterOf, chartersOf } from '../topology/charter.js'
import { type Groups, nodesOf } from '../topology/configuration.js'
import { Accord } from './accord.js'
import { bookKey, type NodeBook } from './nodeBook.js'
import { NodeService, type ReportOf } from './nodeService.js'
import { PeerStores } from './peerStores.js'
import { StoreHandshake } from './storeHandshake.js'
import { Twins } from './twins.js'
import { WaitingService } from './waitingService.js'

/** What an {@link Identity} stands on. */
export interface IdentityOptions {
  readonly node: NodeId
  readonly groups: Groups
  /** True to ask nobody whether this node is known with another store. */
  readonly bootstrap: boolean
  readonly store: OpenStore
  readonly book: NodeBook
  readonly bus: Bus
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly drops: DropLog
  /** Writes what is the node's own. */
  write(writes: readonly StoreWrite[], done: () => void): void
  readonly report: ReportOf
  /** The node is who it takes itself for, and that is on the disk: it may speak. */
  run(): void
  fail(error: Error): void
  /** A group of this node is another one than the others know. */
  differs(error: MembersChangedError): void
}

/** A group that this node is to become a member of while it runs. */
interface Admission {
  /** Fulfilled when it is one, and that is on the disk. */
  readonly done: Promise<void>
  /** It is not to become one. */
  cancel(): void
}

/**
 * Who this node is to others, and they to it: which store it has, in which start of it, and what it takes its groups for.
 * It speaks in no group before all of that is durable.
 */
export class Identity {
  readonly peerStores: PeerStores
  readonly accord: Accord
  readonly #options: IdentityOptions
  readonly #charters: readonly Charter[]
  readonly #handshake: StoreHandshake
  readonly #twins: Twins
  readonly #service: NodeService
  readonly #waitingService: WaitingService

  constructor(options: IdentityOptions) {
    this.#options = options
    const { node, groups, store, book, bus, write, report, fail } = options
    this.#charters = chartersOf(node, groups)
    this.accord = new Accord({ ...options, fail: options.differs })
    for (const charter of this.#charters) this.accord.join(charter, book.charterOf(charter.group) === charter.text)
    this.#twins = new Twins({ node, store: store.storeId, start: book.start, bus, fail })
    this.peerStores = new PeerStores({
      ...options,
      write: (operations, done) => write([{ key: bookKey, operations }], done),
      earlier: (peer, start) => this.#twins.tell(peer, start),
    })
    this.#handshake = new StoreHandshake({
      ...options,
      store: store.storeId,
      peerStores: this.peerStores,
      accord: this.accord,
    })
    for (const [name, definition] of Object.entries(groups))
      this.#handshake.meet(this.#othersIn({ [name]: definition }))
    this.#waitingService = new WaitingService({ node, bus, waitingFor: () => this.waitingFor })
    const { accord } = this
    this.#service = new NodeService({ ...options, handshake: this.#handshake, accord, twins: this.#twins, report })
  }

  /** Nodes that have not said yet whether they know this one with another store. */
  get waitingFor(): readonly NodeId[] {
    return this.#handshake.waitingFor
  }

  /** True when the node runs as soon as that is durable, false when others must answer first. */
  async begin(): Promise<boolean> {
    const { node, groups, bootstrap, book } = this.#options
    await this.#service.listen()
    const isAlone = nodesOf(groups).every((other) => other === node)
    if (book.isIntroduced || bootstrap || isAlone) {
      this.#take()
      return true
    }
    await this.#waitingService.listen(this.#charters.map(({ group }) => group))
    this.#handshake.ask(this.#othersIn(groups), () => this.#take())
    return false
  }

  /**
   * The node becomes a member of one more group while it runs. Members that never heard of this node's store are asked first
   * whether they know an older one: a node that has lost its disk must not take part in a group that only they know.
   */
  admit(group: string, definition: GroupDefinition): Admission {
    const { book, bootstrap } = this.#options
    const charter = charterOf(group, definition)
    const others = this.#othersIn({ [group]: definition })
    this.accord.join(charter, book.charterOf(group) === charter.text)
    this.#handshake.meet(others)
    const unknown = bootstrap ? [] : others.filter((other) => book.storeOf(other) === undefined)
    const done = new Deferred<void>()
    const remember = () => {
      if (this.#note([charter])) this.peerStores.record(() => done.resolve())
      else done.resolve()
    }
    const asking = unknown.length > 0 ? this.#handshake.ask(unknown, remember) : undefined
    if (!asking) remember()
    return { done: done.promise, cancel: () => asking?.cancel() }
  }

  /** The node is no more a member of a group that is open. */
  leave(group: string, definition: GroupDefinition): void {
    this.accord.leave(group)
    this.#handshake.part(this.#othersIn({ [group]: definition }))
  }

  /** Forgets a group that is not open: the logs under these keys, and in the same write what the node remembers of it. */
  drop(group: string, keys: readonly string[], done: () => void): void {
    const { book, write } = this.#options
    book.drop(group, keys.length > 0)
    const drops = keys.map((key): StoreWrite => ({ key, operations: [{ type: 'drop' }] }))
    write([...drops, { key: bookKey, operations: this.peerStores.takeOperations() }], done)
  }

  #othersIn(groups: Groups): readonly NodeId[] {
    return nodesOf(groups).filter((other) => other !== this.#options.node)
  }

  async stop(): Promise<void> {
    this.#handshake.stop()
    await Promise.all([this.#service.stop(), this.#waitingService.stop()])
  }

  /** True if something is news of what those groups are. */
  #note(charters: readonly Charter[]): boolean {
    const { node, book, logger } = this.#options
    const news = charters.filter(({ group, text }) => book.charterOf(group) !== text)
    for (const charter of news) {
      book.setCharter(charter)
      const { group, text } = charter
      logger.info({ node, group, charter: text.split('\n') }, 'remembers from now on what this group is')
    }
    return news.length > 0
  }

  /** Remembers all of it, then runs. */
  #take(): void {
    const { book, bus, run, fail } = this.#options
    book.introduce()
    this.#note(this.#charters)
    this.peerStores.record(() => {
      this.#waitingService.stop().catch(fail)
      bus.tellStart(book.start)
      this.#twins.begin()
      run()
    })
  }
}
