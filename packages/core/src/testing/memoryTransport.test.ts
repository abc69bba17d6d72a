import { describe, expect, test } from 'vitest'
import { addressOf, everyNode } from '../values/address.js'
import { memoryTransport } from './memoryTransport.js'
import { transportSuite } from './suites/transportSuite.js'

describe('memory transport: the transport suite', () => {
  for (const { name, run } of transportSuite(() => memoryTransport())) test(name, run)
})

const three = async (transport = memoryTransport()) => {
  const heard: string[] = []
  const connections = await Promise.all(
    ['n1', 'n2', 'n3'].map(async (name) => {
      const connection = await transport.connect({ cluster: 'demo', name })
      connection.subscribe(addressOf('group', 'role', everyNode), ([byte]) => heard.push(`${name}:${byte}`))
      return connection
    }),
  )
  return { connections, heard }
}

test('the clock decides when messages are delivered', async () => {
  const tasks: (() => void)[] = []
  const { connections, heard } = await three(memoryTransport({ clock: { soon: (run) => tasks.push(run) } }))
  connections[0]?.publish(addressOf('group', 'role', everyNode), Uint8Array.of(7))
  expect(heard).toEqual([])
  expect(tasks).toHaveLength(3)
  for (const task of tasks) task()
  expect(heard).toEqual(['n1:7', 'n2:7', 'n3:7'])
})

test('the filter loses messages between two connections, and sees each receiver of a multicast', async () => {
  const tasks: (() => void)[] = []
  const transport = memoryTransport({ clock: { soon: (run) => tasks.push(run) } })
  const { connections, heard } = await three(transport)
  transport.setFilter(({ from, receiver }) => from !== 'n1' || receiver !== 'n2')
  for (const connection of connections) connection.publish(addressOf('group', 'role', everyNode), Uint8Array.of(1))
  for (const task of tasks.splice(0)) task()
  expect(heard).toEqual(['n1:1', 'n3:1', 'n1:1', 'n2:1', 'n3:1', 'n1:1', 'n2:1', 'n3:1'])
  expect(connections[0]?.counters().dropped).toBe(0)
})
