import { type AskContract, checkOptions } from '@quorate/core'
import { AskClient } from './askClient.js'
import { checkContract } from './checkContract.js'
import type { ClientOptions } from './clientOptions.js'
import { type ConnectionOptions, connectionOptionKeys, OwnConnection } from './ownConnection.js'

/** What a client of a group that answers questions is made of. */
export interface AskConnectOptions<Request, Reply> extends ConnectionOptions, Pick<ClientOptions, 'deadlineMs'> {
  /** What the protocol of the group says of its questions and answers. */
  readonly contract: AskContract<Request, Reply>
}

/** An {@link AskClient} with a connection of its own. */
export interface ConnectedAskClient<Request, Reply> extends AskClient<Request, Reply>, AsyncDisposable {}

/**
 * Connects a client to a group that answers questions, from a process without a node.
 * @throws `QUORATE_INVALID_NAME`, `QUORATE_INVALID_CONFIGURATION`, and what the transport throws.
 */
export async function connectAskClient<Request, Reply>(
  options: AskConnectOptions<Request, Reply>,
): Promise<ConnectedAskClient<Request, Reply>> {
  const what = 'connectAskClient(...)'
  checkOptions<AskConnectOptions<Request, Reply>>(what, options, {
    ...connectionOptionKeys,
    deadlineMs: 'optional',
    contract: 'required',
  })
  const { contract } = options
  checkContract(what, contract as AskContract)
  return new OwnAskClient(await OwnConnection.open(what, options), contract)
}

class OwnAskClient<Request, Reply> extends AskClient<Request, Reply> implements ConnectedAskClient<Request, Reply> {
  readonly #connection: OwnConnection

  constructor(connection: OwnConnection, contract: AskContract<Request, Reply>) {
    super({ ...connection.calls, contract })
    this.#connection = connection
    connection.watch(this.id, (because) => super.close(because))
  }

  override close(): Promise<void> {
    return this.#connection.close(super.close())
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
