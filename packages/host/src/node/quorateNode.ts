import type { GroupDefinition, NodeId } from '@quorate/core'
import type { NodeReport, StatusPage } from '../status/nodeStatus.js'
import type { Groups } from '../topology/configuration.js'
import type { NodeGroupOf } from './nodeGroup.js'

/** A running node. */
export interface QuorateNode<G extends Groups = Groups> extends AsyncDisposable {
  readonly id: NodeId
  /**
   * A group as the program that embeds the node uses it.
   * @throws `QUORATE_INVALID_CONFIGURATION` for a name that is not among the node's groups, or a group that does nothing for
   *   clients; `QUORATE_NODE_STOPPED`, with the cause, after the node has stopped.
   */
  group<Name extends keyof G & string>(name: Name): NodeGroupOf<G[Name]>
  /**
   * Opens a group while the node runs: it goes on from what the store holds of it, or begins. Every member must open it.
   * Resolves when this node is heard in it; that takes until members that never met this node have opened the group too.
   * @throws as `startNode` does for what cannot work; `QUORATE_GROUP_OPEN` when one of that name is open;
   *   `QUORATE_MEMBERS_CHANGED` when it was begun with others, on this node or on one that has it open; `QUORATE_GROUP_DROPPED` when it was dropped here;
   *   `QUORATE_GROUP_CLOSED` when it is closed meanwhile; `QUORATE_NODE_STOPPED`.
   */
  open<Definition extends GroupDefinition>(name: string, definition: Definition): Promise<NodeGroupOf<Definition>>
  /**
   * Closes a group on this node, as if the node had crashed for this group alone: its store stays, and it may be opened
   * again. Calls through {@link QuorateNode.group} that wait end with it as their cause, later ones with
   * `QUORATE_GROUP_CLOSED`; clients elsewhere turn to other nodes. A group that is being opened is opened no further.
   * @throws `QUORATE_INVALID_CONFIGURATION` when there is no such group; `QUORATE_NODE_STOPPED`.
   */
  close(name: string): Promise<void>
  /**
   * Closes a group, if it is open, and deletes what the store holds of it: durably, in one write, when this resolves. Of a node
   * that stops meanwhile the store holds all of it or nothing. What the node had promised in the group is forgotten, so that
   * it never takes part in it again: drop a group on all members, or on none that the others need to decide. A node that was
   * removed and knows it, and drops the group while it is open, may join it again.
   * @throws as `close`, when nothing is stored of such a group either.
   */
  drop(name: string): Promise<void>
  /** How the node is, and its groups, or some of them. It costs what is told. */
  status(page?: StatusPage): NodeReport
  /** Settles when the actors run: at the first start of all nodes that is when each has heard from each. */
  readonly ready: Promise<void>
  /** Settles when the node has stopped: with the cause, unless it was asked to. */
  readonly stopped: Promise<Error | undefined>
  /** Gives to others what it leads, takes no more clients, finishes the write under way, and leaves. Idempotent. */
  stop(): Promise<void>
}
