import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addressOf, type TransportStatus } from '@quorate/core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { startBroker } from './broker/broker.js'
import { startNatsServer } from './broker/natsServer.js'
import { nats } from './nats.js'
import { describeNatsServer } from './testing/describeNatsServer.js'

interface Server {
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

const one = addressOf('group', 'role', 'n1')
const two = addressOf('group', 'role', 'n2')
const soon = { timeout: 10_000, interval: 5 }

const opened: { close(): Promise<unknown> }[] = []
const opening = <T extends { close(): Promise<unknown> }>(resource: T): T => {
  opened.push(resource)
  return resource
}
afterEach(async () => {
  for (const resource of opened.splice(0).reverse()) await resource.close()
})

const connectTo = async ({ url }: Server) => {
  const connection = opening(
    await nats({ servers: url, reconnectTimeWait: 20, reconnectJitter: 0 }).connect({ cluster: 'demo', name: 'n1' }),
  )
  const statuses: TransportStatus[] = []
  connection.onStatus((status) => statuses.push(status))
  const until = (type: TransportStatus['type']) =>
    vi.waitFor(() => expect(statuses.map((status) => status.type)).toContain(type), soon)
  return { connection, statuses, until }
}

const reconnects = (start: (port?: number) => Promise<Server>) => {
  test('a lost server is reported, what is published meanwhile is counted, and subscriptions resume', async () => {
    const server = opening(await start())
    const { connection, statuses, until } = await connectTo(server)
    const heard: string[] = []
    const hear = (bytes: Uint8Array) => heard.push(new TextDecoder().decode(bytes))
    await connection.subscribe(one, hear).ready

    await server.close()
    await until('disconnected')
    for (let index = 0; index < 5; index++) connection.publish(one, new TextEncoder().encode('lost'))
    const lateReady = connection.subscribe(two, hear).ready
    expect(connection.counters()).toEqual({ published: 0, delivered: 0, dropped: 5, reconnects: 0 })

    opening(await start(server.port))
    await until('connected')
    expect(statuses).toEqual([{ type: 'disconnected' }, { type: 'dropped', messages: 5 }, { type: 'connected' }])
    await lateReady
    connection.publish(one, new TextEncoder().encode('resumed'))
    connection.publish(two, new TextEncoder().encode('subscribed meanwhile'))
    await vi.waitFor(() => expect(heard).toEqual(['resumed', 'subscribed meanwhile']), soon)
    expect(connection.counters()).toEqual({ published: 2, delivered: 2, dropped: 5, reconnects: 1 })
  })

  test('close ends a connection whose server is gone, and those who wait to be ready', async () => {
    const server = opening(await start())
    const { connection, statuses, until } = await connectTo(server)
    await server.close()
    await until('disconnected')
    const subscription = connection.subscribe(one, () => {})
    const refusal = expect(subscription.ready).rejects.toMatchObject({ code: 'QUORATE_BUS_CLOSED' })
    await connection.close()
    await refusal
    await subscription.close()
    expect(statuses).toEqual([{ type: 'disconnected' }, { type: 'closed' }])
    expect(() => connection.subscribe(one, () => {})).toThrow(expect.objectContaining({ code: 'QUORATE_BUS_CLOSED' }))
  })
}

describe('embedded broker', () => reconnects((port = 0) => startBroker({ port })))

describeNatsServer(describe, 'nats-server', () => reconnects((port = 0) => startNatsServer({ port })))

describe('a server that takes other sizes than before', () => {
  test('after a restart: the connection knows it, and says so', async () => {
    const server = opening(await startBroker())
    const { connection, statuses, until } = await connectTo(server)
    const before = connection.bytesMax
    await server.close()
    await until('disconnected')
    opening(await startBroker({ port: server.port, payloadBytesMax: 5000 }))
    await until('connected')
    expect(statuses).toContainEqual({ type: 'limited' })
    expect([before, connection.bytesMax]).toEqual([1024 * 1024, 5000])
  })
})

describeNatsServer(describe, 'a nats-server that is reloaded with another max_payload', () => {
  test('the connection knows it when the server has refused something, and is there again', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'quorate-nats-'))
    opening({ close: () => rm(directory, { recursive: true }) })
    const file = join(directory, 'nats.conf')
    await writeFile(file, 'max_payload: 100000\n')
    const server = opening(await startNatsServer({ args: ['-c', file] }))
    const { connection, statuses, until } = await connectTo(server)
    await writeFile(file, 'max_payload: 5000\n')
    process.kill(server.pid, 'SIGHUP')
    await vi.waitFor(() => {
      connection.publish(one, new Uint8Array(50_000))
      expect(connection.bytesMax).toBe(5000)
    }, soon)
    await until('connected')
    expect(statuses).toContainEqual({ type: 'limited' })
    // Its last word is lost where the server's reset overtakes it: the limit is known all the same.
    for (const complaint of statuses.filter(({ type }) => type === 'error'))
      expect(complaint).toMatchObject({ error: { code: 'QUORATE_BUS_COMPLAINT' } })
  })
})

