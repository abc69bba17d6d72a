import { connect, headers } from '@nats-io/transport-node'
import type { Cluster } from './cluster.js'

/** How much later a message comes again, in ms. */
const delaysMs = [5, 400]

/** A bus that delivers to members three times what clients ask of them, soon and again later. */
export const echoEverything = async (cluster: Cluster): Promise<AsyncDisposable> => {
  const connection = await connect({ servers: cluster.bus.url })
  // Members pay no heed to headers.
  const again = headers()
  again.set('again', 'yes')
  connection.subscribe(`quorate.v1.${cluster.name}.ledger.client.*`, {
    callback: (_error, message) => {
      if (message.headers) return
      const { subject } = message
      const bytes = new Uint8Array(message.data)
      for (const delayMs of delaysMs) {
        setTimeout(() => {
          if (!connection.isClosed()) connection.publish(subject, bytes, { headers: again })
        }, delayMs)
      }
    },
  })
  await connection.flush()
  return { [Symbol.asyncDispose]: () => connection.close() }
}
