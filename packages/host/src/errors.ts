import { messageOf, type NodeId, QuorateError, type Snapshot, textOf } from '@quorate/core'

const advices = {
  command: 'It may have been executed or not; read the state before you repeat it',
  question: 'It may have had its effect or not; it does no harm to ask again',
  'single question': 'It may have had its effect, may yet have it, or never; find out which before you ask again',
} as const

/**
 * `QUORATE_UNKNOWN_OUTCOME`: the command was sent and no answer came. It may have been executed, may yet be, or never:
 * look at the state before you send another one in its place. The same of a question; what is called a single one was sent
 * once, since it might have its effect twice.
 */
export class UnknownOutcomeError extends QuorateError {
  constructor(why: string, options: { what?: keyof typeof advices; cause?: unknown } = {}) {
    const { what = 'command', cause } = options
    super('QUORATE_UNKNOWN_OUTCOME', `the outcome of this ${what} is unknown: ${why}. ${advices[what]}`, { cause })
  }
}

/**
 * `QUORATE_GROUP_RESET`: the group that this command was sent to is no more: it was begun anew under the same name, or put
 * back to an earlier state. The command is not in the group as it is now.
 */
export class GroupResetError extends QuorateError {
  constructor(group: string) {
    super(
      'QUORATE_GROUP_RESET',
      `group ${group} was begun anew, or put back to an earlier state, while this command was under way: it is not in the ` +
        'group as it is now, and what was acknowledged before may be gone too; read the state before you send more',
    )
  }
}

/** `QUORATE_NOT_EXECUTED`: the command or read was never taken by anyone, so it was not executed and will not be. */
export class NotExecutedError extends QuorateError {
  constructor(why: string, options?: { cause?: unknown }) {
    super('QUORATE_NOT_EXECUTED', `not executed: ${why}. It is safe to repeat`, options)
  }
}

/** `QUORATE_OVERLOADED`: too much is in flight already, or no snapshot shortens the log. Not executed. */
export class OverloadedError extends QuorateError {
  constructor(who: string, reason: 'overloaded' | 'noSnapshot' = 'overloaded') {
    const texts = {
      overloaded:
        'has too much to do already; send less at once, or later. If it lasts, quorate status tells what holds that node up',
      noSnapshot:
        'takes no more commands, because its state machine gives no snapshot that would shorten the log; ' +
        'quorate status tells what snapshot threw. Correct it, and start the node again',
    }
    super('QUORATE_OVERLOADED', `not executed: ${who} ${texts[reason]}`)
  }
}

/** `QUORATE_SESSIONS_FULL`: the group remembers as many clients as it may, and all of them are in use. Not executed. */
export class SessionsFullError extends QuorateError {
  constructor(group: string) {
    super(
      'QUORATE_SESSIONS_FULL',
      `not executed: all sessions of group ${group} are in use; share clients, or close some: one that is unused for two minutes makes room. It is safe to repeat`,
    )
  }
}

/** `QUORATE_COMMAND_TOO_LARGE`: larger than the group, or the bus, takes. Not executed. */
export class CommandTooLargeError extends QuorateError {
  constructor(what: string) {
    super(
      'QUORATE_COMMAND_TOO_LARGE',
      `not executed: ${what}; split it, or raise the limit: of the group on all its nodes, or of the bus`,
    )
  }
}

/** `QUORATE_MALFORMED_REQUEST`: a member could not decode what it was asked, and its role never heard of it. */
export class MalformedRequestError extends QuorateError {
  constructor(node: NodeId) {
    super(
      'QUORATE_MALFORMED_REQUEST',
      `not executed: node ${node} cannot decode this question. Ask with the contract of the protocol that the nodes of the group run, in the same version`,
    )
  }
}

/** `QUORATE_RESULT_TOO_LARGE`: it was executed, but what came of it is larger than the bus carries. */
export class ResultTooLargeError extends QuorateError {
  /** Index of the command's entry; for a query, what had been applied; 0 where there is no log. */
  readonly index: number
  constructor(index = 0) {
    const where = index > 0 ? ` at index ${index}` : ''
    super('QUORATE_RESULT_TOO_LARGE', `executed${where}, but its result is larger than the bus carries; return less`)
    this.index = index
  }
}

