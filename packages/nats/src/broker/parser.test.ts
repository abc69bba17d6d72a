import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ProtocolParser } from './parser.js'

const payloadBytesMax = 1000

/** What the parser makes of the chunks, as text. */
const read = (chunks: readonly Buffer[]): string[] => {
  const said: string[] = []
  const parser = new ProtocolParser(
    {
      onPublish: (subject, reply, headerBytes, payload) => {
        const text = payload.toString('latin1')
        said.push(
          `publish ${subject} (${reply}) ${JSON.stringify([text.slice(0, headerBytes), text.slice(headerBytes)])}`,
        )
      },
      onSubscribe: (subject, queue, sid) => said.push(`subscribe ${subject} (${queue}) ${sid}`),
      onUnsubscribe: (sid, deliveriesMax) => said.push(`unsubscribe ${sid} ${deliveriesMax}`),
      onConnect: (json) => said.push(`connect ${json}`),
      onPing: () => said.push('ping'),
      onViolation: (reason) => said.push(`violation ${reason}`),
    },
    payloadBytesMax,
  )
  for (const chunk of chunks) parser.read(chunk)
  return said
}
const readText = (text: string) => read([Buffer.from(text, 'latin1')])

const conversation = [
  'CONNECT {"verbose": false}\r\n',
  'PING\r\n',
  'SUB a.b 1\r\n',
  'sub  a.*\tworkers  2 \r\n',
  'UNSUB 1\r\n',
  'UNSUB 2 5\r\n',
  'PUB a.b 5\r\nhello\r\n',
  'PUB a.b reply.to 0\r\n\r\n',
  'HPUB a.b 12 17\r\nNATS/1.0\r\n\r\nhello\r\n',
  'HPUB a.b reply.to 12 12\r\nNATS/1.0\r\n\r\n\r\n',
  'PUB a.b 13\r\nPING\r\nPING\r\n\0\r\n',
  'PONG\r\n',
  '\r\n',
  'PING\n',
].join('')

const understood = [
  'connect {"verbose": false}',
  'ping',
  'subscribe a.b () 1',
  'subscribe a.* (workers) 2',
  'unsubscribe 1 0',
  'unsubscribe 2 5',
  'publish a.b () ["","hello"]',
  'publish a.b (reply.to) ["",""]',
  'publish a.b () ["NATS/1.0\\r\\n\\r\\n","hello"]',
  'publish a.b (reply.to) ["NATS/1.0\\r\\n\\r\\n",""]',
  'publish a.b () ["","PING\\r\\nPING\\r\\n\\u0000"]',
  'ping',
]

test('every command is understood', () => expect(readText(conversation)).toEqual(understood))

test('wherever the chunks end, they are understood alike', () => {
  const whole = Buffer.from(conversation, 'latin1')
  expect(read([...whole].map((byte) => Buffer.of(byte)))).toEqual(understood)
  fc.assert(
    fc.property(fc.array(fc.nat(whole.length)), (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), whole.length]
      expect(read(places.slice(1).map((end, index) => whole.subarray(places[index], end)))).toEqual(understood)
    }),
  )
})

test.each([
  ['HELLO\r\n', 'Unknown Protocol Operation'],
  ['PUB\r\n', 'Invalid Publish'],
  ['PUB a\r\n', 'Invalid Publish'],
  ['PUB a b c 3\r\nabc\r\n', 'Invalid Publish'],
  ['PUB a -1\r\n', 'Invalid Publish'],
  ['PUB a 1e3\r\n', 'Invalid Publish'],
  ['HPUB a 5 3\r\nabc\r\n', 'Invalid Publish'],
  ['HPUB a 3\r\nabc\r\n', 'Invalid Publish'],
  ['PUB a 1001\r\n', 'Maximum Payload Violation'],
  ['PUB a 3\r\nabcdef\r\n', 'Invalid Payload'],
  ['SUB a\r\n', 'Invalid Subscription'],
  ['SUB a b c d\r\n', 'Invalid Subscription'],
  ['UNSUB\r\n', 'Invalid Unsubscription'],
  ['UNSUB 1 x\r\n', 'Invalid Unsubscription'],
  ['x'.repeat(5000), 'Maximum Control Line Exceeded'],
  [`SUB ${'x'.repeat(5000)} 1\r\n`, 'Maximum Control Line Exceeded'],
])('%j is a violation, and nothing after it is read', (text, reason) => {
  expect(readText(`${text}PING\r\nPING\r\n`)).toEqual([`violation ${reason}`])
})

test('whatever comes, it neither throws nor goes on after a violation', () => {
  const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array))
  const piece = fc.oneof(
    bytes,
    fc.constantFrom(...conversation.split(/(?<=\n)/)).map((line) => Buffer.from(line, 'latin1')),
  )
  fc.assert(
    fc.property(fc.array(piece), (chunks) => {
      const violation = read(chunks).findIndex((said) => said.startsWith('violation'))
      expect(violation === -1 || violation === read(chunks).length - 1).toBe(true)
    }),
    { numRuns: 1000 },
  )
})
