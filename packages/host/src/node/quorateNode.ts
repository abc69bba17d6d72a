import type { NodeId } from '@quorate/core'
import type { NodeReport } from '../status/nodeStatus.js'
import type { Groups } from '../topology/configuration.js'
import type { NodeGroupOf } from './nodeGroup.js'

/** A running node. */
export interface QuorateNode<G extends Groups = Groups> extends AsyncDisposable {
  readonly id: NodeId
  /**
   * @throws `QUORATE_INVALID_CONFIGURATION` for a name that is not among the node's groups, or a group that does nothing for clients; `QUORATE_NODE_STOPPED`, with the
   *   cause, after the node has stopped.
   */
  group<Name extends keyof G & string>(name: Name): NodeGroupOf<G[Name]>
  status(): NodeReport
  /** Settles when the actors run: at the first start of all nodes that is when each has heard from each. */
  readonly ready: Promise<void>
  /** Settles when the node has stopped: with the cause, unless it was asked to. */
  readonly stopped: Promise<Error | undefined>
  /** Takes no more clients, finishes the write under way, and leaves. Idempotent. */
  stop(): Promise<void>
}
