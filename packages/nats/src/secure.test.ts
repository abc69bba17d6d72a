import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addressOf, everyNode, type TransportStatus } from '@quorate/core'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type NatsServer, startNatsServer } from './broker/natsServer.js'
import { nats } from './nats.js'
import { describeNatsServer } from './testing/describeNatsServer.js'

let folder: string
let server: NatsServer | undefined
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorate-nats-'))
})
afterEach(async () => {
  await server?.close()
  server = undefined
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Those of the README, each with the name of its user for a password. */
const permissions = (): string => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const [block = ''] = /^authorization \{[^`]*/m.exec(readme) ?? []
  return block.replaceAll(/user: (\w+), password: \$\w+/g, 'user: $1, password: $1')
}

describeNatsServer(describe, 'nats-server: permissions', () => {
  const connectBoth = async () => {
    const config = join(folder, 'permissions.conf')
    writeFileSync(config, permissions())
    server = await startNatsServer({ args: ['-c', config] })
    const node = await nats({ servers: server.url, user: 'node', pass: 'node' }).connect({
      cluster: 'demo',
      name: 'n1',
    })
    const client = await nats({ servers: server.url, user: 'client', pass: 'client' }).connect({
      cluster: 'demo',
      name: 'client-7',
    })
    const statuses: TransportStatus[] = []
    client.onStatus((status) => statuses.push(status))
    return { node, client, statuses, end: () => Promise.all([node.close(), client.close()]) }
  }

  test('those of the README suffice for a question and its answer', async () => {
    const { node, client, statuses, end } = await connectBoth()
    const heard: number[] = []
    await node.subscribe(addressOf('counter', 'client', everyNode), ([byte = 0]) =>
      node.publish(addressOf('counter', 'answers', 'client-7'), Uint8Array.of(byte + 1)),
    ).ready
    await client.subscribe(addressOf('counter', 'answers', 'client-7'), (bytes) => heard.push(...bytes)).ready
    client.publish(addressOf('counter', 'client', everyNode), Uint8Array.of(1))
    await vi.waitFor(() => expect(heard).toEqual([2]))
    expect(statuses).toEqual([])
    await end()
  })

  test('those of the README suffice for an operator to ask nodes how they are', async () => {
    const { node, end } = await connectBoth()
    const operator = await nats({ servers: server?.url ?? '', user: 'operator', pass: 'operator' }).connect({
      cluster: 'demo',
      name: 'status-7',
    })
    const heard: number[] = []
    await node.subscribe(addressOf('quorate', 'node', everyNode), ([byte = 0]) =>
      node.publish(addressOf('quorate', 'answers', 'status-7'), Uint8Array.of(byte + 1)),
    ).ready
    await operator.subscribe(addressOf('quorate', 'answers', 'status-7'), (bytes) => heard.push(...bytes)).ready
    operator.publish(addressOf('quorate', 'node', everyNode), Uint8Array.of(1))
    await vi.waitFor(() => expect(heard).toEqual([2]))
    await operator.close()
    await end()
  })

  test('those of the README suffice for a node to ask whether another one is there', async () => {
    const { node, end } = await connectBoth()
    await node.subscribe(addressOf('quorate', 'node', 'n1'), () => {}).ready
    const probed = (id: string) =>
      new Promise((resolve) => node.probe(addressOf('quorate', 'node', id), 10_000, resolve))
    expect([await probed('n1'), await probed('n2')]).toEqual([true, false])
    await end()
  })

  test('a subject that they do not cover: not ready, and reported', async () => {
    const { client, statuses, end } = await connectBoth()
    const subscription = client.subscribe(addressOf('orders', 'answers', 'client-7'), () => {})
    await expect(subscription.ready).rejects.toMatchObject({
      code: 'QUORATE_BUS_FORBIDDEN',
      message: expect.stringContaining('grant "quorate.v1.demo.orders.answers.*" in the "subscribe" permissions'),
    })
    expect(statuses).toMatchObject([{ type: 'error', error: { code: 'QUORATE_BUS_FORBIDDEN' } }])
    await subscription.close()
    await end()
  })

  test('a publication that they do not cover is counted as dropped, and reported once', async () => {
    const { client, statuses, end } = await connectBoth()
    for (let index = 0; index < 10; index++) client.publish(addressOf('counter', 'raft', 'n1'), Uint8Array.of(index))
    await client.subscribe(addressOf('counter', 'answers', 'client-7'), () => {}).ready
    await vi.waitFor(() => expect(client.counters().dropped).toBe(10))
    await client.close()
    const subject = 'quorate.v1.demo.counter.raft.n1'
    expect(statuses).toMatchObject([
      { type: 'error', error: { code: 'QUORATE_BUS_FORBIDDEN', message: expect.stringContaining(subject) } },
      { type: 'dropped', messages: 10 },
      { type: 'closed' },
    ])
    await end()
  })
})

const hasOpenssl = (): boolean => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describeNatsServer(describe, 'nats-server: TLS', () => {
  test('with a certificate that is trusted, and without', async ({ skip }) => {
    skip(!hasOpenssl() && !process.env.CI, 'no openssl on the PATH')
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert]
    execFileSync('openssl', [...request, ...names], { stdio: 'ignore' })
    server = await startNatsServer({ args: ['--tls', '--tlscert', cert, '--tlskey', key] })
    const trusting = nats({ servers: `tls://localhost:${server.port}`, tls: { caFile: cert } })
    const connection = await trusting.connect({ cluster: 'demo', name: 'n1' })
    expect(connection.label).toBe(`tls://localhost:${server.port}`)
    const heard: number[] = []
    await connection.subscribe(addressOf('group', 'role', 'n1'), (bytes) => heard.push(...bytes)).ready
    connection.publish(addressOf('group', 'role', 'n1'), Uint8Array.of(42))
    await vi.waitFor(() => expect(heard).toEqual([42]))
    await connection.close()

    const doubting = nats({ servers: `tls://localhost:${server.port}` })
    await expect(doubting.connect({ cluster: 'demo', name: 'n1' })).rejects.toMatchObject({
      code: 'QUORATE_BUS_UNREACHABLE',
      message: expect.stringContaining('self-signed certificate'),
    })
  })
})
