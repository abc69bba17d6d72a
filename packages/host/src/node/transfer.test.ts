import { decodeEnvelope } from '@quorate/core'
import { raft } from '@quorate/raft'
import { afterEach, describe, expect, it } from 'vitest'
import { transferLeadership } from '../status/transferLeadership.js'
import { connectJournal, type JournalNode, journal, TestCluster } from './cluster.test.fixture.js'
import { sequenced } from './sequencer.test.fixture.js'

const ids = ['n1', 'n2', 'n3']
let cluster: TestCluster

afterEach(() => cluster.stopAll())

const roleOf = (node: JournalNode) => Object.values(node.status().groups.journal?.roles ?? {})[0]
const leaderOf = (nodes: Iterable<JournalNode>) => [...nodes].find((node) => roleOf(node)?.serves)

async function led(): Promise<JournalNode> {
  let leader = leaderOf(cluster.nodes.values())
  for (; !leader; leader = leaderOf(cluster.nodes.values())) await cluster.pass(1)
  return leader
}

async function begin(
  writeDelayMs = 1,
): Promise<{ readonly leader: JournalNode; readonly others: readonly JournalNode[] }> {
  cluster = new TestCluster(raft({ members: ids, stateMachine: journal }), { writeDelayMs })
  await cluster.startAll(ids)
  const leader = await led()
  // All follow it.
  await cluster.pass(200)
  return { leader, others: [...cluster.nodes.values()].filter((node) => node !== leader) }
}

const timed = async (work: Promise<unknown>): Promise<number> => {
  const beganMs = cluster.clock.nowMs()
  await cluster.wait(work)
  return cluster.clock.nowMs() - beganMs
}

describe('the leadership of a group', () => {
  it.each([undefined, 'named'])('is given to another node, in milliseconds: %s', async (isNamed) => {
    const { leader, others } = await begin()
    const to = isNamed && others[1]?.id
    const epoch = roleOf(leader)?.epoch ?? 0
    const given = leader.group('journal').transferLeadership(to)
    expect(await timed(given)).toBeLessThan(50)
    const next = await given
    expect(next).toBe(to ?? next)
    expect(next).not.toBe(leader.id)
    expect((await led()).id).toBe(next)
    expect(roleOf(await led())?.epoch).toBe(epoch + 1)
  })

  it('is given away while clients write, and they lose nothing and wait for no time-out', async () => {
    const { leader } = await begin()
    const client = await connectJournal(cluster)
    await cluster.wait(client.propose({ text: 'before' }))
    const given = leader.group('journal').transferLeadership()
    const writes = Array.from({ length: 20 }, (_, at) => client.propose({ text: String(at) }))
    expect(await timed(Promise.all([given, ...writes]))).toBeLessThan(150)
    const texts = await cluster.wait(client.query(0).then(() => leader.group('journal').read((all) => all)))
    expect(texts).toEqual(['before', ...Array.from({ length: 20 }, (_, at) => String(at))])
    await cluster.wait(client.close())
  })

  it('is given away when an operator asks for it, also where the question comes twice', async () => {
    const { leader, others } = await begin()
    const to = others[1]?.id as string
    const about = { transport: cluster.bus, cluster: 'test', group: 'journal', clock: cluster.clock }
    const copier = await cluster.wait(cluster.bus.connect({ cluster: 'test', name: 'copier' }))
    let copies = 0
    cluster.bus.setFilter(({ bytes }) => {
      const envelope = bytes.length > 0 ? decodeEnvelope(bytes) : undefined
      if (envelope?.type === 'TransferLeadership' && copies++ === 0) copier.publish(envelope.to, bytes.slice())
      return true
    })
    expect(await cluster.wait(transferLeadership({ ...about, to }))).toEqual({ from: leader.id, leader: to })
    expect(copies).toBe(2)
    cluster.bus.setFilter(() => true)
    const failed = { code: 'QUORATE_TRANSFER_FAILED' }
    await expect(cluster.wait(transferLeadership({ ...about, to: 'n9' }))).rejects.toMatchObject(failed)
    await expect(cluster.wait(transferLeadership({ ...about, group: 'other' }))).rejects.toMatchObject(failed)
    await expect(cluster.wait(transferLeadership({ ...about, to: 'n 1' }))).rejects.toMatchObject({
      code: 'QUORATE_INVALID_NAME',
    })
  })

  it('is no matter of a node that does not lead', async () => {
    const { leader, others } = await begin()
    await expect(cluster.wait(others[0]!.group('journal').transferLeadership())).rejects.toMatchObject({
      code: 'QUORATE_NOT_LEADER',
      message: expect.stringContaining(`ask node ${leader.id}`),
    })
    expect(await cluster.wait(leader.group('journal').transferLeadership(leader.id))).toBe(leader.id)
  })

  it('stays where it is when nobody else can take it', async () => {
    const { leader, others } = await begin()
    const failed = { code: 'QUORATE_TRANSFER_FAILED' }
    await expect(cluster.wait(leader.group('journal').transferLeadership('n9'))).rejects.toMatchObject({
      ...failed,
      message: expect.stringContaining('n9 runs no role that could lead it; n1, n2, n3 do'),
    })
    await cluster.kill(others[0]!.id)
    const given = leader.group('journal').transferLeadership(others[0]!.id)
    given.catch(() => {})
    await cluster.pass(10)
    await expect(cluster.wait(leader.group('journal').transferLeadership())).rejects.toMatchObject(failed)
    await expect(cluster.wait(given)).rejects.toMatchObject(failed)
    expect((await led()).id).toBe(leader.id)
    await cluster.wait(leader.group('journal').propose({ text: 'x' }))
  })

  it('cannot be given away by a protocol that knows no such thing', async () => {
    cluster = new TestCluster(sequenced({ members: ['n1', 'n2', 'n3'], stateMachine: journal }))
    await cluster.startAll(ids)
    await expect(cluster.wait((await led()).group('journal').transferLeadership())).rejects.toMatchObject({
      code: 'QUORATE_LEADERSHIP_UNSUPPORTED',
    })
  })
})

describe('a leader that stops', () => {
  it('gives its place away first, and clients hardly notice', async () => {
    const { leader } = await begin()
    const client = await connectJournal(cluster)
    await cluster.wait(client.propose({ text: 'before' }))
    const epoch = roleOf(leader)?.epoch ?? 0
    const stopped = leader.stop()
    cluster.nodes.delete(leader.id)
    expect(await timed(client.propose({ text: 'after' }))).toBeLessThan(100)
    await cluster.wait(stopped)
    expect(roleOf(await led())?.epoch).toBe(epoch + 1)
    await cluster.wait(client.close())
  })

  it('stops soon also where nobody is left to lead', async () => {
    const { leader, others } = await begin()
    for (const { id } of others) await cluster.kill(id)
    expect(await timed(leader.stop())).toBeLessThan(1000)
    cluster.nodes.delete(leader.id)
  })

  it('says nothing more when its disk breaks meanwhile, and why it stopped', async () => {
    const { leader, others } = await begin(20)
    for (const { id } of others) await cluster.kill(id)
    const proposed = leader.group('journal').propose({ text: 'x' })
    proposed.catch(() => {})
    cluster.storeOf(leader.id).failNextWrite(new Error('the disk broke'))
    // The write is under way.
    await cluster.pass(5)
    await cluster.wait(leader.stop())
    cluster.nodes.delete(leader.id)
    expect(await leader.stopped).toMatchObject({ message: 'the disk broke' })
  })
})
