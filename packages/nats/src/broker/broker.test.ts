import { connect as connectSocket, type Socket } from 'node:net'
import { connect as connectNats, headers, RequestError } from '@nats-io/transport-node'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { describeNatsServer } from '../testing/describeNatsServer.js'
import { type Broker, startBroker } from './broker.js'
import { startNatsServer } from './natsServer.js'

/** A client that speaks for itself. */
class Speaker {
  heard = ''
  readonly socket: Socket
  readonly ended: Promise<unknown>

  constructor(port: number) {
    this.socket = connectSocket(port, '127.0.0.1')
    this.socket.setEncoding('latin1').on('data', (text) => {
      this.heard += text
    })
    // Who closes with something unread resets the connection: that is an end too.
    this.socket.on('error', () => {})
    this.ended = new Promise((resolve) => this.socket.once('close', resolve))
  }

  /** Says it, waits until it was understood, and returns what was heard since. */
  async say(...lines: readonly string[]): Promise<string> {
    await this.hears(/^INFO .*\r\n/)
    const from = this.heard.length
    this.socket.write([...lines, 'PING', ''].join('\r\n'), 'latin1')
    await vi.waitFor(() => expect(this.heard.slice(from)).toMatch(/PONG\r\n$/), { timeout: 5000, interval: 2 })
    return this.heard.slice(from).replace(/PONG\r\n$/, '')
  }

  async hears(what: RegExp): Promise<void> {
    await vi.waitFor(() => expect(this.heard).toMatch(what), { timeout: 5000, interval: 2 })
  }
}

const speakers: Speaker[] = []
const speaker = (port: number): Speaker => {
  const opened = new Speaker(port)
  speakers.push(opened)
  return opened
}
afterEach(() => {
  for (const { socket } of speakers.splice(0)) socket.destroy()
})

const plain = 'CONNECT {"verbose":false,"headers":true,"no_responders":true}'

