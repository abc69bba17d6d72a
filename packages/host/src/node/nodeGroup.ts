import {
  type AskService,
  type GroupDefinition,
  hostsOf,
  InvalidConfigurationError,
  type LogService,
  type NodeId,
  type QuorateError,
  type StateMachine,
  type TypedStateMachine,
} from '@quorate/core'
import { AskClient } from '../client/askClient.js'
import type { CallsOptions } from '../client/calls.js'
import type { HostedGroup } from './hostedGroup.js'
import { LocalLogGroup, type LogGroup } from './logGroup.js'

/** A group that answers questions, as the programme that embeds a node uses it: in the words of its protocol. */
export type AskGroup<Request, Reply> = Pick<AskClient<Request, Reply>, 'ask'>

/** The group that a definition makes: what it is, its service says; one that does nothing for clients there is not. */
export type NodeGroupOf<Definition> =
  Definition extends GroupDefinition<infer Does>
    ? Does extends LogService<infer Machine>
      ? LogGroupOf<Machine>
      : Does extends AskService<infer Request, infer Reply>
        ? AskGroup<Request, Reply>
        : never
    : never

/** Commands and results as the codecs of a state machine say, or bytes where it has none. */
type LogGroupOf<Machine> =
  Machine extends TypedStateMachine<infer State, infer Command, infer Result, infer Query, infer Answer>
    ? LogGroup<State, Command, Result, Query, Answer>
    : Machine extends StateMachine<infer State>
      ? LogGroup<State, Uint8Array, Uint8Array, Uint8Array, Uint8Array>
      : never

/** A group as its node has it. */
export interface LocalGroup {
  readonly group: LocalLogGroup | AskGroup<unknown, unknown>
  stop(stopped: QuorateError): Promise<void>
}

/** The node, where it runs the role that is asked: whoever asks there asks it first. */
export function homeIn({ roles }: GroupDefinition, { answers }: AskService, node: NodeId): NodeId | undefined {
  const role = roles[answers]
  return role && hostsOf(role).includes(node) ? node : undefined
}

/** @throws `QUORATE_INVALID_CONFIGURATION` of a group that does nothing for clients. */
export function localGroup(
  node: string,
  { definition, applier, leadership }: HostedGroup,
  calls: CallsOptions,
): LocalGroup {
  const { service } = definition
  switch (service.type) {
    case 'log': {
      const group = new LocalLogGroup({ node, machine: service.stateMachine, applier, leadership, calls })
      return { group, stop: (stopped) => group.stop(stopped) }
    }
    case 'ask': {
      const group = new AskClient({ ...calls, contract: service, home: homeIn(definition, service, node) })
      return { group, stop: (stopped) => group.close(stopped) }
    }
    case 'none':
      throw new InvalidConfigurationError(
        `group ${calls.group} does nothing for clients: only its own members speak in it`,
      )
  }
}
