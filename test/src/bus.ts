import { findNatsServer, startBroker, startNatsServer } from '@quorate/nats/broker'

/** A bus that several processes share. */
export interface SharedBus {
  readonly url: string
  readonly kind: 'nats-server' | 'embedded broker'
  close(): Promise<void>
}

/** A `nats-server`; on a machine without one the embedded broker, in this process. In CI the former is a must. */
export const startBus = async (): Promise<SharedBus> => {
  if (findNatsServer() || process.env['CI']) {
    const server = await startNatsServer()
    return { url: server.url, kind: 'nats-server', close: () => server.close() }
  }
  const broker = await startBroker()
  return { url: broker.url, kind: 'embedded broker', close: () => broker.close() }
}
