import type { Clock, NodeId, Random } from '@quorate/core'
import type { Leader } from '../generated/client.js'
import { jittered } from '../system/random.js'
import type { Call } from './call.js'
import type { Finder } from './finder.js'
import type { Follower } from './leaderTracker.js'
import { inOrderFor } from './rendezvous.js'

/** How long a call may wait before all members are asked who is there, and how long one of them may take to say so. */
const silenceMs = 100
/** They are asked a few times soon after each other, and then ever more seldom. */
const askEveryMs = 50
const asksSoon = 4
const askEveryMsMax = 1000
/** Members are asked so often that all that are there have answered within this. */
const latelyMs = 5000

/**
 * A list by which no member has gone for so long is forgotten, and an earlier one counts again: a group that was begun anew
 * under the same name counts from the beginning.
 */
const versionMs = 2000
/** Before one has said who the members are, anybody may be one: so many are remembered. */
const strangersMax = 64

/** What is known of a member. */
interface Member {
  heardAtMs: number
  saidAtMs: number
  /** As it said itself. */
  serves: boolean
  waitingFor: readonly NodeId[]
  /** Since when it was asked and has said nothing. */
  unansweredSinceMs: number | undefined
}

/**
 * Calls go to any member that serves: to the one that their key falls to or, without a key, to one of this client's own
 * choice. Each time that one is sent again it goes to the next, and whoever is silent while others answer is passed over.
 */
export class MemberFinder implements Finder {
  readonly lack = 'did not serve'
  readonly #follower: Follower
  readonly #clock: Clock
  readonly #random: Random
  readonly #name: string
  readonly #home: NodeId | undefined
  readonly #known = new Map<NodeId, Member>()
  /** All of them, as one has said. */
  #members: readonly NodeId[] = []
  #membersVersion = 0
  /** When a member last went by that list. */
  #versionAtMs = Number.NEGATIVE_INFINITY
  /** For calls without a key. */
  #ownOrder: readonly NodeId[] = []
  /** Those that took calls when that was last looked at. */
  #taking = ''
  #firstAskedAtMs: number | undefined
  #askedAtMs = Number.NEGATIVE_INFINITY
  #askAgainAtMs = Number.NEGATIVE_INFINITY
  #asks = 0

  /**
   * @param around `name` is that of this client, so that not all choose alike; `home` the node that it lives on, where that is
   *   a member.
   */
  constructor(follower: Follower, around: { clock: Clock; random: Random; name: string; home: NodeId | undefined }) {
    this.#follower = follower
    this.#clock = around.clock
    this.#random = around.random
    this.#name = around.name
    this.#home = around.home
  }

  get first(): NodeId | undefined {
    return this.#ownOrder.find((node) => this.takes(node))
  }

  targetOf(call: Call | undefined, attempt: number): NodeId | undefined {
    const key = call?.key
    const order = key === undefined ? this.#ownOrder : inOrderFor(key, this.#members)
    const [wanted] = order
    if (attempt === 0 && wanted !== undefined && this.#isAwaited(wanted)) return undefined
    const taking = order.filter((node) => this.takes(node))
    return taking[attempt % taking.length]
  }

  takes(node: NodeId): boolean {
    const member = this.#known.get(node)
    return member?.serves === true && !this.#isSilent(member)
  }

  learn(by: NodeId, { node, members, membersVersion, waitingFor }: Leader): void {
    const nowMs = this.#clock.nowMs()
    const serves = node === by
    if (members.length > 0 && !this.#isBehind(membersVersion)) {
      this.#membersVersion = membersVersion
      this.#versionAtMs = nowMs
      if (members.join() !== this.#members.join()) this.#meetAll(members)
    }
    const isMember = this.#members.length === 0 ? this.#known.size < strangersMax : this.#members.includes(by)
    if (isMember || this.#known.has(by))
      this.#known.set(by, { heardAtMs: nowMs, saidAtMs: nowMs, serves, waitingFor, unansweredSinceMs: undefined })
    this.#look()
  }

  refused(by: NodeId): void {
    const member = this.#known.get(by)
    if (!member) return
    this.heard(by)
    member.serves = false
    this.#look()
  }

  heard(by: NodeId): void {
    const member = this.#known.get(by)
    if (!member) return
    member.heardAtMs = this.#clock.nowMs()
    member.unansweredSinceMs = undefined
  }

  /** A group that is asked has no log that could begin anew. */
  meet(): void {}

  askIfNeeded(waitingSinceMs: number): void {
    this.#look()
    const nowMs = this.#clock.nowMs()
    if (nowMs < this.#askAgainAtMs) return
    if (this.first !== undefined && nowMs - waitingSinceMs < silenceMs) return
    if (waitingSinceMs > this.#askedAtMs && waitingSinceMs < nowMs) this.#asks = 0
    this.#firstAskedAtMs ??= nowMs
    this.#askedAtMs = nowMs
    const everyMs = Math.min(askEveryMsMax, askEveryMs * 2 ** Math.max(0, ++this.#asks - asksSoon))
    this.#askAgainAtMs = nowMs + jittered(this.#random, everyMs)
    for (const member of this.#known.values()) member.unansweredSinceMs ??= nowMs
    this.#follower.askAll()
  }

  get lately(): Finder['lately'] {
    const sinceMs = this.#clock.nowMs() - latelyMs
    const said = [...this.#known].filter(([, { saidAtMs }]) => saidAtMs >= sinceMs)
    const waitingFor = new Set(said.flatMap(([, member]) => member.waitingFor))
    return { answered: said.map(([node]) => node).sort(), waitingFor: [...waitingFor].sort() }
  }

  leave(): void {}

  #meetAll(members: readonly NodeId[]): void {
    this.#members = members
    const order = inOrderFor(this.#name, members)
    const home = this.#home
    this.#ownOrder = home !== undefined && order.includes(home) ? [home, ...order.filter((n) => n !== home)] : order
    for (const node of this.#known.keys()) if (!members.includes(node)) this.#known.delete(node)
  }

  /** True of a list that is earlier than one by which a member has gone of late. Later it is that of a group begun anew. */
  #isBehind(version: number): boolean {
    return version < this.#membersVersion && this.#clock.nowMs() - this.#versionAtMs < versionMs
  }

  /** Its first word is on its way, if it is there. */
  #isAwaited(node: NodeId): boolean {
    const nowMs = this.#clock.nowMs()
    return !this.#known.has(node) && nowMs - (this.#firstAskedAtMs ?? nowMs) < silenceMs
  }

  /** True of one that was asked and says nothing, while another one does. */
  #isSilent({ unansweredSinceMs: sinceMs }: Member): boolean {
    if (sinceMs === undefined || this.#clock.nowMs() - sinceMs < silenceMs) return false
    return [...this.#known.values()].some(({ heardAtMs }) => heardAtMs > sinceMs)
  }

  #look(): void {
    const taking = this.#members.filter((node) => this.takes(node)).join()
    if (taking === this.#taking) return
    this.#taking = taking
    this.#asks = 0
    this.#follower.leaderChanged()
  }
}
