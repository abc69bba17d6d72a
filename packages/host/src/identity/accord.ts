import { addressOf, type Clock, type Envelope, type Logger, type NodeId, nodeOf, parseAddress } from '@quorate/core'
import { nodeGroup, nodeRole } from '../bus/addresses.js'
import type { Bus } from '../bus/bus.js'
import type { DropLog } from '../bus/dropLog.js'
import { MembersChangedError } from '../errors.js'
import { type GroupCharter, messages, type NotMember, type OtherCharters } from '../generated/node.js'
import type { Charter } from '../topology/charter.js'

/** How often a node is told that it takes a group for something else. */
const tellEveryMs = 1000
/** Of so many it is remembered that they were told: strangers may bear any name. */
const toldMax = 1024

interface GroupAccord {
  readonly charter: Charter
  /** True until another node is known to take the group for the same, if this node was never started with it before. */
  isUntried: boolean
  /** Nodes that said that they take it for something else. */
  readonly otherwise: Set<NodeId>
}

/**
 * Whether all nodes take the groups of this one for the same. Who takes a group for something else is not heard in it, and
 * is told so.
 */
export class Accord {
  readonly #node: NodeId
  readonly #bus: Bus
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #drops: DropLog
  readonly #fail: (error: MembersChangedError) => void
  readonly #groups = new Map<string, GroupAccord>()
  /** Who was told longest ago stands first. */
  readonly #toldAtMs = new Map<NodeId, number>()

  constructor(options: {
    node: NodeId
    bus: Bus
    clock: Clock
    logger: Logger
    drops: DropLog
    /** A group of this node is another one than the others know. */
    fail: (error: MembersChangedError) => void
  }) {
    this.#node = options.node
    this.#bus = options.bus
    this.#clock = options.clock
    this.#logger = options.logger
    this.#drops = options.drops
    this.#fail = options.fail
  }

  /** This node is a member of a group from now on. `isKnown` if it was before, and took it for the same. */
  join(charter: Charter, isKnown: boolean): void {
    this.#groups.set(charter.group, { charter, isUntried: !isKnown, otherwise: new Set() })
  }

  leave(group: string): void {
    this.#groups.delete(group)
  }

  /** What this node takes its groups for. */
  get charters(): readonly Charter[] {
    return [...this.#groups.values()].map(({ charter }) => charter)
  }

  /** Of a group, if this node is a member of it. */
  fingerprintOf(group: string): number | undefined {
    return this.#groups.get(group)?.charter.fingerprint
  }

  /** Nodes that take a group for something else. */
  otherwise(group: string): readonly NodeId[] {
    return [...(this.#groups.get(group)?.otherwise ?? [])]
  }

  /** True if the sender takes the group for the same, or does not say. Else it is told. */
  agrees(group: string, node: NodeId, { charter }: Envelope): boolean {
    const accord = this.#groups.get(group)
    if (!accord || charter === undefined) return true
    if (charter === accord.charter.fingerprint) {
      accord.isUntried = false
      return true
    }
    this.#drops.note('otherCharter', { group, node })
    this.#tell(node, otherCharters(accord.charter))
    return false
  }

  /**
   * Somebody who is no member as far as this node knows is told so, if it takes itself for one: of another group of that name, or
   * by an earlier list of members than the one of that version.
   */
  meetStranger(group: string, { from, charter, members = 0 }: Envelope, version: number): void {
    const accord = this.#groups.get(group)
    if (!accord || charter === undefined || parseAddress(from)?.group !== group) return
    const node = nodeOf(from)
    if (charter !== accord.charter.fingerprint) this.#tell(node, otherCharters(accord.charter))
    else if (members < version) this.#tell(node, { type: 'NotMember', group, version })
  }

  /** Those groups that another node takes for something else, as this one has them. */
  differing(theirs: readonly GroupCharter[]): readonly GroupCharter[] {
    return theirs.flatMap(({ group, charter }) => {
      const own = this.#groups.get(group)?.charter
      return own && own.text !== charter ? [{ group, charter: own.text }] : []
    })
  }

  /** What is wrong, when another node takes a group for something else: the first that is found. */
  errorOf(peer: NodeId, theirs: readonly GroupCharter[]): MembersChangedError | undefined {
    for (const { group, charter } of theirs) {
      const own = this.#groups.get(group)?.charter
      if (!own || own.text === charter) continue
      return new MembersChangedError({ node: this.#node, group, given: own.text, known: charter, peer })
    }
    return undefined
  }

  /**
   * Another node says so. One that nobody has agreed with yet stops: it is the one that was started with something else.
   */
  told(peer: NodeId, { groups }: OtherCharters): void {
    for (const each of groups) {
      const error = this.errorOf(peer, [each])
      const accord = this.#groups.get(each.group)
      if (!error || !accord) continue
      if (accord.isUntried) {
        this.#fail(error)
        return
      }
      if (!accord.otherwise.has(peer)) this.#logger.error({ group: each.group, peer, error }, 'a node is not heard')
      accord.otherwise.add(peer)
    }
  }

  #tell(node: NodeId, message: OtherCharters | NotMember): void {
    const nowMs = this.#clock.nowMs()
    if (nowMs - (this.#toldAtMs.get(node) ?? Number.NEGATIVE_INFINITY) < tellEveryMs) return
    this.#toldAtMs.delete(node)
    this.#toldAtMs.set(node, nowMs)
    const [oldest] = this.#toldAtMs.keys()
    if (this.#toldAtMs.size > toldMax && oldest !== undefined) this.#toldAtMs.delete(oldest)
    const own = addressOf(nodeGroup, nodeRole, this.#node)
    this.#bus.publish(own, addressOf(nodeGroup, nodeRole, node), messages, message)
  }
}

const otherCharters = ({ group, text }: Charter): OtherCharters => ({
  type: 'OtherCharters',
  groups: [{ group, charter: text }],
})
