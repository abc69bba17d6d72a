import {
  type Clock,
  type Connection,
  checkMethods,
  checkName,
  checkOptions,
  type Logger,
  QuorateError,
  type Random,
  type StateMachine,
  type Transport,
} from '@quorate/core'
import { Bus } from '../bus/bus.js'
import { BusWatch } from '../bus/busWatch.js'
import { DropLog } from '../bus/dropLog.js'
import { checkPositive } from '../system/checkPositive.js'
import { isDoneWithin } from '../system/isDoneWithin.js'
import { randomName, systemRandom } from '../system/random.js'
import { realClock } from '../system/realClock.js'
import { silentLogger } from '../system/silentLogger.js'
import { Telemetry } from '../system/telemetry.js'
import type { ClientCodecs } from './clientCodecs.js'
import { type ClientOptions, checkBehaviour, clientOptionKeys } from './clientOptions.js'
import { GroupClient } from './groupClient.js'

/** What a client is made of. */
export interface ConnectOptions<Command, Result, Query, Answer> extends ClientOptions {
  readonly transport: Transport
  readonly cluster: string
  readonly group: string
  /** The state machine of the group, for its codecs. */
  readonly stateMachine: StateMachine & { readonly codecs: ClientCodecs<Command, Result, Query, Answer> }
  /** @default none */
  readonly logger?: Logger
  /** How long `close` may take, in milliseconds; then the connection ends at once. @default 5000 */
  readonly closeWithinMs?: number
  /** @default real time */
  readonly clock?: Clock
  /** @default that of the operating system */
  readonly random?: Random
}

/** A {@link GroupClient} with a connection of its own. */
export interface ConnectedClient<Command, Result, Query, Answer>
  extends GroupClient<Command, Result, Query, Answer>,
    AsyncDisposable {}

/**
 * Connects a client to a group, from a process without a node.
 * @throws `QUORATE_INVALID_NAME`, `QUORATE_INVALID_CONFIGURATION`, and what the transport throws.
 */
export async function connectClient<Command, Result, Query = never, Answer = never>(
  options: ConnectOptions<Command, Result, Query, Answer>,
): Promise<ConnectedClient<Command, Result, Query, Answer>> {
  checkOptions<ConnectOptions<Command, Result, Query, Answer>>('connectClient(...)', options, {
    ...clientOptionKeys,
    transport: 'required',
    cluster: 'required',
    group: 'required',
    stateMachine: 'required',
    logger: 'optional',
    closeWithinMs: 'optional',
    clock: 'optional',
    random: 'optional',
  })
  checkMethods('transport of connectClient(...), e.g. nats({ servers }),', options.transport, ['connect'])
  const { cluster, group, stateMachine } = options
  checkName('cluster', cluster)
  checkName('group', group)
  checkBehaviour(options)
  if (options.closeWithinMs !== undefined) checkPositive('closeWithinMs', options.closeWithinMs)
  const clock = options.clock ?? realClock()
  const random = options.random ?? systemRandom
  const connection = await options.transport.connect({ cluster, name: randomName(random, 'client') })
  const logger = options.logger ?? silentLogger
  const bus = new Bus({
    connection,
    cluster,
    store: new Uint8Array(0),
    drops: new DropLog(clock, logger, new Telemetry()),
    clock,
    random,
    fail: (error) => logger.error({ group, error }, 'this client broke on a message'),
  })
  return new OwnConnectionClient({
    group,
    bus,
    clock,
    random,
    codecs: stateMachine.codecs,
    behaviour: options,
    isAlone: options.clock !== undefined,
    connection,
    logger,
    closeWithinMs: options.closeWithinMs ?? 5000,
  })
}

class OwnConnectionClient<Command, Result, Query, Answer>
  extends GroupClient<Command, Result, Query, Answer>
  implements ConnectedClient<Command, Result, Query, Answer>
{
  readonly #connection: Connection
  readonly #clock: Clock
  readonly #closeWithinMs: number

  constructor(
    options: Omit<ConstructorParameters<typeof GroupClient<Command, Result, Query, Answer>>[0], 'outage'> & {
      connection: Connection
      logger: Logger
      closeWithinMs: number
    },
  ) {
    let watch: BusWatch | undefined
    super({ ...options, outage: () => watch?.outage })
    this.#connection = options.connection
    this.#clock = options.clock
    this.#closeWithinMs = options.closeWithinMs
    watch = new BusWatch({
      connection: options.connection,
      logger: options.logger,
      clock: options.clock,
      about: { group: options.group, client: this.id },
      promises: [],
      // A connection that has ended will not come back, and nobody shall wait for it.
      closed: (cause) => {
        const text = `this client is closed, because its connection has ended: ${cause.message}; connect another one`
        void super.close(new QuorateError('QUORATE_CLIENT_CLOSED', text, { cause })).catch(() => {})
      },
    })
  }

  override async close(): Promise<void> {
    const closed = super.close().then(() => this.#connection.close())
    if (!(await isDoneWithin(this.#clock, this.#closeWithinMs, closed))) this.#connection.abort()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
