import { AuthorizationError, connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node'
import {
  checkName,
  checkOptions,
  InvalidConfigurationError,
  messageOf,
  type OptionKeys,
  type Transport,
  timerMsMax,
} from '@quorate/core'
import { NatsBus } from './bus.js'
import { BusUnauthorizedError, BusUnreachableError, isIntroducedLate } from './errors.js'
import { parseServers } from './servers.js'

/**
 * Whatever `@nats-io/transport-node` takes: servers, TLS, authenticators, user and password, inbox prefix.
 * `servers` may also hold credentials (`nats://user:password@host:4222`), and several URLs separated by commas.
 */
export type NatsOptions = NodeConnectionOptions

/** What differs from the defaults of the NATS client: a node is to stay, and to know soon when it is cut off. */
const defaults = {
  /** To establish one connection, in ms. */
  timeout: 5000,
  maxReconnectAttempts: -1,
  reconnectTimeWait: 250,
  /** Who decides whether a refusal is for good is `NatsBus`. */
  ignoreAuthErrorAbort: true,
  /** A dead server is noticed after two of them, in ms. */
  pingInterval: 10_000,
} satisfies NodeConnectionOptions

/** What the NATS client takes, so that what it would ignore is refused. */
const optionKeys: OptionKeys<NatsOptions> = {
  authenticator: 'optional',
  debug: 'optional',
  maxPingOut: 'optional',
  maxReconnectAttempts: 'optional',
  name: 'optional',
  noEcho: 'optional',
  noRandomize: 'optional',
  pass: 'optional',
  pedantic: 'optional',
  pingInterval: 'optional',
  port: 'optional',
  reconnect: 'optional',
  reconnectDelayHandler: 'optional',
  reconnectJitter: 'optional',
  reconnectJitterTLS: 'optional',
  reconnectTimeWait: 'optional',
  servers: 'optional',
  timeout: 'optional',
  tls: 'optional',
  token: 'optional',
  user: 'optional',
  verbose: 'optional',
  waitOnFirstConnect: 'optional',
  ignoreClusterUpdates: 'optional',
  inboxPrefix: 'optional',
  ignoreAuthErrorAbort: 'optional',
  noAsyncTraces: 'optional',
  resolve: 'optional',
}

/**
 * A transport over NATS, which delivers at most once. Subjects are `quorate.v1.<cluster>.<group>.<role>.<node>`.
 * @throws `QUORATE_INVALID_BUS_URL` for servers that are none; `QUORATE_INVALID_CONFIGURATION` for an unknown option, and for
 * `noEcho`, with which a node would not hear itself. `connect` throws `QUORATE_BUS_UNREACHABLE` or `QUORATE_BUS_UNAUTHORIZED`.
 */
export function nats(options: NatsOptions = {}): Transport {
  checkOptions<NatsOptions>('nats(...)', options, optionKeys)
  if (options.noEcho) {
    throw new InvalidConfigurationError('noEcho is set, expected not: a node hears its own messages. Leave it out')
  }
  if (options.servers !== undefined && options.port !== undefined) {
    throw new InvalidConfigurationError('servers and port are both given: expected one of them')
  }
  const list = parseServers(options.servers ?? `127.0.0.1:${options.port ?? 4222}`)
  const { port: _port, ...rest } = options
  const settings: NodeConnectionOptions = {
    ...defaults,
    ...(list.tls && { tls: {} }),
    ...list.credentials,
    ...rest,
    ...withinTimers(rest),
    servers: [...list.servers],
  }
  return {
    async connect({ cluster, name }) {
      checkName('cluster', cluster)
      const connection = await open({ name: `${cluster}/${name}`, ...settings }, list.urls)
      return new NatsBus({ connection, cluster, urls: list.urls })
    },
  }
}

/** The NATS client hands them to timers, where a longer one would fire at once. */
const durations = ['timeout', 'pingInterval', 'reconnectTimeWait', 'reconnectJitter', 'reconnectJitterTLS'] as const

const withinTimers = (options: NatsOptions): NatsOptions =>
  Object.fromEntries(
    durations.flatMap((name) => {
      const ms = options[name]
      return ms === undefined ? [] : [[name, Math.min(ms, timerMsMax)]]
    }),
  )

async function open(settings: NodeConnectionOptions, urls: readonly string[]): Promise<NatsConnection> {
  try {
    return await connect(settings)
  } catch (error) {
    const reason = messageOf(error)
    if (error instanceof AuthorizationError && !isIntroducedLate(error))
      throw new BusUnauthorizedError(urls, reason, { cause: error })
    throw new BusUnreachableError(urls, reason, { cause: error })
  }
}
