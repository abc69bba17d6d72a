import {
  type Clock,
  type Effect,
  type GroupDefinition,
  hostsOf,
  type LeaderTransfer,
  type NodeId,
  type RequestId,
  type RoleDefinition,
  type RoleStatus,
  servingRole,
} from '@quorate/core'
import { LeadershipUnsupportedError, NotLeaderError, TransferFailedError } from '../errors.js'
import { Deferred } from '../system/deferred.js'

/** How long another may take until it is known to lead. A leader gives up before, as a rule, and says so. */
const withinMs = 5000

const isUnderWay = 'another transfer is under way'

interface Waiting {
  readonly epoch: number | undefined
  readonly done: Deferred<NodeId>
  readonly timer: unknown
}

/** What {@link LeaderTransfers} stand on. */
export interface LeaderTransfersOptions {
  readonly group: string
  readonly node: NodeId
  readonly definition: GroupDefinition
  readonly clock: Clock
  nextRequest(): RequestId
  /** Of the actor that clients turn to, as it was when it last stepped. */
  status(): RoleStatus
  /** An event for that actor. */
  post(event: LeaderTransfer): void
}

/** Gives the leadership that this node has in one group to another node. */
export class LeaderTransfers {
  readonly #options: LeaderTransfersOptions
  readonly #waiting = new Map<RequestId, Waiting>()

  constructor(options: LeaderTransfersOptions) {
    this.#options = options
  }

  /** This node leads, and could give that to another. */
  get isDue(): boolean {
    return this.#isSupported && this.#leads
  }

  get #leads(): boolean {
    const { serves, leader } = this.#options.status()
    return serves && leader === this.#options.node
  }

  get #role(): RoleDefinition | undefined {
    const { service, roles } = this.#options.definition
    return roles[servingRole(service) ?? '']
  }

  get #isSupported(): boolean {
    return this.#role?.transfers === true
  }

  get #hosts(): readonly NodeId[] {
    return this.#role ? hostsOf(this.#role) : []
  }

  /**
   * Resolves with the node that leads, as soon as this one knows of another.
   * @throws {@link LeadershipUnsupportedError} `QUORATE_LEADERSHIP_UNSUPPORTED`; {@link NotLeaderError} `QUORATE_NOT_LEADER`;
   *   {@link TransferFailedError} `QUORATE_TRANSFER_FAILED`
   */
  async begin(to?: NodeId): Promise<NodeId> {
    const { group, node, clock, definition, nextRequest, status, post } = this.#options
    if (!this.#isSupported) {
      throw new LeadershipUnsupportedError(
        `group ${group} runs ${definition.protocol}, which cannot transfer its leadership: stop the node that leads, and another is elected`,
      )
    }
    if (this.#waiting.size > 0) throw this.#failed(to, isUnderWay)
    const { leader, epoch } = status()
    if (!this.#leads) throw new NotLeaderError(node, group, leader)
    if (to === node) return node
    if (to !== undefined && !this.#hosts.includes(to)) {
      throw this.#failed(undefined, `node ${to} runs no role that could lead it; ${this.#hosts.join(', ')} do`)
    }
    const request = nextRequest()
    const done = new Deferred<NodeId>()
    const late = () => this.#end(request)?.done.reject(this.#failed(to, `no other node led within ${withinMs} ms`))
    this.#waiting.set(request, { epoch, done, timer: clock.setTimeout(late, withinMs) })
    post({ type: 'leader.transfer', request, ...(to !== undefined && { to }) })
    return done.promise
  }

  /** True if it was a transfer that the actor refuses. */
  refused({ request, reason }: Extract<Effect, { type: 'refuse' }>): boolean {
    const waiting = this.#end(request)
    if (!waiting) return false
    const why = {
      notLeader: 'this node leads no more',
      noQuorum: 'no node that could lead in its place answered in time',
      overloaded: isUnderWay,
    }
    waiting.done.reject(this.#failed(undefined, why[reason]))
    return true
  }

  /** The actor may have changed. */
  stepped({ epoch, leader }: RoleStatus): void {
    if (this.#waiting.size === 0 || leader === undefined) return
    for (const [request, waiting] of this.#waiting) {
      if (leader === this.#options.node && epoch === waiting.epoch) continue
      this.#end(request)
      if (leader === this.#options.node) waiting.done.reject(this.#failed(undefined, 'this node was elected again'))
      else waiting.done.resolve(leader)
    }
  }

  /** Nothing comes of what is under way. */
  stop(): void {
    for (const request of [...this.#waiting.keys()])
      this.#end(request)?.done.reject(this.#failed(undefined, 'this node stops, or closes the group'))
  }

  #failed(to: NodeId | undefined, why: string): TransferFailedError {
    return new TransferFailedError(this.#options.group, to === undefined ? why : `${why}, asked for was ${to}`)
  }

  #end(request: RequestId): Waiting | undefined {
    const waiting = this.#waiting.get(request)
    this.#options.clock.clearTimeout(waiting?.timer)
    this.#waiting.delete(request)
    return waiting
  }
}
