import { messageOf, nearestTo, QuorateError } from '@quorate/core'

/** `QUORATE_UNUSABLE_TOPOLOGY`: a file from which no topology could be loaded. */
export class UnusableTopologyError extends QuorateError {
  constructor(path: string, what: string, options?: { cause?: unknown }) {
    super('QUORATE_UNUSABLE_TOPOLOGY', `${path}: ${what}`, options)
  }
}

/** `QUORATE_UNKNOWN_ROLE`: a name under which no role is known. */
export class UnknownRoleError extends QuorateError {
  constructor(name: string, known: readonly string[]) {
    const meant = nearestTo(name, known)
    const advice =
      meant === undefined ? `give one of ${known.join(', ')}, or a file such as ./${name}.ts` : `did you mean ${meant}?`
    super('QUORATE_UNKNOWN_ROLE', `there is no role ${JSON.stringify(name)}: ${advice}`)
  }
}

/** `QUORATE_UNUSABLE_ROLE`: a file from which no role could be loaded. */
export class UnusableRoleError extends QuorateError {
  constructor(path: string, what: string, options?: { cause?: unknown }) {
    super('QUORATE_UNUSABLE_ROLE', `${path}: ${what}`, options)
  }
}

/** `QUORATE_UNREADABLE_FILE`: a file that was named on the command line cannot be read. */
export class UnreadableFileError extends QuorateError {
  constructor(what: string, path: string, cause: unknown) {
    super('QUORATE_UNREADABLE_FILE', `${what} ${path} cannot be read: ${whyUnreadable(cause)}`, { cause })
  }
}

/** Why a file cannot be read: what Node says, but for a directory. */
const whyUnreadable = (cause: unknown): string =>
  (cause as NodeJS.ErrnoException | undefined)?.code === 'EISDIR'
    ? 'it is a directory; name a file in it'
    : messageOf(cause)

/** `QUORATE_UNSUITABLE_INPUT`: a file that the demo cannot replicate. */
export class UnsuitableInputError extends QuorateError {
  constructor(path: string, what: string) {
    super('QUORATE_UNSUITABLE_INPUT', `${path} ${what}`)
  }
}

/** `QUORATE_NO_NODE_ANSWERS`: the bus answers, and no node of the cluster does. */
export class NoNodeAnswersError extends QuorateError {
  constructor(cluster: string, bus: string, waitMs: number, options?: { cause?: unknown }) {
    const text = `no node of cluster ${cluster} answered within ${waitMs} ms on ${bus}: `
    super('QUORATE_NO_NODE_ANSWERS', `${text}check --cluster and --nats, and that the nodes run`, options)
  }
}

/** `QUORATE_UNKNOWN_GROUP`: nodes of the cluster answer, and none of them knows a group of this name. Nothing was executed. */
export class UnknownGroupError extends QuorateError {
  constructor(group: string, cluster: string, known: readonly string[], options?: { cause?: unknown }) {
    const text = `not executed: cluster ${cluster} has no group ${group}: it has ${known.join(', ')}`
    super('QUORATE_UNKNOWN_GROUP', `${text}. Name one of these, or another --cluster`, options)
  }
}

/** `QUORATE_NOT_ASKED`: a group of a protocol to which the command can put no question. */
export class NotAskedError extends QuorateError {
  constructor(group: string, protocol: string, why: string) {
    super('QUORATE_NOT_ASKED', `group ${group} of protocol ${protocol} takes no questions here: ${why}`)
  }
}

/** `QUORATE_UNKNOWN_QUESTION`: a question that the protocol of the group does not have. */
export class UnknownQuestionError extends QuorateError {
  constructor(question: string, group: string, known: readonly string[]) {
    const text = `group ${group} has no question ${JSON.stringify(question)}: expected ${known.join(', or ')}`
    super('QUORATE_UNKNOWN_QUESTION', text)
  }
}

/** `QUORATE_PORT_TAKEN`: something listens where a broker would be started, and it is no NATS server. */
export class PortTakenError extends QuorateError {
  constructor(port: number) {
    const text = `something that is no NATS server listens on 127.0.0.1:${port}: `
    super('QUORATE_PORT_TAKEN', `${text}end it, or name a NATS server with --nats`)
  }
}

/** `QUORATE_NODE_EXITED`: the process of a node ended although nobody asked it to. */
export class NodeExitedError extends QuorateError {
  constructor(node: string, how: string, output: string) {
    const text = output === '' ? '' : `; its last words:\n${output}`
    super('QUORATE_NODE_EXITED', `the process of node ${node} ended (${how})${text}`)
  }
}

