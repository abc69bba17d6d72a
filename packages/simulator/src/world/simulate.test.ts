import type { NodeId } from '@quorate/core'
import { expect, test } from 'vitest'
import type { Script } from '../script/script.js'
import { raftSubject } from '../subject/subjects.test.fixture.js'
import { simulate } from './simulate.js'

const quiet: Script = {
  subject: 'raft',
  nodes: 3,
  seed: 1,
  variant: 1,
  bootstrap: true,
  endUs: 5_000_000,
  steps: [{ atUs: 3_000_000, do: 'operation', client: 'c1', operation: { f: 'write', key: 'x', value: 1 } }],
  messages: new Map(),
  writes: new Map(),
}

test('where nothing else happens a client is served at once', async () => {
  const { history } = await simulate({ subject: raftSubject(), script: quiet })
  expect(history.map(({ type }) => type)).toEqual(['invoke', 'ok'])
  expect((history[1]?.time ?? Number.POSITIVE_INFINITY) / 1e6).toBeLessThan(3100)
})

test('a subject puts adapters around the ports of its nodes, in each of their lives', async () => {
  const opened: NodeId[] = []
  const subject = raftSubject()
  const adapted = {
    ...subject,
    make: (...options: Parameters<typeof subject.make>) => ({
      ...subject.make(...options),
      adapt: (node: NodeId, ports: Parameters<NonNullable<ReturnType<typeof subject.make>['adapt']>>[1]) => ({
        ...ports,
        store: {
          open: (identity: Parameters<typeof ports.store.open>[0]) => {
            opened.push(node)
            return ports.store.open(identity)
          },
        },
      }),
    }),
  }
  const crash = { atUs: 2_000_000, do: 'crash', node: 'n2', afterEffects: 0, forMs: 100, unsynced: 'lost' } as const
  const { history } = await simulate({ subject: adapted, script: { ...quiet, steps: [crash, ...quiet.steps] } })
  expect(opened).toEqual(['n1', 'n2', 'n3', 'n2'])
  expect(history.map(({ type }) => type)).toEqual(['invoke', 'ok'])
})
