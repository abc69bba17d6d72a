import {
  type Connection,
  checkName,
  type GroupDefinition,
  InvalidConfigurationError,
  type NodeId,
  type OpenStore,
  QuorateError,
} from '@quorate/core'
import type { Bus } from '../bus/bus.js'
import { keysOf, recoverRoles } from '../engine/recoverRoles.js'
import { GroupClosedError, GroupOpenError, MembersChangedError, type NodeStoppedError } from '../errors.js'
import type { Identity } from '../identity/identity.js'
import type { NodeBook } from '../identity/nodeBook.js'
import { Deferred } from '../system/deferred.js'
import { checkBus, checkHostedGroup } from '../topology/configuration.js'
import { changeOf, tellCharters } from './checkCharters.js'
import type { HostedGroups } from './hostedGroups.js'
import type { NodeGroupOf } from './nodeGroup.js'

/** What {@link GroupChanges} stand on. */
interface GroupChangesOptions {
  readonly node: NodeId
  readonly acceptPossibleLoss: boolean
  readonly connection: Connection
  readonly store: OpenStore
  readonly bus: Bus
  readonly book: NodeBook
  readonly identity: Identity
  readonly groups: HostedGroups
  /** Fulfilled when the node runs. */
  readonly ready: Promise<void>
  /** Set once the node ends. */
  stopped(): NodeStoppedError | undefined
}

/** Groups come and go while a node runs: one change of a group after the other, those of different groups beside each other. */
export class GroupChanges {
  readonly #options: GroupChangesOptions
  /** By group: the last change that was asked for. */
  readonly #last = new Map<string, Promise<void>>()
  /** Groups that are being opened, and what ends that. */
  readonly #opening = new Map<string, Deferred<never>>()
  /** Those who wait for bus or disk. */
  readonly #pending = new Set<Deferred<void>>()

  constructor(options: GroupChangesOptions) {
    this.#options = options
  }

  async open<Definition extends GroupDefinition>(
    name: string,
    definition: Definition,
  ): Promise<NodeGroupOf<Definition>> {
    const { node, groups, connection } = this.#options
    checkHostedGroup(node, name, definition)
    checkBus({ [name]: definition }, connection)
    await this.#untilReady()
    if (this.#opening.has(name)) throw new GroupOpenError(node, name)
    const ended = new Deferred<never>()
    this.#opening.set(name, ended)
    try {
      await this.#inTurn(name, () => this.#open(name, definition, ended.promise))
    } finally {
      this.#opening.delete(name)
    }
    return groups.handle(name).group as unknown as NodeGroupOf<Definition>
  }

  /** @param cause why, unless it is the user's wish */
  async close(name: string, cause?: Error): Promise<void> {
    const closed = new GroupClosedError(this.#options.node, name, cause)
    const opening = this.#opening.get(name)
    opening?.reject(cause ?? closed)
    await this.#inTurn(name, async () => {
      if (!opening || this.#options.groups.has(name)) await this.#close(name, closed)
    })
  }

  async drop(name: string): Promise<void> {
    checkName('group', name)
    const { node, groups, identity, store, book } = this.#options
    await this.#untilReady()
    const closed = new GroupClosedError(node, name)
    const opening = this.#opening.get(name)
    opening?.reject(closed)
    await this.#inTurn(name, async () => {
      const keys = keysOf(store, name)
      if (!groups.has(name) && keys.length === 0 && book.charterOf(name) === undefined) {
        // One that was being opened has begun nothing: it is gone, as was asked for.
        if (opening) return
        throw this.#unknown(name)
      }
      const leftBy = identity.leftBy(name)
      if (groups.has(name)) await this.#close(name, closed)
      // Without it the book could not tell, afterwards, that this node has forgotten what it promised.
      if (keys.length > 0 && book.charterOf(name) === undefined) throw this.#unheld(name)
      const dropped = new Promise<void>((resolve) => identity.drop(name, keysOf(store, name), leftBy, resolve))
      await this.#unlessStopped(dropped)
    })
  }

  /** What is stored of groups that are not open. */
  get unopened(): readonly string[] {
    const { store, book, groups } = this.#options
    const stored = store.keys().map((key) => key.slice(0, key.indexOf('/')))
    const known = new Set([...book.groups, ...stored.filter((group) => !group.startsWith('$'))])
    return [...known].filter((group) => !groups.has(group)).sort()
  }

  /** The node ends: nobody waits any more. */
  stop(stopped: NodeStoppedError): void {
    for (const ended of [...this.#opening.values(), ...this.#pending]) ended.reject(stopped)
  }

  async #open(name: string, definition: GroupDefinition, ended: Promise<never>): Promise<void> {
    const { node, acceptPossibleLoss, store, book, bus, identity, groups } = this.#options
    if (groups.has(name)) throw new GroupOpenError(node, name)
    const recovered = await Promise.race([recoverRoles(store, node, name, definition, acceptPossibleLoss), ended])
    const change = changeOf(book, node, name, definition, recovered, store)
    if (change) {
      tellCharters(bus, node, [{ group: name, charter: change.known }])
      throw new MembersChangedError({ node, ...change })
    }
    const admission = identity.admit(name, definition)
    try {
      await Promise.race([admission.done, ended])
      groups.add(name, definition, recovered)
      await Promise.race([groups.start(name), ended])
    } catch (error) {
      admission.cancel()
      const cause = error instanceof QuorateError ? error : new GroupClosedError(node, name, error)
      await this.#unlessStopped(groups.remove(name, cause))
      identity.leave(name)
      throw error
    }
  }

  async #close(name: string, closed: GroupClosedError): Promise<void> {
    const { identity, groups } = this.#options
    if (!groups.has(name)) throw this.#unknown(name)
    await this.#unlessStopped(groups.remove(name, closed))
    identity.leave(name)
  }

  #unknown(name: string): InvalidConfigurationError {
    const { node, groups } = this.#options
    return new InvalidConfigurationError(
      `node ${node} has no group ${name}; it has ${groups.names.join(', ') || 'none'}`,
    )
  }

  #unheld(name: string): InvalidConfigurationError {
    const why = `node ${this.#options.node} stores group ${name}, and not what it was begun with: an earlier version wrote it`
    return new InvalidConfigurationError(`${why}; open it once, and drop it then`)
  }

  async #untilReady(): Promise<void> {
    await this.#options.ready
    this.#checkRuns()
  }

  #checkRuns(): void {
    const stopped = this.#options.stopped()
    if (stopped) throw stopped
  }

  #unlessStopped(work: Promise<void>): Promise<void> {
    const ended = new Deferred<void>()
    this.#pending.add(ended)
    work.then(ended.resolve, ended.reject)
    return ended.promise.finally(() => this.#pending.delete(ended))
  }

  /** After whatever was asked of this group before, however that ended. */
  #inTurn<T>(name: string, change: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name) ?? Promise.resolve()
    const turn = before.then(() => {
      this.#checkRuns()
      return change()
    })
    const settled = turn.then(
      () => {},
      () => {},
    )
    this.#last.set(name, settled)
    void settled.then(() => {
      if (this.#last.get(name) === settled) this.#last.delete(name)
    })
    return turn
  }
}
