import { localCluster } from '@quorate/host/testing'
import { expect, test } from 'vitest'
import topology from './topology.js'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const textOf = (bytes?: Uint8Array) => bytes && new TextDecoder().decode(bytes)

test('what is written is read by whomever, and the loss of any node holds up nobody', async () => {
  await using cluster = await localCluster(topology)
  const other = await cluster.connect('registers')
  expect(await other.ask({ type: 'read', key: 'sky' })).toEqual({})
  for (const lost of topology.nodes) {
    // One that knew a node before its restart could be told that nobody knows what became of a write.
    const client = await cluster.connect('registers')
    await client.ask({ type: 'write', key: 'sky', value: bytesOf(lost) })
    await cluster.kill(lost)
    expect(textOf((await other.ask({ type: 'read', key: 'sky' })).value)).toBe(lost)
    await cluster.start(lost)
  }
})

test('one of three is not enough: who reads is told so; with a second all goes on', async () => {
  await using cluster = await localCluster(topology)
  await (await cluster.connect('registers')).ask({ type: 'write', key: 'sky', value: bytesOf('blue') })
  await cluster.kill('n1', 'n2')
  const alone = await cluster.connect('registers', { deadlineMs: 500 })
  await expect(alone.ask({ type: 'read', key: 'sky' })).rejects.toMatchObject({ code: 'QUORATE_UNKNOWN_OUTCOME' })
  await cluster.start('n1')
  const client = await cluster.connect('registers')
  expect(textOf((await client.ask({ type: 'read', key: 'sky' })).value)).toBe('blue')
})
