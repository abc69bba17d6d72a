import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Broker, startBroker } from './broker/broker.js'
import { type NatsServer, startNatsServer } from './broker/natsServer.js'
import { type NatsOptions, nats } from './nats.js'
import { describeNatsServer } from './testing/describeNatsServer.js'

const connect = (options: NatsOptions) => nats(options).connect({ cluster: 'demo', name: 'n1' })
const failure = (options: NatsOptions) =>
  connect(options).then(
    async (connection) => {
      await connection.close()
      throw new Error('it connected')
    },
    (error: unknown) => error as Error & { code: string },
  )

/** A port on which nothing listens: it was free a moment ago. */
const freePort = async (): Promise<number> => {
  const { port, close } = await startBroker()
  await close()
  return port
}

describe('nobody to talk to', () => {
  test('nothing listens: the error names the URL, the reason and what to do', async () => {
    const port = await freePort()
    const error = await failure({ servers: `nats://alice:geheim@127.0.0.1:${port}` })
    expect(error.code).toBe('QUORATE_BUS_UNREACHABLE')
    expect(error.message).toContain(`nats://127.0.0.1:${port}`)
    expect(error.message).toContain('connection refused')
    expect(error.message).toContain('Start a nats-server')
    expect(error.message).not.toContain('geheim')
  })

  test('all servers of the list are tried', async () => {
    const broker = await startBroker()
    const connection = await connect({ servers: `127.0.0.1:${await freePort()},${broker.url}`, noRandomize: true })
    expect(connection.label).toBe(broker.url)
    await connection.close()
    await broker.close()
  })

  test('a host that has no address', async () => {
    expect((await failure({ servers: 'host.invalid:4222' })).code).toBe('QUORATE_BUS_UNREACHABLE')
  })

  test('something listens that never says a word: connecting has an end', async () => {
    const silent = createServer((socket) => sockets.push(socket))
    const sockets: { destroy(): void }[] = []
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const error = await failure({ servers: `127.0.0.1:${(silent.address() as AddressInfo).port}`, timeout: 50 })
    expect(error.code).toBe('QUORATE_BUS_UNREACHABLE')
    for (const socket of sockets) socket.destroy()
    silent.close()
  })

  test('something listens that is no NATS server', async () => {
    const chatty = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    chatty.listen(0, '127.0.0.1')
    await once(chatty, 'listening')
    const error = await failure({ servers: `127.0.0.1:${(chatty.address() as AddressInfo).port}`, timeout: 500 })
    expect(error.code).toBe('QUORATE_BUS_UNREACHABLE')
    chatty.close()
  })
})

const passwords = (url: () => string) => {
  const address = () => url().replace('nats://', '')

  test('the right password, as options and in the URL', async () => {
    await (await connect({ servers: url(), user: 'alice', pass: 'se:cr@t' })).close()
    const connection = await connect({ servers: `nats://alice:se%3Acr%40t@${address()}` })
    expect(connection.label).toBe(url())
    await connection.close()
  })

  test.each(['nats://alice:wrong@', 'nats://bob:se%3Acr%40t@', 'nats://'])('%s is refused', async (start) => {
    const error = await failure({ servers: `${start}${address()}` })
    expect(error.code).toBe('QUORATE_BUS_UNAUTHORIZED')
    expect(error.message).toContain(url())
    expect(error.message).not.toContain('wrong')
  })
}

describe('embedded broker: user and password', () => {
  let broker: Broker
  beforeAll(async () => {
    broker = await startBroker({ user: 'alice', pass: 'se:cr@t' })
  })
  afterAll(() => broker.close())
  passwords(() => broker.url)
})

describeNatsServer(describe, 'nats-server: user and password', () => {
  let server: NatsServer
  beforeAll(async () => {
    server = await startNatsServer({ args: ['--user', 'alice', '--pass', 'se:cr@t'] })
  })
  afterAll(() => server.close())
  passwords(() => server.url)
})

describe('options', () => {
  test('noEcho is refused: a node hears its own messages', () => {
    expect(() => nats({ noEcho: true })).toThrow(expect.objectContaining({ code: 'QUORATE_INVALID_CONFIGURATION' }))
    expect(() => nats({ servers: 'a', port: 1 })).toThrow(
      expect.objectContaining({ code: 'QUORATE_INVALID_CONFIGURATION' }),
    )
  })

  test('a URL that is none is refused before anything is started', () => {
    expect(() => nats({ servers: 'http://127.0.0.1:4222' })).toThrow(
      expect.objectContaining({ code: 'QUORATE_INVALID_BUS_URL' }),
    )
  })

  test('durations longer than a timer holds are no shorter for it', async () => {
    const broker = await startBroker()
    const forever = 2 ** 31
    const connection = await connect({ servers: broker.url, timeout: forever, pingInterval: forever })
    await new Promise((resolve) => setTimeout(resolve, 100))
    // Pinged each millisecond it would have been given up.
    expect(connection.counters()).toMatchObject({ reconnects: 0 })
    const { ready } = connection.subscribe('group/role/n1', () => {})
    await ready
    await connection.close()
    await broker.close()
  })

  test('a port alone means this machine', async () => {
    const broker = await startBroker()
    const connection = await connect({ port: broker.port })
    expect(connection.label).toBe(broker.url)
    await connection.close()
    await broker.close()
  })
})
