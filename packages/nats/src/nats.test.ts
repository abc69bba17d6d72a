import { transportSuite } from '@quorate/core/testing'
import { afterAll, beforeAll, describe, test } from 'vitest'
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
