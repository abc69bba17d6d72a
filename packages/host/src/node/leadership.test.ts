import { raft } from '@quorate/raft'
import { afterEach, describe, expect, it } from 'vitest'
import type { LeadershipState } from '../serving/leadership.js'
import { type JournalNode, journal, TestCluster } from './cluster.test.fixture.js'
import { sequenced } from './sequencer.test.fixture.js'

const ids = ['n1', 'n2', 'n3']
let cluster: TestCluster

afterEach(() => cluster.stopAll())

const leadershipOf = (node: JournalNode) => node.group('journal').leadership

async function begin() {
  cluster = new TestCluster(raft({ members: ids, stateMachine: journal }))
  const nodes = await cluster.startAll(ids)
  while (!nodes.some((node) => leadershipOf(node).now.leads)) await cluster.pass(1)
  await cluster.pass(200)
  const [leader] = nodes.filter((node) => leadershipOf(node).now.leads)
  return { leader: leader as JournalNode, others: nodes.filter((node) => node !== leader) }
}

/** What a node is told from now on, and whether it is told that there is nothing more. */
function listening(node: JournalNode) {
  const told: LeadershipState[] = []
  const heard = { told, isOver: false }
  const listen = async () => {
    for await (const state of leadershipOf(node)) told.push(state)
    heard.isOver = true
  }
  void listen()
  return heard
}

/** Runs of a callback: in which epoch, and whether each was ended. */
function running(node: JournalNode) {
  const runs: { readonly epoch: number; readonly signal: AbortSignal }[] = []
  const end = leadershipOf(node).whileLeading((epoch, signal) => void runs.push({ epoch, signal }))
  return { end, runs, ended: () => runs.map(({ epoch, signal }) => [epoch, signal.aborted]) }
}

describe('who leads a group', () => {
  it('is told on the node that does, and on no other, with the term', async () => {
    const { leader, others } = await begin()
    const { epoch } = leadershipOf(leader).now
    expect(epoch).toBeGreaterThan(0)
    expect(leadershipOf(leader).now).toEqual({ leads: true, epoch })
    for (const other of others) expect(leadershipOf(other).now.leads).toBe(false)
    const [heard, one] = [listening(leader), listening(others[0] as JournalNode)]
    await cluster.pass(10)
    expect(heard.told).toEqual([{ leads: true, epoch }])
    expect(one.told).toMatchObject([{ leads: false }])
  })

  it('is told when it begins and when it ends, before another leads where it is given away', async () => {
    const { leader, others } = await begin()
    const to = others[0] as JournalNode
    const { epoch } = leadershipOf(leader).now
    const [former, next] = [listening(leader), listening(to)]
    const [old, young] = [running(leader), running(to)]
    await cluster.pass(10)
    expect([old.ended(), young.ended()]).toEqual([[[epoch, false]], []])
    const given = leader.group('journal').transferLeadership(to.id)
    while (!leadershipOf(to).now.leads) {
      await cluster.pass(1)
      if (leadershipOf(to).now.leads) expect(old.ended()).toEqual([[epoch, true]])
    }
    await cluster.wait(given)
    await cluster.pass(10)
    expect(former.told.map(({ leads }) => leads)).toEqual([true, false])
    expect(next.told.at(-1)).toEqual({ leads: true, epoch: epoch + 1 })
    expect(young.ended()).toEqual([[epoch + 1, false]])
  })

  it('begins again in the same epoch where a transfer comes to nothing', async () => {
    const { leader, others } = await begin()
    const to = others[0] as JournalNode
    const { epoch } = leadershipOf(leader).now
    const { ended } = running(leader)
    await cluster.pass(10)
    await cluster.kill(to.id)
    const given = leader.group('journal').transferLeadership(to.id)
    await expect(cluster.wait(given)).rejects.toMatchObject({ code: 'QUORATE_TRANSFER_FAILED' })
    await cluster.pass(10)
    expect(leadershipOf(leader).now).toEqual({ leads: true, epoch })
    expect(ended()).toEqual([
      [epoch, true],
      [epoch, false],
    ])
  })

  it('ends for a leader that nobody answers', async () => {
    const { leader, others } = await begin()
    const old = running(leader)
    await cluster.pass(10)
    for (const { id } of others) await cluster.kill(id)
    await cluster.pass(3000)
    expect(leadershipOf(leader).now.leads).toBe(false)
    expect(old.ended()).toMatchObject([[expect.any(Number), true]])
  })

  it('ends when the node stops, and then there is nothing more to be told', async () => {
    const { leader } = await begin()
    const [heard, old, leadership] = [listening(leader), running(leader), leadershipOf(leader)]
    await cluster.pass(10)
    await cluster.wait(leader.stop())
    cluster.nodes.delete(leader.id)
    await cluster.pass(10)
    expect([heard.isOver, heard.told.at(-1)?.leads, leadership.now.leads]).toEqual([true, false, false])
    expect(old.ended()).toMatchObject([[expect.any(Number), true]])
  })

  it('ends when the group is closed', async () => {
    const { leader } = await begin()
    const [heard, old] = [listening(leader), running(leader)]
    await cluster.pass(10)
    await cluster.wait(leader.close('journal'))
    await cluster.pass(10)
    expect(heard).toMatchObject({ isOver: true, told: [{ leads: true }, { leads: false }] })
    expect(old.ended()).toMatchObject([[expect.any(Number), true]])
  })
})

describe('what runs while a node leads', () => {
  it('is ended by whoever began it, and not run any more', async () => {
    const { leader } = await begin()
    const { end, ended, runs } = running(leader)
    end()
    await cluster.pass(10)
    expect(runs).toEqual([])
    const second = running(leader)
    await cluster.pass(10)
    second.end()
    expect(second.ended()).toMatchObject([[expect.any(Number), true]])
    expect(ended()).toEqual([])
  })

  it('is a function', async () => {
    const { leader } = await begin()
    const invalid = expect.objectContaining({ code: 'QUORATE_INVALID_CONFIGURATION' })
    expect(() => leadershipOf(leader).whileLeading(undefined as never)).toThrow(invalid)
  })

  it.each([
    [
      'throws',
      () => {
        throw new RangeError('not today')
      },
    ],
    ['rejects', () => Promise.reject(new RangeError('not today'))],
  ])('and %s is logged, and the node goes on', async (_how, run) => {
    const { leader } = await begin()
    leadershipOf(leader).whileLeading(run)
    await cluster.pass(10)
    expect(cluster.loggers.get(leader.id)?.logged.filter(({ level }) => level === 'error')).toMatchObject([
      { text: 'what runs while this node leads threw', fields: { group: 'journal', error: { message: 'not today' } } },
    ])
    await cluster.wait(leader.group('journal').propose({ text: 'x' }))
  })
})

it('is told of whatever protocol says who leads', async () => {
  cluster = new TestCluster(sequenced({ members: ['n1', 'n2', 'n3'], stateMachine: journal }))
  const [first, second] = await cluster.startAll(ids)
  await cluster.pass(1000)
  const leads = [first, second].map((node) => leadershipOf(node as JournalNode).now.leads)
  expect(leads.filter(Boolean)).toHaveLength(1)
})