/** What holds for nats-server holds for the embedded broker. */
const speaksNats = (port: () => number) => {
  test('it introduces itself', async () => {
    const one = speaker(port())
    await one.say(plain)
    const info: unknown = JSON.parse(/^INFO (.*)\r\n/.exec(one.heard)?.[1] ?? '')
    expect(info).toMatchObject({ port: port(), headers: true, max_payload: 1048576, proto: 1 })
  })

  test('verbose clients are agreed with', async () => {
    const one = speaker(port())
    const heard = await one.say('CONNECT {"verbose":true}', 'SUB v 1', 'PUB v 2\r\nhi', 'UNSUB 1')
    expect(heard.replaceAll(/MSG v 1 2\r\nhi\r\n/g, '')).toBe('+OK\r\n+OK\r\n+OK\r\n+OK\r\n')
  })

  test('one of a queue hears each message, all others hear all, whatever the subject they came by', async () => {
    const one = speaker(port())
    await one.say(plain, 'SUB work.x q 1', 'SUB work.* q 2', 'SUB work.> q 3', 'SUB work.x 4', 'SUB *.x 5')
    const heard = await one.say(...Array.from({ length: 300 }, () => 'PUB work.x 0\r\n'))
    const count = (sid: number) => heard.split(`MSG work.x ${sid} 0\r\n`).length - 1
    expect(count(1) + count(2) + count(3)).toBe(300)
    expect([count(4), count(5)]).toEqual([300, 300])
    expect(Math.min(count(1), count(2), count(3))).toBeGreaterThan(0)
  })

  test('a subscription ends after as many messages as it was told, those before included', async () => {
    const one = speaker(port())
    const publish = 'PUB u 1\r\nx'
    expect(await one.say(plain, 'SUB u 1', 'UNSUB 1 2', publish, publish, publish)).toBe('MSG u 1 1\r\nx\r\n'.repeat(2))
    expect(await one.say('SUB u 2', publish, publish, 'UNSUB 2 1', publish)).toBe('MSG u 2 1\r\nx\r\n'.repeat(2))
    expect(await one.say('SUB u 3', 'UNSUB 3', publish)).toBe('')
  })

  test('a subscription that is repeated under its number counts once', async () => {
    expect(await speaker(port()).say(plain, 'SUB d 1', 'SUB d 1', 'PUB d 1\r\nx')).toBe('MSG d 1 1\r\nx\r\n')
  })

  test('headers reach those who understand them, and are taken off for others', async () => {
    const [one, other] = [speaker(port()), speaker(port())]
    await other.say('CONNECT {"verbose":false,"headers":false}', 'SUB h 9')
    const withHeaders = 'NATS/1.0\r\nA: b\r\n\r\n'
    const heard = await one.say(
      plain,
      'SUB h 1',
      `HPUB h reply ${withHeaders.length} ${withHeaders.length + 2}\r\n${withHeaders}hi`,
    )
    expect(heard).toBe(`HMSG h 1 reply ${withHeaders.length} ${withHeaders.length + 2}\r\n${withHeaders}hi\r\n`)
    await other.hears(/MSG h 9 reply 2\r\nhi\r\n$/)
  })

  test('who asks when nobody listens is told so, when it wants to', async () => {
    const no = 'HMSG in.1 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\n'
    expect(await speaker(port()).say(plain, 'SUB in.* 1', 'PUB nobody in.1 0\r\n')).toBe(no)
    expect(await speaker(port()).say('CONNECT {"verbose":false}', 'SUB in.* 1', 'PUB nobody in.1 0\r\n')).toBe('')
  })

  test('without echo a client does not hear itself', async () => {
    const [one, other] = [speaker(port()), speaker(port())]
    await other.say(plain, 'SUB e 1')
    expect(await one.say('CONNECT {"verbose":false,"echo":false}', 'SUB e 1', 'PUB e 1\r\nx')).toBe('')
    await other.hears(/MSG e 1 1\r\nx\r\n/)
  })

  test('an invalid subject is refused, and the connection goes on', async () => {
    const one = speaker(port())
    expect(await one.say(plain, 'SUB a..b 1')).toBe(`-ERR 'Invalid Subject'\r\n`)
    expect(await one.say('SUB a.b 1', 'PUB a.b 1\r\nx')).toBe('MSG a.b 1 1\r\nx\r\n')
  })

  test.each([
    ['an unknown command', 'HELLO', /-ERR 'Unknown Protocol Operation'/],
    ['a message that is too large', 'PUB a 1048577', /-ERR 'Maximum Payload Violation'/i],
    // A reset may overtake what is said of it.
    ['a line without an end', 'x'.repeat(5000), undefined],
    ['a message longer than announced', 'PUB a 3\r\nabcdef', /-ERR/],
  ])('%s ends the connection, and no other', async (_what, line, error) => {
    const [one, other] = [speaker(port()), speaker(port())]
    await other.say(plain, 'SUB still.here 1')
    await one.say(plain)
    one.socket.write(`${line}\r\n`)
    if (error) await one.hears(error)
    await one.ended
    expect(await other.say('PUB still.here 1\r\nx')).toBe('MSG still.here 1 1\r\nx\r\n')
  })
}

describe('embedded broker', () => {
  let broker: Broker
  beforeAll(async () => {
    broker = await startBroker()
  })
  afterAll(() => broker.close())
  speaksNats(() => broker.port)

  test('it serves the NATS client: request and reply, headers, no responders, iterators', async () => {
    const client = await connectNats({ servers: broker.url })
    const echo = client.subscribe('echo', {
      callback: (_error, message) => void message.respond(message.data, { headers: with7() }),
    })
    const reply = await client.request('echo', 'hello')
    expect([reply.string(), reply.headers?.get('seven')]).toEqual(['hello', '7'])
    await expect(client.request('nobody', '')).rejects.toSatisfy(
      (error) => error instanceof RequestError && error.isNoResponders(),
    )
    const iterator = client.subscribe('numbers.*', { max: 3 })
    for (const number of ['1', '2', '3', '4']) client.publish(`numbers.${number}`, number)
    const numbers = []
    for await (const message of iterator) numbers.push(message.string())
    expect(numbers).toEqual(['1', '2', '3'])
    await echo.drain()
    await client.drain()
  })
})

const with7 = () => {
  const set = headers()
  set.set('seven', '7')
  return set
}

describeNatsServer(describe, 'nats-server', () => {
  let server: Broker
  beforeAll(async () => {
    server = await startNatsServer()
  })
  afterAll(() => server.close())
  speaksNats(() => server.port)
})

