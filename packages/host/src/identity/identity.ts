import {
  type Clock,
  type GroupDefinition,
  joinsIn,
  type Logger,
  type NodeId,
  type OpenStore,
  type Random,
  type StoreWrite,
} from '@quorate/core'
import type { Bus } from '../bus/bus.js'
import type { DropLog } from '../bus/dropLog.js'
import type { MembersChangedError } from '../errors.js'
import { Deferred } from '../system/deferred.js'
import { type Charter, charterOf, chartersOf } from '../topology/charter.js'
import { type Groups, nodesOf } from '../topology/configuration.js'
import { Accord } from './accord.js'
import { Joining } from './joining.js'
import { bookKey, type NodeBook } from './nodeBook.js'
import { NodeService, type ReportOf } from './nodeService.js'
import { PeerStores } from './peerStores.js'
import { Rosters } from './roster.js'
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
  /** A node goes by a later list of a group's members, on which this one is not. */
  denied(by: NodeId, group: string, version: number): void
  /** Gives away what this node leads, because an operator asks for it. */
  transfer(group: string, to: NodeId | undefined): Promise<NodeId>
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
  readonly rosters = new Rosters()
  readonly #options: IdentityOptions
  readonly #charters: readonly Charter[]
  readonly joining: Joining
  readonly handshake: StoreHandshake
  readonly #twins: Twins
  readonly #service: NodeService
  readonly #waitingService: WaitingService

  constructor(options: IdentityOptions) {
    this.#options = options
    const { node, groups, store, book, bus, write, report, fail } = options
    this.#charters = chartersOf(node, groups)
    this.accord = new Accord({ ...options, fail: options.differs })
    for (const charter of this.#charters) this.accord.join(charter, book.charterOf(charter.group) === charter.text)
    for (const [name, definition] of Object.entries(groups)) this.rosters.open(name, definition)
    this.#twins = new Twins({ node, store: store.storeId, start: book.start, bus, fail })
    this.peerStores = new PeerStores({
      ...options,
      write: (operations, done) => write([{ key: bookKey, operations }], done),
      earlier: (peer, start) => this.#twins.tell(peer, start),
    })
    this.joining = new Joining(options.clock, (group) => this.#joined(group))
    const { accord, rosters } = this
    this.handshake = new StoreHandshake({
      ...options,
      store: store.storeId,
      peerStores: this.peerStores,
      accord,
      rosters,
      joining: this.joining,
    })
    for (const [name, definition] of Object.entries(groups))
      if (this.#joins(name, definition)) this.joining.add(name, book.leftBy(charterOf(name, definition)))
    this.#waitingService = new WaitingService({ node, bus, waitingFor: () => this.waitingFor })
    this.#service = new NodeService({ ...options, handshake: this.handshake, accord, twins: this.#twins, report })
  }

  /** Nodes that have not said yet whether they know this one with another store. */
  get waitingFor(): readonly NodeId[] {
    return this.handshake.waitingFor
  }

  /** True when the node runs as soon as that is durable, false when others must answer first. */
  async begin(): Promise<boolean> {
    await this.#service.listen()
    const asked = this.#toBeAsked(this.#options.groups)
    if (asked.length === 0) {
      this.#take()
      return true
    }
    await this.#waitingService.listen(this.#charters.map(({ group }) => group))
    this.handshake.ask(asked, () => this.#take())
    return false
  }

  /**
   * The node becomes a member of one more group while it runs. Members that never heard of this node's store are asked first
   * whether they know an older one: a node that has lost its disk must not take part in a group that only they know.
   */
  admit(group: string, definition: GroupDefinition): Admission {
    const charter = charterOf(group, definition)
    const { book } = this.#options
    this.accord.join(charter, book.charterOf(group) === charter.text)
    this.rosters.open(group, definition)
    if (this.#joins(group, definition)) {
      this.joining.add(group, book.leftBy(charter))
      return { done: Promise.resolve(), cancel: () => {} }
    }
    const asked = this.#toBeAsked({ [group]: definition })
    const done = new Deferred<void>()
    const remember = () => {
      if (book.groups.length === 0) book.introduce()
      if (this.#note([charter])) this.peerStores.record(() => done.resolve())
      else done.resolve()
    }
    const asking = asked.length > 0 ? this.handshake.ask(asked, remember) : undefined
    if (!asking) remember()
    return { done: done.promise, cancel: () => asking?.cancel() }
  }

  /** The node is no more a member of a group that is open. */
  leave(group: string): void {
    this.accord.leave(group)
    this.rosters.close(group)
    this.joining.forget(group)
  }

  /** The version of the list by which this node is no member of a group that is open; `undefined` where it is one. */
  leftBy(group: string): number | undefined {
    const roster = this.rosters.of(group)
    return roster && roster.version > 0 && !roster.has(this.#options.node) ? roster.version : undefined
  }

  /** Forgets a group that is not open: the logs under these keys, and in the same write what the node remembers of it. */
  drop(group: string, keys: readonly string[], leftBy: number | undefined, done: () => void): void {
    const { book, write } = this.#options
    book.drop(group, keys.length > 0, leftBy)
    const drops = keys.map((key): StoreWrite => ({ key, operations: [{ type: 'drop' }] }))
    write([...drops, { key: bookKey, operations: this.peerStores.takeOperations() }], done)
  }

  /** True of a group that this node joins, and that has never taken it in. */
  #joins(group: string, definition: GroupDefinition): boolean {
    const { node, bootstrap, book } = this.#options
    return !bootstrap && joinsIn(definition, node) && book.charterOf(group) === undefined
  }

  /** This node is a member as any other, also when it starts again. */
  #joined(group: string): void {
    const charter = this.accord.charters.find((each) => each.group === group)
    if (!charter) return
    this.#options.book.rejoin(charter)
    if (this.#note([charter])) this.peerStores.record(() => {})
  }

  /**
   * Nodes that may know this one with another store: the others of groups that are new to it and that it does not join, since there
   * the members name its store. Those whom it has asked before, and met since, need not be asked again.
   */
  #toBeAsked(groups: Groups): readonly NodeId[] {
    const { bootstrap, book } = this.#options
    if (bootstrap) return []
    const isNew = ([name, definition]: readonly [string, GroupDefinition]) =>
      book.charterOf(name) !== charterOf(name, definition).text && !this.joining.has(name)
    const others = this.#othersIn(Object.fromEntries(Object.entries(groups).filter(isNew)))
    return book.isIntroduced ? others.filter((other) => !book.storeOf(other)) : others
  }

  #othersIn(groups: Groups): readonly NodeId[] {
    return nodesOf(groups).filter((other) => other !== this.#options.node)
  }

  async stop(): Promise<void> {
    this.handshake.stop()
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
    const met = this.#charters.filter(({ group }) => !this.joining.has(group))
    // One that has asked nobody so far has to ask once it is a member of something.
    if (met.length > 0) book.introduce()
    this.#note(met)
    this.peerStores.record(() => {
      this.#waitingService.stop().catch(fail)
      bus.tellStart(book.start)
      this.#twins.begin()
      run()
    })
  }
}
