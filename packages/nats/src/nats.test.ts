import { addressOf } from '@quorate/core'
import { transportSuite } from '@quorate/core/testing'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Broker, startBroker } from './broker/broker.js'
import { type NatsServer, startNatsServer } from './broker/natsServer.js'
import { nats } from './nats.js'
import { describeNatsServer } from './testing/describeNatsServer.js'

describe('embedded broker: the transport suite', () => {
  let broker: Broker
  beforeAll(async () => {
    broker = await startBroker()
  })
  afterAll(() => broker.close())
  for (const { name, run } of transportSuite(() => nats({ servers: broker.url }))) test(name, run)
})

describeNatsServer(describe, 'nats-server: the transport suite', () => {
  let server: NatsServer
  beforeAll(async () => {
    server = await startNatsServer()
  })
  afterAll(() => server.close())
  for (const { name, run } of transportSuite(() => nats({ servers: server.url }))) test(name, run)
})

test('what a receiver throws comes out, and the connection goes on', async () => {
  const broker = await startBroker()
  const connection = await nats({ servers: broker.url }).connect({ cluster: 'demo', name: 'n1' })
  const thrown: unknown[] = []
  const heard: number[] = []
  const others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  process.once('uncaughtException', (error) => thrown.push(error))
  await connection.subscribe(addressOf('group', 'role', 'n1'), ([byte = 0]) => {
    heard.push(byte)
    if (byte === 1) throw new Error('by the receiver')
  }).ready
  connection.publish(addressOf('group', 'role', 'n1'), Uint8Array.of(1))
  connection.publish(addressOf('group', 'role', 'n1'), Uint8Array.of(2))
  await vi.waitFor(() => expect([heard, thrown.length]).toEqual([[1, 2], 1]))
  for (const listener of others) process.on('uncaughtException', listener)
  await connection.close()
  await broker.close()
})
