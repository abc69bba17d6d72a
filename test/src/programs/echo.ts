import { connect } from '@nats-io/transport-node'

/** Answers every request with what it holds: what a bus can do, with nothing behind it. */
const [servers = '', subject = ''] = process.argv.slice(2)
const connection = await connect({ servers })
connection.subscribe(subject, {
  callback: (_error, message) => {
    message.respond(message.data)
  },
})
await connection.flush()
process.send?.('ready')
process.once('disconnect', () => process.exit())
