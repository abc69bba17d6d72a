import type { AddressInfo } from 'node:net'
import { type ActorState, type ActorStep, type Address, actorOf, become, stepRecord } from '@quorate/core'
import { type AnyActorLogic, createMachine } from '@quorate/core/statechart'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import type { InspectionWarning } from './relayConnection.js'
import { type StatelyObserver, type StatelyOptions, stately } from './stately.js'

interface Said {
  readonly type: string
  readonly sessionId: string
  readonly sourceId?: string
  readonly event?: { readonly type: string }
  readonly snapshot?: { readonly value: unknown; readonly status: string }
}

/** Hears, and says nothing. */
class Ear {
  readonly said: Said[] = []
  readonly sockets: WebSocket[] = []
  readonly port: number
  readonly #server: WebSocketServer
  private constructor(server: WebSocketServer) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (socket) => {
      this.sockets.push(socket)
      socket.on('message', (data) => this.said.push(JSON.parse(String(data))))
    })
  }

  static async listen(port = 0): Promise<Ear> {
    const server = new WebSocketServer({ port, host: '127.0.0.1' })
    await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject))
    return new Ear(server)
  }

  close(): void {
    for (const socket of this.sockets) socket.terminate()
    this.#server.close()
  }
}

const lamp = become({
  id: 'lamp',
  initial: 'off',
  roles: {
    off: {
      actor: createMachine({
        id: 'off',
        initial: 'resting',
        states: { resting: { on: { Switch: 'pressed' } }, pressed: { type: 'final' } },
      }),
      on: { pressed: 'on' },
    },
    on: {
      actor: createMachine({
        id: 'on',
        initial: 'shining',
        states: { shining: { on: { Switch: 'pressed' } }, pressed: { type: 'final' } },
      }),
      on: { pressed: 'off' },
    },
  },
})

let ear: Ear
let observer: StatelyObserver | undefined
const warnings: InspectionWarning[] = []

const watch = (options: StatelyOptions = {}): StatelyObserver => {
  observer = stately({ url: `ws://127.0.0.1:${ear.port}`, warn: (warning) => warnings.push(warning), ...options })
  return observer
}

/** An actor that is observed, as those of a node are. */
const start = (address: Address, observe: StatelyObserver, logic: AnyActorLogic = lamp as never) => {
  const actor = actorOf(logic, true)
  const [, role = '', group = ''] = address.split('/')
  let now: ActorState | undefined
  const take = (event: { readonly type: string; readonly from?: Address } | undefined, step: ActorStep) => {
    const before = now
    now = step.state
    const { from } = event ?? {}
    observe(stepRecord({ address, group, role, logic }, event, before, step, from && { type: 'message', from }))
    return now
  }
  const begun = take(undefined, actor.begin(undefined))
  return {
    snapshot: () => (now ?? begun).snapshot,
    send: (event: { readonly type: string } & Record<string, unknown>) =>
      take(event, actor.deliver(now ?? begun, event)),
    fire: (timer: string) => take({ type: timer }, actor.fire(now ?? begun, timer)),
  }
}

beforeEach(async () => {
  ear = await Ear.listen()
})
afterEach(async () => {
  await observer?.close()
  warnings.length = 0
  ear.close()
})

const heard = async (isThere: (said: readonly Said[]) => boolean) =>
  vi.waitFor(() => expect(isThere(ear.said), JSON.stringify(ear.said.at(-1))).toBe(true), { timeout: 15_000 })

