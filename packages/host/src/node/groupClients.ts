import {
  type AskContract,
  asBytes,
  checkName,
  type GroupDefinition,
  InvalidConfigurationError,
  type NodeId,
  type QuorateError,
} from '@quorate/core'
import { AskClient } from '../client/askClient.js'
import type { CallsOptions } from '../client/calls.js'
import { LogClient } from '../client/logClient.js'
import type { AskGroup } from '../engine/roleQuestions.js'
import { homeIn } from './nodeGroup.js'

/** A client of one group, of bytes. */
interface BytesClient {
  readonly perform: (bytes: Uint8Array, signal: AbortSignal) => Promise<Uint8Array>
  close(because?: QuorateError): Promise<void>
}

const bytesOnly = { command: asBytes, result: asBytes, query: asBytes, answer: asBytes }

/**
 * What roles of a node ask other groups: a client for each group, with one session for the roles of all groups of the node. Where
 * a member on this very node serves the group, the bus carries nothing.
 */
export class GroupClients {
  readonly #node: NodeId
  readonly #definitionOf: (group: string) => GroupDefinition | undefined
  readonly #callsOf: (group: string) => CallsOptions
  readonly #clients = new Map<string, BytesClient>()
  #stopped: QuorateError | undefined

  constructor(options: {
    readonly node: NodeId
    /** Of a group that this node is a member of. */
    readonly definitionOf: (group: string) => GroupDefinition | undefined
    readonly callsOf: (group: string) => CallsOptions
  }) {
    this.#node = options.node
    this.#definitionOf = options.definitionOf
    this.#callsOf = options.callsOf
  }

  readonly ask: AskGroup = async (group, bytes, signal) => {
    if (this.#stopped) throw this.#stopped
    const client = this.#clients.get(group) ?? this.#connect(group)
    return client.perform(bytes, signal)
  }

  /** The node is a member of this group from now on, or is none any more: it is asked by another client. */
  async forget(group: string): Promise<void> {
    const client = this.#clients.get(group)
    this.#clients.delete(group)
    await client?.close()
  }

  async stop(because: QuorateError): Promise<void> {
    this.#stopped = because
    await Promise.all(Array.from(this.#clients.values(), (client) => client.close(because)))
  }

  #connect(group: string): BytesClient {
    checkName('group', group)
    const client = this.#clientOf(group, this.#definitionOf(group))
    this.#clients.set(group, client)
    return client
  }

  #clientOf(group: string, definition: GroupDefinition | undefined): BytesClient {
    const calls = this.#callsOf(group)
    const service = definition?.service ?? { type: 'log' }
    switch (service.type) {
      case 'log': {
        const client = new LogClient({ ...calls, codecs: bytesOnly })
        const perform: BytesClient['perform'] = async (bytes, signal) =>
          (await client.propose(bytes, { signal })).result
        return { perform, close: (because) => client.close(because) }
      }
      case 'ask': {
        const [contract, home] = [contractOfBytes(service), definition && homeIn(definition, service, this.#node)]
        const client = new AskClient({ ...calls, contract, home })
        return { perform: (bytes, signal) => client.ask(bytes, { signal }), close: (because) => client.close(because) }
      }
      case 'none':
        throw new InvalidConfigurationError(`group ${group} does nothing for clients, nor for roles of other groups`)
    }
  }
}

/** The same questions and replies, as bytes. */
const contractOfBytes = ({ request, routing, isIdempotent }: AskContract): AskContract<Uint8Array, Uint8Array> => ({
  request: asBytes,
  reply: asBytes,
  routing: typeof routing === 'string' ? routing : { keyOf: (bytes) => routing.keyOf(request.decode(bytes)) },
  isIdempotent: (bytes) => isIdempotent(request.decode(bytes)),
})
