import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { startRelay } from '@quorate/inspector'
import { afterEach, expect, test } from 'vitest'
import { watch } from './inspection.js'

const opened: { close(): unknown }[] = []
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close()
})

const watched = async (inspectUrl: string | undefined, port: number) => {
  const stderr = new PassThrough()
  const io = { stdin: Readable.from([]), stdout: new PassThrough(), stderr, exitCode: 0 }
  const watching = await watch(io, { inspect: 'stately', ...(inspectUrl !== undefined && { inspectUrl }) }, port)
  opened.push(watching)
  return { flags: watching.flags, said: String(stderr.read()) }
}

/** What has the port, and is no relay. */
const occupied = async (): Promise<Server & { port: number }> => {
  const server = createServer((_request, response) => response.end('hello'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(server, { port: (server.address() as AddressInfo).port })
}

const flags = (url: string) => ['--inspect', 'stately', '--inspect-url', url]

test('with no relay named and none there, one is started, and the page to open is printed', async () => {
  const server = await occupied()
  await new Promise((resolve) => server.close(resolve))
  const { port } = server
  const started = await watched(undefined, port)
  expect(started.flags).toEqual(flags(`ws://127.0.0.1:${port}`))
  expect(started.said).toContain(`inspection: open http://127.0.0.1:${port} in a browser`)
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toContain('https://stately.ai/inspect')
})

test('a relay that is there is used', async () => {
  const relay = await startRelay({ port: 0 })
  opened.push(relay)
  const port = Number(new URL(relay.url).port)
  const found = await watched(undefined, port)
  expect(found.flags).toEqual(flags(`ws://localhost:${port}`))
  expect(found.said).toBe(`inspection: the nodes report to the relay on ws://localhost:${port}\n`)
  expect((await watched(relay.url, 1)).flags).toEqual(flags(relay.url))
})

test('where something else has the port, the relay takes another', async () => {
  const server = await occupied()
  opened.push(server)
  const started = await watched(undefined, server.port)
  const page = /open (http:\/\/127\.0\.0\.1:\d+) /.exec(started.said)?.[1] ?? ''
  expect(page).not.toContain(`:${server.port}`)
  expect(await (await fetch(page)).text()).toContain('https://stately.ai/inspect')
})

test('where the relay that was named does not answer, none is started, and it is said', async () => {
  const { flags: given, said } = await watched('ws://127.0.0.1:1', 8080)
  expect(given).toEqual(flags('ws://127.0.0.1:1'))
  expect(said).toMatch(/^inspection: the relay on ws:\/\/127\.0\.0\.1:1 cannot be reached \(.*\).*\n$/)
})
