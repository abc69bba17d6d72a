import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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

/** As the README shows it. */
const permissions = `
authorization {
  users = [
    { user: node, password: n, permissions: { publish: "quorate.v1.demo.>", subscribe: "quorate.v1.demo.>" } }
    { user: client, password: c, permissions: {
        publish: "quorate.v1.demo.counter.client.*"
        subscribe: "quorate.v1.demo.counter.answers.client-7" } }
  ]
}
`

describeNatsServer(describe, 'nats-server: permissions', () => {
  const connectBoth = async () => {
    const config = join(folder, 'permissions.conf')
    writeFileSync(config, permissions)
    server = await startNatsServer({ args: ['-c', config] })
    const node = await nats({ servers: server.url, user: 'node', pass: 'n' }).connect({ cluster: 'demo', name: 'n1' })
    const client = await nats({ servers: server.url, user: 'client', pass: 'c' }).connect({
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
    const subscription = client.subscribe(addressOf('counter', 'answers', 'client-8'), () => {})
    await expect(subscription.ready).rejects.toMatchObject({ code: 'QUORATE_BUS_FORBIDDEN' })
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