describe('the embedded broker alone', () => {
  const open: Broker[] = []
  const start = async (options: Parameters<typeof startBroker>[0]) => {
    const broker = await startBroker(options)
    open.push(broker)
    return broker
  }
  afterEach(async () => {
    for (const broker of open.splice(0)) await broker.close()
  })

  test('nothing is done for those who have not shown the password', async () => {
    const { port } = await start({ user: 'alice', pass: 'ä secret' })
    const good = speaker(port)
    expect(
      await good.say(
        Buffer.from('CONNECT {"verbose":false,"user":"alice","pass":"ä secret"}').toString('latin1'),
        'SUB a 1',
      ),
    ).toBe('')
    for (const line of [
      'SUB a 1',
      'PUB a 1\r\nx',
      'UNSUB 1',
      'CONNECT {}',
      'CONNECT {"user":"alice","pass":"wrong"}',
    ]) {
      const bad = speaker(port)
      bad.socket.write(`${line}\r\nSUB a 1\r\nPUB a 1\r\nx\r\n`)
      await bad.ended
      expect(bad.heard).toMatch(/^INFO .*"auth_required":true.*\r\n-ERR 'Authorization Violation'\r\n$/)
    }
    expect(await good.say()).toBe('')
  })

  test('a client that does not read is disconnected, and does not hold up the others', async () => {
    const { port } = await start({ pendingBytesMax: 1024 * 1024 })
    const [slow, quick, sender] = [speaker(port), speaker(port), speaker(port)]
    await slow.say(plain, 'SUB flood 1')
    await quick.say(plain, 'SUB flood 1')
    slow.socket.pause()
    // More than the sockets' own buffers hold.
    for (let round = 0; round < 64; round++) await sender.say(`PUB flood ${1024 * 1024}\r\n${'x'.repeat(1024 * 1024)}`)
    await quick.say('SUB end 2')
    expect(quick.heard.split('MSG flood').length - 1).toBe(64)
    slow.socket.resume()
    await slow.ended
    expect(slow.heard.split('MSG flood').length - 1).toBeLessThan(64)
  })

  test('a client that reads late hears everything as it was', async () => {
    const { port } = await start({})
    const [late, sender] = [speaker(port), speaker(port)]
    await late.say(plain, 'SUB flood 1')
    late.socket.pause()
    const messages = Array.from({ length: 200 }, (_, index) => `${index}`.padStart(100_000, '.'))
    for (const message of messages) await sender.say(`PUB flood ${message.length}\r\n${message}`)
    late.socket.resume()
    await late.say()
    const heard = late.heard.slice(late.heard.indexOf('MSG flood'))
    const expected = messages.map((message) => `MSG flood 1 100000\r\n${message}\r\n`).join('')
    expect(heard === `${expected}PONG\r\n`).toBe(true)
  })

  test('the limit of a message may be set', async () => {
    const { port } = await start({ payloadBytesMax: 10 })
    expect(await speaker(port).say(plain, 'SUB a 1', 'PUB a 10\r\n0123456789')).toBe('MSG a 1 10\r\n0123456789\r\n')
    const one = speaker(port)
    one.socket.write('PUB a 11\r\n01234567890\r\n')
    await one.ended
    expect(one.heard).toMatch(/"max_payload":10.*\r\n-ERR 'Maximum Payload Violation'/)
  })

  test('a client that leaves in the middle of a message leaves nothing behind', async () => {
    const { port } = await start({})
    const [one, other] = [speaker(port), speaker(port)]
    await one.say(plain, 'SUB a 1')
    one.socket.write('PUB a 100\r\nhalf of')
    one.socket.destroy()
    await one.ended
    const no = 'HMSG in.1 2 16 16\r\nNATS/1.0 503\r\n\r\n\r\n'
    await other.say(plain, 'SUB in.* 2')
    await vi.waitFor(async () => expect(await other.say('PUB a in.1 1\r\nx')).toBe(no))
  })

  test('a port that is taken is an error that says so', async () => {
    const { port } = await start({})
    await expect(startBroker({ port })).rejects.toMatchObject({
      code: 'QUORATE_BROKER_LISTEN',
      message: expect.stringContaining(`127.0.0.1:${port}`),
    })
  })

  test('close ends all connections, may be repeated, and frees the port', async () => {
    const broker = await start({})
    const one = speaker(broker.port)
    await one.say(plain)
    await Promise.all([broker.close(), broker.close()])
    await one.ended
    await start({ port: broker.port })
  })
})
