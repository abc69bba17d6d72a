import type { Clock, Logger, NodeId, OpenStore, Random } from '@quorate/core'
import type { Bus } from '../bus/bus.js'
import type { DropLog } from '../bus/dropLog.js'
import { type Charter, chartersOf } from '../topology/charter.js'
import { type Groups, nodesOf } from '../topology/configuration.js'
import { Accord } from './accord.js'
import { bookKey, type NodeBook } from './nodeBook.js'
import { NodeService } from './nodeService.js'
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
  /** Writes a record of the node's own. */
  record(key: string, record: Uint8Array, done: () => void): void
  report(): object
  /** The node is who it takes itself for, and that is on the disk: it may speak. */
  run(): void
  fail(error: Error): void
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
    const { node, groups, store, book, bus, record, report, fail } = options
    this.#charters = chartersOf(node, groups)
    const remembered = this.#charters.filter(({ group, text }) => book.charterOf(group) === text)
    this.accord = new Accord({
      ...options,
      charters: this.#charters,
      remembered: new Set(remembered.map(({ group }) => group)),
    })
    this.#twins = new Twins({ node, store: store.storeId, start: book.start, bus, fail })
    this.peerStores = new PeerStores({
      ...options,
      write: (bytes, done) => record(bookKey, bytes, done),
      earlier: (peer, start) => this.#twins.tell(peer, start),
    })
    this.#handshake = new StoreHandshake({
      ...options,
      store: store.storeId,
      others: nodesOf(groups).filter((other) => other !== node),
      peerStores: this.peerStores,
      accord: this.accord,
      done: () => this.#take(),
    })
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
    this.#handshake.ask()
    return false
  }

  async stop(): Promise<void> {
    this.#handshake.stop()
    await Promise.all([this.#service.stop(), this.#waitingService.stop()])
  }

  /** Remembers all of it, then runs. */
  #take(): void {
    const { node, book, bus, logger, run, fail } = this.#options
    book.introduce()
    for (const charter of this.#charters) {
      if (book.charterOf(charter.group) === charter.text) continue
      book.setCharter(charter)
      const { group, text } = charter
      logger.info({ node, group, charter: text.split('\n') }, 'remembers from now on what this group is')
    }
    this.peerStores.record(() => {
      this.#waitingService.stop().catch(fail)
      bus.tellStart(book.start)
      this.#twins.begin()
      run()
    })
  }
}
