import { type Effect, hostsOf, type Logger, type RoleStatus, servingRole } from '@quorate/core'
import { LeadershipUnsupportedError } from '../errors.js'
import { type Leadership, LeadershipWatch } from './leadership.js'
import { LeaderTransfers, type LeaderTransfersOptions } from './leaderTransfers.js'

/** All that is to be done about the leadership of one group on one node. */
export class GroupLeadership {
  readonly transfers: LeaderTransfers
  readonly #options: LeaderTransfersOptions
  readonly #watch: LeadershipWatch

  constructor(options: LeaderTransfersOptions & { readonly logger: Logger }) {
    this.#options = options
    this.transfers = new LeaderTransfers(options)
    this.#watch = new LeadershipWatch(options)
  }

  /** @throws {@link LeadershipUnsupportedError} `QUORATE_LEADERSHIP_UNSUPPORTED` where the role that clients turn to is on other nodes. */
  get watch(): Leadership {
    const { definition, node, group } = this.#options
    const role = servingRole(definition.service) ?? ''
    const of = definition.roles[role]
    if (of && hostsOf(of).includes(node)) return this.#watch
    throw new LeadershipUnsupportedError(
      `node ${node} never leads group ${group}, since it does not run its role ${role}: ask a node that does`,
    )
  }

  refused(refused: Extract<Effect, { type: 'refuse' }>): boolean {
    return this.transfers.refused(refused)
  }

  stepped(status: RoleStatus): void {
    this.transfers.stepped(status)
    this.#watch.stepped(status)
  }

  stop(): void {
    this.transfers.stop()
    this.#watch.stop()
  }
}
