import { findNatsServer, startBroker, startNatsServer } from '@quorate/nats/broker'

/** A broker that was started for the time being, and listens on this machine only. */
export interface DevelopmentBroker {
  readonly kind: 'nats-server' | 'embedded'
  /** For people. */
  readonly label: string
  readonly url: string
  /** Idempotent. */
  close(): Promise<void>
}

/**
 * Starts the `nats-server` of the PATH, or the embedded development broker where there is none. Port 0 is any free one.
 * @throws `QUORATE_NATS_SERVER`, `QUORATE_BROKER_LISTEN`
 */
export const startDevelopmentBroker = async ({ port }: { readonly port: number }): Promise<DevelopmentBroker> => {
  if (findNatsServer() === undefined) {
    const broker = await startBroker({ port })
    return { kind: 'embedded', label: 'the embedded development broker', url: broker.url, close: () => broker.close() }
  }
  const server = await startNatsServer({ port })
  return { kind: 'nats-server', label: 'nats-server', url: server.url, close: () => server.close() }
}
