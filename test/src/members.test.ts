import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger, NodeId, Store, Transport } from '@quorate/core'
import { connectAskClient, type NodeReport, type QuorateNode, startNode } from '@quorate/host'
import { level } from '@quorate/level'
import { nats } from '@quorate/nats'
import { afterEach, describe, expect, test } from 'vitest'
import { startBus } from './bus.js'
import { type RollQuestion, rollContract, rollGroup } from './roll.js'
import { until } from './until.js'

const group = rollGroup({ members: ['n1', 'n2', 'n3'], joining: ['n3', 'n4'] })
const first = rollGroup({ members: ['n1', 'n2', 'n3'], joining: ['n4'] })
const again = rollGroup({ members: ['n1', 'n2', 'n3'], joining: ['n2', 'n3', 'n4'] })
type Roll = { readonly roll: typeof group }

/** Where nodes run. */
interface Place {
  readonly transport: () => Transport
  readonly storeOf: (id: NodeId) => Store
  /** Its disk is lost. */
  lose(id: NodeId): Promise<void>
  close(): Promise<void>
}

const onNats = async (): Promise<Place> => {
  const [bus, directory] = [await startBus(), await mkdtemp(join(tmpdir(), 'quorate-members-'))]
  return {
    transport: () => nats({ servers: bus.url }),
    storeOf: (id) => level(join(directory, id)),
    lose: (id) => rm(join(directory, id), { recursive: true }),
    close: async () => {
      await bus.close()
      await rm(directory, { recursive: true })
    },
  }
}

/** Nodes of a group that changes its members. */
class Nodes {
  readonly #place: Place
  readonly #nodes = new Map<NodeId, QuorateNode<Roll>>()
  /** Codes of errors that nodes logged. */
  readonly logged = new Map<NodeId, string[]>()

  constructor(place: Place) {
    this.#place = place
  }