test('a server that comes back with another password ends the connection, and says why', async () => {
  const server = opening(await startBroker())
  const { statuses, until } = await connectTo(server)
  await server.close()
  opening(await startBroker({ port: server.port, user: 'alice', pass: 'secret' }))
  await until('closed')
  expect(statuses.at(-1)).toMatchObject({ type: 'closed', error: { code: 'QUORATE_BUS_UNAUTHORIZED' } })
})

/** Accepts connections, and says what it is told to. */
const listening = async (says?: string): Promise<number> => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    if (says !== undefined) socket.end(says)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  opening({
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  })
  return (server.address() as AddressInfo).port
}

test('a server that complains is quoted', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => {}).write('INFO {"server_id":"x","version":"2.9.0","max_payload":1024}\r\n')
    socket.once('data', () => {
      socket.write('PONG\r\n')
      socket.once('data', () => socket.write("-ERR 'Maximum Payload Violation'\r\n"))
    })
    opening({ close: async () => socket.destroy() })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  opening({ close: async () => server.close() })
  const { connection, statuses, until } = await connectTo({ url: `127.0.0.1:${port}`, port, close: async () => {} })
  connection.publish(one, new Uint8Array(1))
  await until('error')
  expect(statuses.find(({ type }) => type === 'error')).toMatchObject({
    error: { code: 'QUORATE_BUS_COMPLAINT', message: expect.stringContaining('Maximum Payload Violation') },
  })
})

test('two servers in a row that say nothing do not keep it from the third for long', async () => {
  const [first, last] = [opening(await startBroker()), opening(await startBroker())]
  const hung = [await listening(), await listening()]
  const servers = [first.port, ...hung, last.port].map((port) => `127.0.0.1:${port}`)
  const connection = opening(
    await nats({ servers, noRandomize: true, reconnectTimeWait: 20 }).connect({ cluster: 'demo', name: 'n1' }),
  )
  const lostAtMs = performance.now()
  const connected = new Promise<number>((resolve) =>
    connection.onStatus(({ type }) => type === 'connected' && resolve(performance.now() - lostAtMs)),
  )
  await first.close()
  expect(await connected).toBeLessThan(8000)
}, 30_000)

test('a server that is too slow to hear the introduction is not taken for one that refuses the credentials', async () => {
  const info = `INFO {"server_id":"x","version":"2.9.0","max_payload":1024}\r\n`
  const late = `${info}-ERR 'Authentication Timeout'\r\n`
  const port = await listening(late)
  await expect(nats({ servers: `127.0.0.1:${port}` }).connect({ cluster: 'demo', name: 'n1' })).rejects.toMatchObject({
    code: 'QUORATE_BUS_UNREACHABLE',
    message: expect.stringContaining('Authentication Timeout'),
  })
  // And however often it is, a connection that was lost goes on to try.
  const server = opening(await startBroker())
  const { statuses, until } = await connectTo(server)
  await server.close()
  await until('disconnected')
  const slow = createServer((socket) => socket.on('error', () => {}).end(late)).listen(server.port, '127.0.0.1')
  await once(slow, 'listening')
  for (let count = 0; count < 4; count++) await once(slow, 'connection')
  slow.close()
  expect(statuses.map(({ type }) => type)).not.toContain('closed')
  opening(await startBroker({ port: server.port }))
  await until('connected')
}, 30_000)

test('close gives up a reconnect to a server that says nothing', async () => {
  const server = opening(await startBroker())
  const { connection, until } = await connectTo(server)
  await server.close()
  await until('disconnected')
  const silent = createServer().listen(server.port, '127.0.0.1')
  const [dialled] = (await once(silent, 'connection')) as [Socket]
  const hungUp = once(dialled.resume(), 'close')
  await connection.close()
  await hungUp
  silent.close()
})
