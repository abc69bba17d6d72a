import { atLeast, flexible, majority, type NodeId } from '@quorate/core'
import { type MemoryStore, memoryStore, memoryTransport, virtualClock } from '@quorate/core/testing'
import { connectAskClient, type QuorateNode, startNode } from '@quorate/host'
import { afterEach, describe, expect, test } from 'vitest'
import { registers } from './contract.js'
import { register } from './register.js'
import * as given from './roles.test.fixture.js'

describe('register()', () => {
  test.each<[string, object, string]>([
    ['no replicas', { replicas: [] }, 'there are no replicas: list at least one node'],
    ['no coordinators', { coordinators: [] }, 'there are no coordinators: list at least one node'],
    ['a replica twice', { replicas: ['n1', 'n1'] }, 'n1 is listed twice among the replicas'],
    [
      'a stranger in one of two phases',
      { quorums: flexible({ phase1: majority(given.three), phase2: atLeast(1, ['n1', 'x3']) }) },
      'the quorum counts on x3, which is not among the replicas (n1, n2, n3)',
    ],
    ['a retry without time', { retryMs: 0 }, 'retryMs must be above 0 and at most 67108863 milliseconds'],
    ['a retry that no timer holds', { retryMs: 2 ** 26 }, 'retryMs must be above 0'],
    ['values that no row holds', { limits: { valueBytesMax: 1024 * 1024 } }, 'valueBytesMax must be at most 983040'],
    ['a limit that is none', { limits: { keysMax: 0 } }, 'limit keysMax must be a whole number above 0'],
    ['an option that is unknown', { members: given.three }, 'members'],
  ])('refuses %s', (_name, options, text) => {
    const code = 'QUORATE_INVALID_CONFIGURATION'
    expect(() => given.groupOf(options)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(text) }),
    )
  })

  test.each([
    ['empty', ''],
    ['too long', 'x'.repeat(513)],
    ['half a character', '\ud800'],
  ])('a key is a text of 1 to 512 bytes, not one that is %s', (_what, key) => {
    const code = 'QUORATE_MALFORMED_MESSAGE'
    expect(() => registers.request.encode({ type: 'read', key })).toThrow(expect.objectContaining({ code }))
    expect(() => registers.request.decode(Uint8Array.of(10, 0))).toThrow(expect.objectContaining({ code }))
  })

  test('what is asked passes through its codec, also where it is empty', () => {
    for (const request of [given.read, given.write('red'), given.write('')])
      expect(registers.request.decode(registers.request.encode(request))).toEqual(request)
    expect(registers.isIdempotent(given.read)).toBe(true)
    expect(registers.isIdempotent(given.write('red'))).toBe(false)
  })

  test('what is not answered is asked again after twice as long each time, 32 times as long at most', () => {
    const { stage, at, ask } = given.stageOf({ retryMs: 10 })
    ask('n1', given.read, 1)
    stage.stabilize(({ message: { type } }) => !type.startsWith('Propagate'))
    const { coordinator } = at('n1')
    const waits = Array.from({ length: 8 }, () => {
      const [waitMs] = Object.values(coordinator.driven?.timers ?? {})
      coordinator.fire(Object.keys(coordinator.driven?.timers ?? {})[0] ?? '')
      return waitMs
    })
    expect(waits).toEqual([10, 20, 40, 80, 160, 320, 320, 320])
  })

  test('operations beyond the limit are refused, and keys beyond it are not taken', () => {
    const { at, ask } = given.stageOf({ limits: { operationsMax: 1 } })
    for (const request of [1, 2]) ask('n1', given.read, request)
    expect(at('n1').coordinator.refused).toEqual([2])
    const small = given.stageOf({ limits: { keysMax: 1 } })
    for (const [at, key] of ['x', 'y'].entries())
      small.ask('n1', { type: 'write', key, value: given.bytesOf('red') }, at + 1)
    small.stage.stabilize()
    expect(given.answersOf(small.at('n1').coordinator)).toEqual([[1, 'nothing']])
    expect(small.at('n1').replica.disk.table).toHaveLength(1)
  })
})

type Node = QuorateNode<{ readonly registers: ReturnType<typeof register> }>

describe('a group on nodes', () => {
  const clock = virtualClock()
  const bus = memoryTransport({ clock })
  const group = register({ replicas: given.three })
  const stores = new Map<NodeId, MemoryStore>()
  const nodes = new Map<NodeId, Node>()
  let seed = 1

  const random = () => {
    let state = seed++
    const next = () => {
      state = (state * 48_271 + 11) % 2_147_483_647
      return state
    }
    return { below: (limit: number) => next() % limit }
  }
  const wait = <T>(promise: Promise<T>): Promise<T> => clock.wait(promise, 120_000)

  async function start(...ids: readonly NodeId[]): Promise<void> {
    for (const id of ids) {
      const store = stores.get(id) ?? memoryStore({ clock, writeDelayMs: 1 })
      stores.set(id, store)
      const options = { id, cluster: 'test', transport: bus, store, groups: { registers: group }, clock }
      nodes.set(id, await wait(startNode({ ...options, random: random() })))
    }
    await wait(Promise.all(ids.map((id) => nodes.get(id)?.ready)))
  }

  async function stop(...ids: readonly NodeId[]): Promise<void> {
    for (const id of ids) {
      await wait(nodes.get(id)?.stop() ?? Promise.resolve())
      nodes.delete(id)
    }
  }

  const askAt = async (id: NodeId, request: Parameters<typeof registers.request.encode>[0]) => {
    const node = nodes.get(id)
    if (!node) throw new Error(`${id} is not there`)
    return given.textOf((await wait(node.group('registers').ask(request))).value)
  }

  afterEach(async () => {
    await stop(...nodes.keys())
    stores.clear()
  })

  test('is asked at any node and by a client, with a node missing, and after all were away', async () => {
    await start(...given.three)
    await stop('n3')
    const client = await wait(
      connectAskClient({
        transport: bus,
        cluster: 'test',
        group: 'registers',
        contract: registers,
        clock,
        random: random(),
      }),
    )
    expect(await wait(client.ask(given.read))).toEqual({})
    expect(await wait(client.ask(given.write('red')))).toEqual({})
    expect(await askAt('n2', given.read)).toBe('red')
    await askAt('n2', given.write('blue'))
    expect(given.textOf((await wait(client.ask(given.read))).value)).toBe('blue')
    await wait(client.close())
    await stop('n1', 'n2')
    await start('n3', 'n1')
    expect(await askAt('n3', given.read)).toBe('blue')
    const status = nodes.get('n1')?.status().groups.registers?.roles
    expect(status).toMatchObject({ coordinator: { serves: true }, replica: { serves: false, details: { keys: 1 } } })
  })

  test('a node whose disk lost its last write takes part again when others have told it what it should hold', async () => {
    stores.set('n3', memoryStore({ clock, doubtful: true }))
    await start(...given.three)
    await askAt('n1', given.write('red'))
    await askAt('n3', given.write('blue'))
    clock.runUntil(
      () => nodes.get('n3')?.status().groups.registers?.roles['replica']?.details?.['keysInDoubt'] === 0,
      60_000,
    )
    await stop('n1')
    expect(await askAt('n2', given.read)).toBe('blue')
    expect(nodes.get('n3')?.status().groups.registers?.roles['replica']?.notices).toMatchObject([{ level: 'warn' }])
  })
})