describe('stately', () => {
  test('says actor, events and snapshots in order, in the format of @statelyai/inspect', async () => {
    const actor = start('home/lamp/n1', watch({ cluster: 'demo' }))
    actor.send({ type: 'Switch', from: 'home/hand/n2' })
    await heard((said) => said.length >= 5)
    const base = { _version: '0.7.2', id: null, sessionId: 'demo/home/lamp/n1', rootId: 'demo/home/lamp/n1' }
    const rest = { tags: [], children: {}, historyValue: {}, status: 'active' }
    expect(ear.said).toMatchObject([
      { ...base, type: '@xstate.actor', name: 'home/lamp/n1', definition: expect.stringMatching(/^\{"id":"lamp"/) },
      { ...base, type: '@xstate.event', event: { type: 'xstate.init' } },
      { ...base, type: '@xstate.snapshot', snapshot: { ...rest, value: { off: 'resting' } } },
      { ...base, type: '@xstate.event', event: { type: 'Switch' }, sourceId: 'demo/home/hand/n2' },
      { ...base, type: '@xstate.snapshot', event: { type: 'Switch' }, snapshot: { ...rest, value: { on: 'shining' } } },
    ])
    expect(ear.said[1]).not.toHaveProperty('sourceId')
    expect(warnings).toEqual([])
  })

  test("a timer's event comes from the actor itself; what its host tells it, from nobody", async () => {
    const timed = createMachine({ id: 'timed', initial: 'a', states: { a: { after: { 1: 'b' } }, b: {} } })
    const actor = start('home/timer/n1', watch(), timed)
    actor.fire('xstate.after.1.timed.a')
    await heard((said) => said.some(({ event }) => event?.type.startsWith('xstate.after')))
    actor.send({ type: 'Hello' })
    await heard((said) => said.some(({ event }) => event?.type === 'Hello'))
    const sourceOf = (type: string) => ear.said.find(({ event }) => event?.type.startsWith(type))?.sourceId
    expect(sourceOf('xstate.after')).toBe('home/timer/n1')
    expect(sourceOf('Hello')).toBeUndefined()
  })

  test('a relay that comes late, or comes back, hears which actors there are and where they stand', async () => {
    const { port } = ear
    ear.close()
    const actor = start('home/lamp/n1', watch({ url: `ws://127.0.0.1:${port}` }))
    await vi.waitFor(() => expect(warnings).toHaveLength(1), { timeout: 15_000 })
    expect(warnings[0]).toMatchObject({
      code: 'QUORATE_RELAY_UNREACHABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    })
    ear = await Ear.listen(port)
    await heard((said) => said.length >= 3)
    expect(ear.said.map(({ type }) => type)).toEqual(['@xstate.actor', '@xstate.event', '@xstate.snapshot'])
    actor.send({ type: 'Switch' })
    await heard((said) => said.length >= 5)
    ear.close()
    ear = await Ear.listen(port)
    await heard((said) => said.length >= 1)
    expect(ear.said).toMatchObject([{ type: '@xstate.actor', snapshot: { value: { on: 'shining' } } }])
    expect(warnings).toHaveLength(1)
  })

  test('while nobody listens the newest is kept, and what was dropped is counted and told once somebody does', async () => {
    const { port } = ear
    ear.close()
    const watching = watch({ url: `ws://127.0.0.1:${port}` })
    const actor = start('home/lamp/n1', watching)
    for (let sent = 0; sent < 3000; sent++) {
      actor.send({ type: 'Switch', sent })
      // Each time at least one of the 200 messages is taken.
      for (let taken = 0; sent % 100 === 99 && taken < 200; taken++)
        await new Promise((resolve) => setImmediate(resolve))
    }
    await vi.waitFor(() => expect(watching.dropped()).toBe(2 * 3001 - 2000), { timeout: 15_000 })
    ear = await Ear.listen(port)
    await heard((said) => said.length >= 2001)
    expect(ear.said[0]).toMatchObject({ type: '@xstate.actor' })
    expect(ear.said.slice(1).map(({ event }) => (event as unknown as { sent: number }).sent)).toEqual(
      Array.from({ length: 2000 }, (_, at) => 2000 + Math.floor(at / 2)),
    )
    expect(warnings.map(({ code }) => code)).toEqual(['QUORATE_RELAY_UNREACHABLE', 'QUORATE_INSPECTION_DROPPED'])
    expect(warnings[1]?.message).toContain('4002 of their messages')
  })

  test('a relay that reads nothing costs what the limits say; the actor never notices', async () => {
    const watching = watch()
    const actor = start('home/lamp/n1', watching)
    await heard((said) => said.length >= 3)
    for (const socket of ear.sockets) socket.pause()
    const bulk = Array.from({ length: 50 }, () => 'x'.repeat(200))
    for (let round = 0; watching.dropped() === 0 && round < 500; round++) {
      for (let sent = 0; sent < 20; sent++) actor.send({ type: 'Switch', bulk })
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    expect(watching.dropped()).toBeGreaterThan(0)
    expect(actor.snapshot()).toMatchObject({ status: 'active', value: { off: 'resting' } })
    expect(warnings.map(({ code }) => code)).toEqual(['QUORATE_INSPECTION_DROPPED'])
    for (const socket of ear.sockets) socket.resume()
    actor.send({ type: 'Switch', last: true })
    await heard((said) => said.at(-1)?.type === '@xstate.snapshot' && 'last' in (said.at(-1)?.event ?? {}))
    expect(ear.said.at(-1)?.snapshot?.value).toEqual({ on: 'shining' })
  })

  test('more in one step than is kept between two looks of the event loop is counted', async () => {
    const watching = watch()
    const actor = start('home/lamp/n1', watching)
    for (let sent = 0; sent < 1000; sent++) actor.send({ type: 'Switch' })
    expect(watching.dropped()).toBe(2 * (1001 - 500))
    await heard((said) => said.length === 1 + 2 * 500)
    await vi.waitFor(() => expect(warnings.map(({ code }) => code)).toEqual(['QUORATE_INSPECTION_DROPPED']))
  })

  test('what cannot be shown is left out, and the actor goes on', async () => {
    const trap = {
      toJSON: () => {
        throw new Error('not me')
      },
    }
    const watching = watch()
    const actor = start('home/lamp/n1', watching)
    actor.send({ type: 'Switch', trap })
    actor.send({ type: 'Switch' })
    await heard((said) => said.length >= 5)
    expect(ear.said.map(({ event }) => event?.type)).toEqual([
      undefined,
      'xstate.init',
      'xstate.init',
      'Switch',
      'Switch',
    ])
    expect(watching.dropped()).toBe(2)
  })

  test('close says what is left, and then nothing more; it may be called twice, and with no relay', async () => {
    const watching = watch()
    const actor = start('home/lamp/n1', watching)
    await heard((said) => said.length >= 3)
    actor.send({ type: 'Switch' })
    await Promise.all([watching.close(), watching.close()])
    await heard((said) => said.at(-1)?.snapshot?.status === 'stopped')
    start('home/lamp/n1', watching)
    await watching.close()
    const alone = watch({ url: 'ws://127.0.0.1:1' })
    await alone.close()
    expect(ear.said.filter(({ type }) => type === '@xstate.actor')).toHaveLength(1)
    expect(warnings).toEqual([])
  })

  test.each(['http://localhost:8080', 'localhost:8080', 'ws://localhost:8080/#a', ''])('refuses the url %j', (url) => {
    expect(() => stately({ url })).toThrow(expect.objectContaining({ code: 'QUORATE_INVALID_CONFIGURATION' }))
  })
})