/** `QUORATE_COMMAND_FAILED`: the state machine's `apply` threw, on every node alike. The state is as it was. */
export class CommandFailedError extends QuorateError {
  /** Index of the command's entry. */
  readonly index: number
  constructor(reason: string, index: number) {
    super('QUORATE_COMMAND_FAILED', `the state machine refused this command: ${reason}`)
    this.index = index
  }
}

/** `QUORATE_QUERY_FAILED`: the state machine's `query` threw. */
export class QueryFailedError extends QuorateError {
  constructor(reason: string) {
    super('QUORATE_QUERY_FAILED', `the state machine refused this query: ${reason}`)
  }
}

/** `QUORATE_SNAPSHOT_FAILED`: the state machine's `snapshot` threw, or gave no bytes. The log is kept instead, and another is tried later. */
export class SnapshotFailedError extends QuorateError {
  constructor(index: number, options: { cause: unknown }) {
    super(
      'QUORATE_SNAPSHOT_FAILED',
      `the state machine gave no snapshot of entry ${index}: ${messageOf(options.cause)}. The log is kept instead and grows; correct snapshot`,
      options,
    )
  }
}

/** `QUORATE_INITIAL_FAILED`: the state machine's `initial` threw, or returned a promise, so this node cannot take part in the group. */
export class InitialFailedError extends QuorateError {
  constructor(group: string, options: { cause: unknown }) {
    super(
      'QUORATE_INITIAL_FAILED',
      `the state machine of group ${group} has no initial state, because its function initial failed: ` +
        `${textOf(options.cause)}. Correct initial, and start this node again`,
      options,
    )
  }
}

/** `QUORATE_RESTORE_FAILED`: the state machine's `restore` threw on a snapshot, so this node cannot go on. */
export class RestoreFailedError extends QuorateError {
  constructor(group: string, { last, bytes }: Snapshot, options: { cause: unknown }) {
    super(
      'QUORATE_RESTORE_FAILED',
      `the state machine of group ${group} could not be restored from the snapshot of entry ${last.index} (term ${last.term}, ${bytes.length} bytes): ` +
        `${messageOf(options.cause)}. The snapshot is kept as it is; start this node with a state machine that reads it`,
      options,
    )
  }
}

/** `QUORATE_STORE_REPLACED`: this node once had another store, and what it promised stands there. */
export class StoreReplacedError extends QuorateError {
  constructor(found: {
    readonly node: string
    readonly peer: string
    readonly store: string
    readonly otherStore: string
  }) {
    super(
      'QUORATE_STORE_REPLACED',
      `the data directory of node ${found.node} is empty or another one: it has store ${found.store}, and node ${found.peer} knows ` +
        `${found.node} with store ${found.otherStore}; what the node promised stands in that one. Give it that very directory ` +
        `back, as it was when the node last ran. If it is lost, do not start the node any more, but keep it ` +
        'in the topology: the group goes on while the others are enough to decide. It cannot be replaced yet, neither under this id ' +
        'nor under another',
    )
  }
}

/**
 * `QUORATE_MEMBERS_CHANGED`: a node was started with other members, quorums or settings of a group than the group was begun
 * with. What was acknowledged under the ones need not be known under the others.
 */
export class MembersChangedError extends QuorateError {
  readonly group: string
  constructor(found: {
    readonly node: string
    readonly group: string
    /** What this node was started with. */
    readonly given: string
    /** What the group is known as ... */
    readonly known: string
    /** ... by this node; by the store of the node itself where there is none. */
    readonly peer?: string
  }) {
    const { node, group, given, known, peer } = found
    super(
      'QUORATE_MEMBERS_CHANGED',
      `node ${node} was started with another group ${group} than ${peer ? `node ${peer} knows` : 'it was begun with'}: given ` +
        `${differenceFrom(known, given)}; known ${differenceFrom(given, known)}. The protocol, members, quorums and session ` +
        'limits of a group cannot be changed yet, and no member can be replaced. Start every node with what the group was begun ' +
        'with; if another group is meant, give it another name, or its nodes directories of their own',
    )
    this.group = group
  }
}

