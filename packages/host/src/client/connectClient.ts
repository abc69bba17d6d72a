import { checkMethods, checkOptions, type StateMachine, stateMachineMethods } from '@quorate/core'
import { type ClientCodecs, codecsOf } from './clientCodecs.js'
import { type ClientOptions, clientOptionKeys } from './clientOptions.js'
import { LogClient } from './logClient.js'
import { type ConnectionOptions, connectionOptionKeys, OwnConnection } from './ownConnection.js'

/** What a client of a group that orders a log is made of. */
export interface ConnectOptions<Command, Result, Query, Answer> extends ConnectionOptions, ClientOptions {
  /** The state machine of the group, for its codecs. */
  readonly stateMachine: StateMachine & { readonly codecs: ClientCodecs<Command, Result, Query, Answer> }
}

/** A {@link LogClient} with a connection of its own. */
export interface ConnectedClient<Command, Result, Query, Answer>
  extends LogClient<Command, Result, Query, Answer>,
    AsyncDisposable {}

/**
 * Connects a client to a group that orders a log, from a process without a node.
 * @throws `QUORATE_INVALID_NAME`, `QUORATE_INVALID_CONFIGURATION`, and what the transport throws.
 */
export async function connectClient<Command, Result, Query = never, Answer = never>(
  options: ConnectOptions<Command, Result, Query, Answer>,
): Promise<ConnectedClient<Command, Result, Query, Answer>> {
  const what = 'connectClient(...)'
  checkOptions<ConnectOptions<Command, Result, Query, Answer>>(what, options, {
    ...connectionOptionKeys,
    ...clientOptionKeys,
    stateMachine: 'required',
  })
  const { stateMachine } = options
  checkMethods(`stateMachine of ${what}, e.g. defineStateMachine({ ... }),`, stateMachine, stateMachineMethods)
  return new OwnLogClient(
    await OwnConnection.open(what, options),
    codecsOf(stateMachine) as ClientCodecs<Command, Result, Query, Answer>,
  )
}

class OwnLogClient<Command, Result, Query, Answer>
  extends LogClient<Command, Result, Query, Answer>
  implements ConnectedClient<Command, Result, Query, Answer>
{
  readonly #connection: OwnConnection

  constructor(connection: OwnConnection, codecs: ClientCodecs<Command, Result, Query, Answer>) {
    super({ ...connection.calls, codecs })
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
