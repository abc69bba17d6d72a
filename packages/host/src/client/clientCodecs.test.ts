import { json, type LogService, type StateMachine } from '@quorate/core'
import { afterEach, describe, expect, it } from 'vitest'
import { TestCluster } from '../node/cluster.test.fixture.js'
import { sequenced } from '../node/sequencer.test.fixture.js'
import { encoded } from './clientCodecs.js'

/** Bytes as they are: no codec looks at what a caller gives. */
const raw: StateMachine<Uint8Array> = {
  initial: () => new Uint8Array(0),
  apply: (_state, command) => ({ state: command, result: command }),
  query: (state) => state,
  snapshot: (state) => state,
  restore: (bytes) => bytes,
}

let cluster: TestCluster<LogService<typeof raw>> | undefined

afterEach(async () => {
  await cluster?.stopAll()
  cluster = undefined
})

describe('a value that is none', () => {
  it.each([null, undefined, 5, 'text', {}, Symbol('s'), 10n])(
    '%s as a command or a query is refused to its caller with its code',
    async (value) => {
      cluster = new TestCluster(sequenced({ members: ['n1'], stateMachine: raw }))
      const [node] = await cluster.startAll(['n1'])
      const group = node!.group('journal')
      const given = value as never
      for (const call of [() => group.propose(given), () => group.query(given)]) {
        await expect(cluster.wait<unknown>(call())).rejects.toMatchObject({ code: 'QUORATE_UNENCODABLE_VALUE' })
      }
      await cluster.wait(group.propose(new Uint8Array([1])))
      expect(node!.status().state).toBe('running')
    },
  )

  it('says what a codec threw, in one line and as its cause', () => {
    const circular: Record<string, unknown> = {}
    circular['self'] = circular
    expect(() => encoded(json(), circular)).toThrow(
      expect.objectContaining({
        code: 'QUORATE_UNENCODABLE_VALUE',
        message: expect.stringMatching(/^expected .* \(Converting circular structure to JSON\), found .*$/),
        cause: expect.any(TypeError),
      }),
    )
  })
})