/** `QUORATE_NOT_MEMBER`: this node is no member of a group any more, and no member hears it: it was removed. */
export class NotMemberError extends QuorateError {
  readonly group: string
  /** `by` is the member that said so; absent where this node knows it from the group itself. */
  constructor(node: string, group: string, by?: string) {
    const said = by === undefined ? '' : `, as node ${by} says, which goes by a later list of members`
    super(
      'QUORATE_NOT_MEMBER',
      `node ${node} is no member of group ${group} any more${said}: it was removed, and no member hears it. Close the group on ` +
        'this node, or add the node to the group again',
    )
    this.group = group
  }
}

/** `QUORATE_GROUP_OPEN`: a group of this name is open on the node already, or is being opened. */
export class GroupOpenError extends QuorateError {
  constructor(node: string, group: string) {
    super(
      'QUORATE_GROUP_OPEN',
      `group ${group} is open on node ${node} already: use it (node.group), or close it before you open another under its name`,
    )
  }
}

/** `QUORATE_GROUP_CLOSED`: the group was closed, or dropped, on this node. On other nodes it may go on. */
export class GroupClosedError extends QuorateError {
  constructor(node: string, group: string, cause?: unknown) {
    const why = cause === undefined ? '' : `, because of this: ${messageOf(cause)}`
    super(
      'QUORATE_GROUP_CLOSED',
      `group ${group} was closed on node ${node}${why}; open it again, or ask another node`,
      {
        cause,
      },
    )
  }
}

/** `QUORATE_GROUP_DROPPED`: this node was a member of the very group, has promised something in it, and forgot what when it was dropped. */
export class GroupDroppedError extends QuorateError {
  constructor(node: string, group: string) {
    super(
      'QUORATE_GROUP_DROPPED',
      `group ${group} was dropped on node ${node}: what the node had promised in it is forgotten, so it may never take part in it ` +
        'again. Begin another group, under another name',
    )
  }
}

/** `QUORATE_STORE_CLONED`: another process runs under the id of this node, with a copy of its data directory. */
export class StoreClonedError extends QuorateError {
  constructor(node: string) {
    super(
      'QUORATE_STORE_CLONED',
      `node ${node} runs twice: another process was started later with a copy of this data directory, and goes on. Only one ` +
        'may run, now and later: delete this copy',
    )
  }
}

/** `QUORATE_NODE_STOPPED`: what was asked of this node after it stopped. `cause` is what ended it, unless it was asked to stop. */
export class NodeStoppedError extends QuorateError {
  constructor(node: string, cause: unknown) {
    const why = cause === undefined ? '; start it again' : `, because of this: ${messageOf(cause)}`
    super('QUORATE_NODE_STOPPED', `node ${node} has stopped${why}`, { cause })
  }
}

/** `QUORATE_NOT_LEADER`: asked for something that only the node which leads can do. */
export class NotLeaderError extends QuorateError {
  constructor(node: string, group: string, leader: string | undefined) {
    const who = leader === undefined || leader === node ? 'ask again when one is elected' : `ask node ${leader}`
    super('QUORATE_NOT_LEADER', `node ${node} does not lead group ${group}: ${who}`)
  }
}

/** `QUORATE_TRANSFER_FAILED`: the leadership was not given to another node. The group has a leader, or elects one as ever. */
export class TransferFailedError extends QuorateError {
  constructor(group: string, why: string) {
    super(
      'QUORATE_TRANSFER_FAILED',
      `the leadership of group ${group} was not transferred: ${why}. It does no harm to try again`,
    )
  }
}

/** `QUORATE_LEADERSHIP_UNSUPPORTED`: the protocol of the group, or this node's part in it, has no such thing as was asked for. */
export class LeadershipUnsupportedError extends QuorateError {
  constructor(why: string) {
    super('QUORATE_LEADERSHIP_UNSUPPORTED', why)
  }
}

/** What `text` says and `other` does not, in one line. */
export function differenceFrom(other: string, text: string): string {
  const lines = text.split('\n').filter((line) => !other.split('\n').includes(line))
  return lines.length === 0 ? 'nothing else' : lines.join('; ')
}