  async start(id: NodeId, roll = first): Promise<void> {
    const codes = this.logged.get(id) ?? []
    this.logged.set(id, codes)
    const note = ({ error }: { readonly error?: { readonly code?: string } }) => codes.push(error?.code ?? '')
    const nothing = () => {}
    const logger: Logger = { debug: nothing, info: nothing, warn: nothing, error: note }
    const [transport, store] = [this.#place.transport(), this.#place.storeOf(id)]
    const node = await startNode({ id, cluster: 'roll', transport, store, groups: { roll }, logger })
    this.#nodes.set(id, node)
  }

  async stop(id: NodeId): Promise<void> {
    await this.#nodes.get(id)?.stop()
    this.#nodes.delete(id)
  }

  lose(id: NodeId): Promise<void> {
    return this.#place.lose(id)
  }

  async startAll(): Promise<void> {
    await Promise.all(['n1', 'n2', 'n3'].map((id) => this.start(id)))
    await Promise.all([...this.#nodes.values()].map((node) => node.ready))
  }

  node(id: NodeId): QuorateNode<Roll> {
    const node = this.#nodes.get(id)
    if (!node) throw new Error(`${id} does not run`)
    return node
  }

  report(id: NodeId): NodeReport {
    return this.node(id).status()
  }

  group(id: NodeId) {
    const roll = this.report(id).groups['roll']
    const { heard = '', denied = '' } = roll?.roles['roll']?.details ?? {}
    return { ...roll, members: roll?.placement['roll']?.join(), heard: String(heard), denied: String(denied) }
  }

  /** Waits until a node knows those members and has heard all others of them. */
  async knows(id: NodeId, members: string): Promise<void> {
    const others = members.split(',').filter((other) => other !== id)
    await until(`${id} is one of ${members} and hears them`, () => {
      const { members: known, heard, roles } = this.group(id)
      const isDurable = roles?.['roll']?.waitingEffects === 0
      const isKnown = known?.split(',').sort().join() === members
      return isDurable && isKnown && others.every((other) => heard.split(',').includes(other))
    })
  }

  async ask(question: RollQuestion) {
    const client = await connectAskClient({
      transport: this.#place.transport(),
      cluster: 'roll',
      group: 'roll',
      contract: rollContract,
    })
    try {
      return await client.ask(question)
    } finally {
      await client.close()
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#nodes.keys()].map((id) => this.stop(id)))
    await this.#place.close()
  }
}

let nodes: Nodes
afterEach(() => nodes.close())

describe('members that change, on NATS and disks', { timeout: 120_000 }, () => {
  test('a node joins, is a member after it was added, and stays one when it starts again', async () => {
    nodes = new Nodes(await onNats())
    await nodes.startAll()
    for (const id of ['n1', 'n2', 'n3']) await nodes.knows(id, 'n1,n2,n3')
    await nodes.start('n4')
    expect(nodes.report('n4').state).toBe('running')
    expect(nodes.group('n4')).toMatchObject({ isJoining: true, members: 'n1,n2,n3', heard: '' })

    const store = nodes.report('n4').storeId
    expect(await nodes.ask({ f: 'add', node: 'n4', store })).toMatchObject({ node: 'n1', version: 1 })
    const all = 'n1,n2,n3,n4'
    for (const id of all.split(',')) await nodes.knows(id, all)
    expect(nodes.group('n4').isJoining).toBeUndefined()
    expect((await nodes.ask({ f: 'who' })).members).toEqual(['n1', 'n2', 'n3', 'n4'])

    for (const id of ['n2', 'n4']) {
      await nodes.stop(id)
      await nodes.start(id)
      // Its own disk says so, whomever it hears.
      expect(nodes.group(id)).toMatchObject({ members: all })
      expect(nodes.group(id).isJoining).toBeUndefined()
      await nodes.knows(id, all)
    }
  })

  test('a node that is removed is heard no more and told so, and heard again when it is added again', async () => {
    nodes = new Nodes(await onNats())
    await nodes.startAll()
    expect(await nodes.ask({ f: 'remove', node: 'n3' })).toMatchObject({ version: 1, members: ['n1', 'n2'] })
    for (const id of ['n1', 'n2']) await nodes.knows(id, 'n1,n2')
    await until('n3 is denied by both', () => nodes.group('n3').denied === 'n1,n2')
    expect(nodes.group('n3')).toMatchObject({ members: 'n1,n2,n3', denials: expect.arrayContaining(['n1', 'n2']) })
    expect(nodes.logged.get('n3')).toEqual(['QUORATE_NOT_MEMBER', 'QUORATE_NOT_MEMBER'])

    await nodes.stop('n2')
    await nodes.stop('n3')
    await nodes.start('n2')
    await nodes.start('n3')
    await until('n3 is denied by n2, which has started again', () => nodes.group('n3').denied.includes('n2'))
    expect(nodes.group('n2').heard).not.toContain('n3')

    await nodes.ask({ f: 'add', node: 'n3', store: nodes.report('n3').storeId })
    for (const id of ['n1', 'n2', 'n3']) await nodes.knows(id, 'n1,n2,n3')
    expect(nodes.group('n3').denials).toBeUndefined()
  })

  test('a node that has left may drop the group and join it again; one that has not left may not', async () => {
    nodes = new Nodes(await onNats())
    await nodes.startAll()
    await nodes.ask({ f: 'dismiss', node: 'n3' })
    await until('n3 knows it', () => nodes.group('n3').members === 'n1,n2')
    await nodes.knows('n2', 'n1,n2')
    for (const id of ['n2', 'n3']) await nodes.node(id).drop('roll')
    const gone = { code: 'QUORATE_GROUP_DROPPED' }
    await expect(nodes.node('n3').open('roll', first)).rejects.toMatchObject(gone)
    await nodes.node('n3').open('roll', again)
    await expect(nodes.node('n2').open('roll', again)).rejects.toMatchObject(gone)
    expect(nodes.group('n3')).toMatchObject({ isJoining: true, heard: '' })

    await nodes.ask({ f: 'add', node: 'n3', store: nodes.report('n3').storeId })
    await until('n3 is a member, and has it on its disk', () => {
      const { isJoining, roles } = nodes.group('n3')
      return isJoining === undefined && roles?.['roll']?.waitingEffects === 0
    })
    await nodes.node('n3').close('roll')
    await nodes.node('n3').open('roll', first)
    expect(nodes.group('n3')).toMatchObject({ members: 'n1,n2,n3' })
  })

  test('one that has lost its disk comes back once the group has named its new one', async () => {
    nodes = new Nodes(await onNats())
    await nodes.startAll()
    await nodes.knows('n1', 'n1,n2,n3')
    const before = nodes.report('n3').storeId
    await nodes.stop('n3')
    await nodes.lose('n3')
    await nodes.start('n3', group)
    expect(nodes.report('n3').storeId).not.toBe(before)
    await until('it is told that another disk is known', () =>
      nodes.logged.get('n3')?.includes('QUORATE_STORE_REPLACED'),
    )
    expect(nodes.group('n3')).toMatchObject({ isJoining: true, heard: '' })

    await nodes.ask({ f: 'add', node: 'n3', store: nodes.report('n3').storeId })
    for (const id of ['n1', 'n2', 'n3']) await nodes.knows(id, 'n1,n2,n3')
    await nodes.stop('n2')
    await nodes.start('n2')
    await nodes.knows('n2', 'n1,n2,n3')
  })
})