/** `QUORATE_TOO_SLOW`: something that should have happened did not within its time. */
export class TooSlowError extends QuorateError {
  constructor(what: string, withinMs: number) {
    super(
      'QUORATE_TOO_SLOW',
      `${what} not within ${withinMs / 1000} s: see whether the machine is overloaded, and try again`,
    )
  }
}

/** `QUORATE_INTERRUPTED`: ended by Ctrl-C. */
export class InterruptedError extends QuorateError {
  constructor() {
    super('QUORATE_INTERRUPTED', 'interrupted')
  }
}

/** `QUORATE_UNWRITABLE_FILE`: a file that a command makes cannot be written. */
export class UnwritableFileError extends QuorateError {
  constructor(path: string, cause: unknown) {
    const reason = messageOf(cause)
    super('QUORATE_UNWRITABLE_FILE', `${path} cannot be written: ${reason}`, { cause })
  }
}

/** `QUORATE_FILE_EXISTS`: a file that would have been written over; nothing was written. */
export class FileExistsError extends QuorateError {
  constructor(path: string) {
    super('QUORATE_FILE_EXISTS', `${path} is there already, and nothing was written: give another name or --directory`)
  }
}

/** `QUORATE_INVALID_IDENTIFIER`: a name from which code is made, and that no identifier can be made of. */
export class InvalidIdentifierError extends QuorateError {
  constructor(what: string, name: string, expected: string, suggestion: string) {
    super(
      'QUORATE_INVALID_IDENTIFIER',
      `${what} ${JSON.stringify(name)} is no identifier: expected ${expected}; what about ${suggestion}?`,
    )
  }
}

/** `QUORATE_UNEQUAL_RUNS`: two runs of one seed differ, so something in them is not simulated. */
export class UnequalRunsError extends QuorateError {
  constructor(seed: number, first: string, second: string) {
    const text = `two runs of seed ${seed} have different traces (${first} and ${second}): `
    super(
      'QUORATE_UNEQUAL_RUNS',
      `${text}see that roles and state machines read no clock, no chance and no environment`,
    )
  }
}

/** So many names are told in an error. */
const shownMax = 4

/** `QUORATE_UNKNOWN_MISTAKE`: a mistake that the catalogue does not have, or a part of the names of several. */
export class UnknownMistakeError extends QuorateError {
  /** @param having those in whose names it is a part: none, or several. */
  constructor(name: string, known: readonly string[], having: readonly string[]) {
    const meant = nearestTo(name, known)
    const advice = meant === undefined ? '' : `Did you mean ${meant}? `
    const shown = having.length > shownMax ? [...having.slice(0, shownMax), '...'] : having
    const what =
      having.length === 0
        ? `there is no mistake ${JSON.stringify(name)}. ${advice}`
        : `several mistakes have ${JSON.stringify(name)} in their names: ${shown.join(', ')}. `
    super('QUORATE_UNKNOWN_MISTAKE', `${what}--mistake list names all`)
  }
}

/** `QUORATE_MISTAKE_OF_OTHER_COMMAND`: a mistake that the other of `check` and `sim` finds. */
export class MistakeOfOtherCommandError extends QuorateError {
  constructor(name: string, other: 'check' | 'sim') {
    super(
      'QUORATE_MISTAKE_OF_OTHER_COMMAND',
      `this mistake is found by quorate ${other}: run quorate ${other} --mistake ${name}`,
    )
  }
}

/** `QUORATE_UNKNOWN_MODEL`: a model that is neither known by its name nor a file. */
export class UnknownModelError extends QuorateError {
  constructor(name: string, known: readonly string[]) {
    const meant = nearestTo(name, known)
    const advice = meant === undefined ? `expected one of ${known.join(', ')}, or a file` : `did you mean ${meant}?`
    super('QUORATE_UNKNOWN_MODEL', `there is no model ${JSON.stringify(name)}: ${advice}`)
  }
}

/** `QUORATE_UNUSABLE_MODEL`: a file from which no model could be loaded. */
export class UnusableModelError extends QuorateError {
  constructor(path: string, what: string, options?: { cause?: unknown }) {
    super('QUORATE_UNUSABLE_MODEL', `${path}: ${what}`, options)
  }
}

/** `QUORATE_UNREADABLE_HISTORY`: the file of a history cannot be read at all. */
export class UnreadableHistoryFileError extends QuorateError {
  constructor(path: string, cause: unknown) {
    super('QUORATE_UNREADABLE_HISTORY', `the history ${path} cannot be read: ${whyUnreadable(cause)}`, { cause })
  }
}
