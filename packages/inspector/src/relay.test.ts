import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createWebSocketInspector, createWebSocketReceiver, type StatelyInspectionEvent } from '@statelyai/inspect'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { checkRelay, type Relay, startRelay } from './relay.js'

let relay: Relay
const started: { close(): unknown }[] = []
const start = async (): Promise<Relay> => {
  relay = await startRelay({ port: 0 })
  started.push(relay)
  return relay
}
afterEach(async () => {
  for (const each of started.splice(0)) await each.close()
})

const speaker = async (): Promise<WebSocket> => {
  const socket = new WebSocket(relay.url)
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  return socket
}

const receiver = (): StatelyInspectionEvent[] => {
  const seen: StatelyInspectionEvent[] = []
  createWebSocketReceiver({ server: relay.url }).subscribe((event) => seen.push(event))
  return seen
}

const say = (socket: WebSocket, type: string, sessionId: string, more: object = {}) =>
  socket.send(JSON.stringify({ type, sessionId, ...more }))

const shown = (events: readonly StatelyInspectionEvent[]) =>
  events.map((event) => `${event.type} ${event.sessionId} ${(event as unknown as { n?: number }).n ?? ''}`.trim())

describe('startRelay', () => {
  test("stands between @statelyai/inspect's own inspector and its own receiver", async () => {
    await start()
    const seen = receiver()
    const inspector = createWebSocketInspector({ url: relay.url })
    inspector.actor('lamp', { status: 'active', context: {} })
    inspector.event('lamp', 'Switch', { source: 'hand' })
    await vi.waitFor(() => expect(seen).toHaveLength(2), { timeout: 15_000 })
    expect(seen).toMatchObject([
      { type: '@xstate.actor', sessionId: 'lamp' },
      { type: '@xstate.event', sessionId: 'lamp', sourceId: 'hand' },
    ])
    inspector.stop()
  })

  test('who comes late hears of every actor, where each stands, and of what was last', async () => {
    await start()
    const socket = await speaker()
    say(socket, '@xstate.actor', 'quiet')
    say(socket, '@xstate.snapshot', 'quiet', { n: 0 })
    say(socket, '@xstate.actor', 'busy')
    for (let n = 1; n <= 600; n++) say(socket, '@xstate.snapshot', 'busy', { n })
    socket.send('no JSON')
    socket.send('{"type":7}')
    const early = receiver()
    await vi.waitFor(() => expect(shown(early).at(-1)).toBe('@xstate.snapshot busy 600'), { timeout: 15_000 })
    const late = receiver()
    await vi.waitFor(() => expect(late).toHaveLength(504), { timeout: 15_000 })
    expect(shown(late).slice(0, 5)).toEqual([
      '@xstate.actor quiet',
      '@xstate.actor busy',
      '@xstate.snapshot quiet 0',
      '@xstate.snapshot busy 600',
      '@xstate.snapshot busy 101',
    ])
    expect(shown(late).at(-1)).toBe('@xstate.snapshot busy 600')
  })

  test('who speaks does not hear what others say', async () => {
    await start()
    const [first, second] = [await speaker(), await speaker()]
    const heard: unknown[] = []
    first.on('message', (data) => heard.push(data))
    const seen = receiver()
    say(first, '@xstate.actor', 'first')
    await vi.waitFor(() => expect(seen).toHaveLength(1), { timeout: 15_000 })
    say(second, '@xstate.actor', 'second')
    await vi.waitFor(() => expect(seen).toHaveLength(2), { timeout: 15_000 })
    expect(heard).toEqual([])
  })

  test('pages of others are refused; its own page frames the inspector', async () => {
    await start()
    const answered = (origin: string) =>
      new Promise((resolve) => {
        const socket = new WebSocket(relay.url, { origin })
        socket.once('open', () => resolve('open')).once('error', ({ message }) => resolve(message))
        started.push({ close: () => socket.terminate() })
      })
    expect(await answered('https://example.org')).toMatch(/401/)
    expect(await answered(relay.page)).toBe('open')
    expect(await answered(relay.page.replace('127.0.0.1', 'localhost'))).toBe('open')
    expect(await (await fetch(relay.page)).text()).toContain('<iframe id="inspector" src="https://stately.ai/inspect">')
    expect((await fetch(`${relay.page}/other`)).status).toBe(404)
  })

  test('a port that is taken is a typed error', async () => {
    await start()
    const port = Number(new URL(relay.url).port)
    await expect(startRelay({ port })).rejects.toMatchObject({ code: 'QUORATE_RELAY_LISTEN' })
  })
})

describe('checkRelay', () => {
  test('finds a relay, and tells who is none', async () => {
    await start()
    await checkRelay(relay.url)
    const server = createServer((_request, response) => response.end('hello'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    started.push({ close: () => server.close() })
    const other = `ws://me:secret@127.0.0.1:${(server.address() as AddressInfo).port}`
    await expect(checkRelay(other)).rejects.toMatchObject({ code: 'QUORATE_RELAY_UNREACHABLE' })
    await expect(checkRelay(other)).rejects.not.toThrow('secret')
    await expect(checkRelay('ws://127.0.0.1:1')).rejects.toThrow(/ws:\/\/127.0.0.1:1 cannot be reached/)
    await expect(checkRelay('http://127.0.0.1')).rejects.toMatchObject({ code: 'QUORATE_INVALID_CONFIGURATION' })
  })
})
