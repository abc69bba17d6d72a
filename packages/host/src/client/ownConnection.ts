import {
  type Clock,
  type Connection,
  checkMethods,
  checkName,
  type Logger,
  type OptionKeys,
  QuorateError,
  type Random,
  type Transport,
} from '@quorate/core'
import { Bus } from '../bus/bus.js'
import { BusWatch } from '../bus/busWatch.js'
import { DropLog } from '../bus/dropLog.js'
import { checkLogger } from '../system/checkLogger.js'
import { checkPositive } from '../system/checkPositive.js'
import { isDoneWithin } from '../system/isDoneWithin.js'
import { randomName, systemRandom } from '../system/random.js'
import { realClock } from '../system/realClock.js'
import { silentLogger } from '../system/silentLogger.js'
import { Telemetry } from '../system/telemetry.js'
import type { CallsOptions } from './calls.js'
import { type ClientOptions, checkBehaviour } from './clientOptions.js'

/** What every client with a connection of its own is made of. */
export interface ConnectionOptions {
  readonly transport: Transport
  readonly cluster: string
  readonly group: string
  /** @default none */
  readonly logger?: Logger
  /** How long `close` may take, in milliseconds; then the connection ends at once. @default 5000 */
  readonly closeWithinMs?: number
  /** @default real time */
  readonly clock?: Clock
  /** @default that of the operating system */
  readonly random?: Random
}

export const connectionOptionKeys: OptionKeys<ConnectionOptions> = {
  transport: 'required',
  cluster: 'required',
  group: 'required',
  logger: 'optional',
  closeWithinMs: 'optional',
  clock: 'optional',
  random: 'optional',
}

/** The connection of a client that has one of its own. */
export class OwnConnection {
  /** What a client over it stands on. */
  readonly calls: CallsOptions
  readonly #connection: Connection
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #closeWithinMs: number
  #watch: BusWatch | undefined

  /**
   * @param what who connects, as its user calls it, e.g. `connectClient(...)`.
   * @throws `QUORATE_INVALID_NAME`, `QUORATE_INVALID_CONFIGURATION`, and what the transport throws.
   */
  static async open(what: string, options: ConnectionOptions & ClientOptions): Promise<OwnConnection> {
    const { transport, cluster, group, closeWithinMs } = options
    checkMethods(`transport of ${what}, e.g. nats({ servers }),`, transport, ['connect'])
    checkName('cluster', cluster)
    checkName('group', group)
    checkLogger(what, options.logger)
    checkBehaviour(options)
    if (closeWithinMs !== undefined) checkPositive('closeWithinMs', closeWithinMs)
    const random = options.random ?? systemRandom
    const connection = await transport.connect({ cluster, name: randomName(random, 'client') })
    return new OwnConnection(connection, random, options)
  }

  private constructor(connection: Connection, random: Random, options: ConnectionOptions & ClientOptions) {
    const { cluster, group } = options
    const clock = options.clock ?? realClock()
    const logger = options.logger ?? silentLogger
    this.#connection = connection
    this.#clock = clock
    this.#logger = logger
    this.#closeWithinMs = options.closeWithinMs ?? 5000
    const bus = new Bus({
      connection,
      cluster,
      store: new Uint8Array(0),
      drops: new DropLog(clock, logger, new Telemetry()),
      clock,
      random,
      fail: (error) => logger.error({ group, error }, 'this client broke on a message'),
    })
    this.calls = {
      group,
      bus,
      clock,
      random,
      behaviour: options,
      isAlone: options.clock !== undefined,
      outage: () => this.#watch?.outage,
    }
  }

  /** A connection that has ended will not come back, and nobody shall wait for it: then `close` ends the client. */
  watch(client: string, close: (because: QuorateError) => Promise<void>): void {
    this.#watch = new BusWatch({
      connection: this.#connection,
      logger: this.#logger,
      clock: this.#clock,
      about: { group: this.calls.group, client },
      promises: () => [],
      closed: (cause) => {
        const text = `this client is closed, because its connection has ended: ${cause.message}; connect another one`
        void close(new QuorateError('QUORATE_CLIENT_CLOSED', text, { cause })).catch(() => {})
      },
    })
  }

  /** Ends the connection when its client is closed, or at once when that takes too long. */
  async close(closed: Promise<void>): Promise<void> {
    const ended = closed.then(() => this.#connection.close())
    if (!(await isDoneWithin(this.#clock, this.#closeWithinMs, ended))) this.#connection.abort()
  }
}
