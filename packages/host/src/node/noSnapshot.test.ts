import { afterEach, expect, it } from 'vitest'
import { connectClient } from '../client/connectClient.js'
import { journal, TestCluster } from './cluster.test.fixture.js'
import { sequenced } from './sequencer.test.fixture.js'

let cluster: TestCluster

afterEach(() => cluster.stopAll())

it('a log that no snapshot shortens: clients are told why nothing is taken, new ones too, and status tells what was thrown', async () => {
  const broken = {
    ...journal,
    snapshot: () => {
      throw new RangeError('Invalid string length')
    },
  }
  const limits = { snapshotEveryEntries: 4 }
  cluster = new TestCluster(sequenced({ members: ['n1'], stateMachine: broken, limits }))
  const [node] = await cluster.startAll(['n1'])
  const connect = () =>
    cluster.wait(
      connectClient({
        transport: cluster.bus,
        cluster: 'test',
        group: 'journal',
        stateMachine: journal,
        clock: cluster.clock,
        deadlineMs: 3000,
      }),
    )
  const client = await connect()
  const failure = () => node!.status().groups.journal?.snapshotFailure
  await cluster.wait(client.propose({ text: 'a' }))
  await cluster.wait(Promise.all(Array.from({ length: 8 }, () => client.propose({ text: 'b' }))))
  expect(failure()).toMatchObject({ reason: 'Invalid string length', isLogFull: false })

  const refused = {
    code: 'QUORATE_OVERLOADED',
    message: expect.stringMatching(
      /^not executed: node n1 takes no more commands, because its state machine gives no snapshot .* quorate status tells what snapshot threw/,
    ),
  }
  const proposeUntilRefused = async () => {
    for (let at = 0; at < 100; at++) await cluster.wait(client.propose({ text: 'c' }))
  }
  await expect(proposeUntilRefused()).rejects.toMatchObject(refused)
  expect(failure()).toMatchObject({ reason: 'Invalid string length', isLogFull: true })
  const late = await connect()
  await expect(cluster.wait(late.propose({ text: 'd' }))).rejects.toMatchObject(refused)
  // Reads are served all the same.
  expect(await cluster.wait(late.query(0))).toBe('a')
  for (const each of [client, late]) await cluster.wait(each.close())
})
