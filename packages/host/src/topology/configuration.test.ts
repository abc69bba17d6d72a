import { asBytes, atLeast, flexible, InvalidConfigurationError, InvalidNameError, noBytes } from '@quorate/core'
import { memoryStore, memoryTransport, virtualClock } from '@quorate/core/testing'
import { describe, expect, it } from 'vitest'
import { journal } from '../node/cluster.test.fixture.js'
import { sequenced } from '../node/sequencer.test.fixture.js'
import { startNode } from '../node/startNode.js'
import type { Groups, NodeOptions } from './configuration.js'
import { QuorumsDoNotMeetError } from './quorumCheck.js'

const group = sequenced({ members: ['n1', 'n2'], stateMachine: journal })
const [role] = Object.values(group.roles)

/** Options that work, so that one thing at a time can be wrong. Connecting or opening anything is a mistake. */
const options = (change: Partial<NodeOptions<Groups>>): NodeOptions<Groups> => ({
  id: 'n1',
  cluster: 'test',
  groups: { journal: group },
  transport: { connect: () => Promise.reject(new Error('it connected')) },
  store: { open: () => Promise.reject(new Error('it opened the store')) },
  ...change,
})

const withRole = (change: object) => ({ journal: { ...group, roles: { log: { ...role!, ...change } } } })
const withService = (change: object) => ({ journal: { ...group, service: { ...group.service, ...change } } })
const ticking = { deadline: () => undefined, tick: (state: unknown) => state }
const asking = {
  type: 'ask',
  answers: 'log',
  request: asBytes,
  reply: asBytes,
  routing: 'any',
  isIdempotent: () => true,
  limits: { requestBytesMax: 1 },
}
const withLimits = (change: object) => withService({ limits: { ...group.service.limits, ...change } })

describe('options that cannot work are refused before anything is started', () => {
  it.each([
    ['a name that no subject can carry', { id: 'n.1' }, InvalidNameError, 'A-Z a-z 0-9 _ -'],
    ['the name that addresses every node', { id: 'all' }, InvalidNameError, 'every node at once'],
    ['a cluster without a name', { cluster: '' }, InvalidNameError, 'cluster name'],
    ['a group that no subject can carry', { groups: { 'a b': group } }, InvalidNameError, 'group name "a b"'],
    [
      'a state machine with deadlines that does not run where its commands are taken',
      {
        groups: {
          journal: {
            ...group,
            roles: { ...group.roles, learner: { ...role!, nodes: ['n1'] } },
            service: { ...group.service, applies: 'learner', stateMachine: { ...journal, ...ticking } },
          },
        },
      },
      InvalidConfigurationError,
      'let n2 host role learner too',
    ],
    [
      'a state machine with deadlines that takes no ticks',
      { groups: withService({ stateMachine: { ...journal, deadline: () => undefined } }) },
      InvalidConfigurationError,
      'has no tick',
    ],
    [
      'the group of the nodes themselves',
      { groups: { quorate: group } },
      InvalidConfigurationError,
      'no group may be called quorate',
    ],
    [
      'a role of clients',
      { groups: { journal: { ...group, roles: { client: role! } } } },
      InvalidConfigurationError,
      'no role may be called client',
    ],
    [
      'a node that joins a group whose protocol keeps its members',
      { groups: withRole({ joining: ['n3'] }) },
      InvalidConfigurationError,
      'n3 cannot join role log of group journal: protocol sequencer never changes the members of a group',
    ],
    [
      'a node that joins twice',
      { groups: withRole({ joining: ['n3', 'n3'], changesMembers: true }) },
      InvalidConfigurationError,
      'node n3 is listed twice for role log of group journal, among those that join',
    ],
    [
      'a handler that is none',
      { groups: withRole({ handler: 'reply' as never }) },
      InvalidConfigurationError,
      'handler of role log of group journal must be a function from bytes to bytes, not a string',
    ],
    [
      'a group without roles',
      { groups: { journal: { ...group, roles: {} } } },
      InvalidConfigurationError,
      'has no roles',
    ],
    [
      'quorums that do not meet',
      {
        groups: {
          journal: {
            ...group,
            quorums: flexible({ phase1: atLeast(1, ['n1', 'n2']), phase2: atLeast(1, ['n1', 'n2']) }),
          },
        },
      },
      QuorumsDoNotMeetError,
      'no node is in both',
    ],
    ['an unknown id', { id: 'n9' }, InvalidConfigurationError, 'not among n1, n2'],
    [
      'the same node twice',
      { groups: withRole({ nodes: ['n1', 'n2', 'n1'] }) },
      InvalidConfigurationError,
      'n1 is listed twice',
    ],
    ['a role without nodes', { groups: withRole({ nodes: [] }) }, InvalidConfigurationError, 'no node hosts role log'],
    ['a node with a bad name', { groups: withRole({ nodes: ['n1', 'n*'] }) }, InvalidNameError, 'node name "n*"'],
    [
      'a role that there is not',
      { groups: withService({ applies: 'lag' }) },
      InvalidConfigurationError,
      'group journal names lag as the role that applies, and has log',
    ],
    [
      'a role that there is not, to be asked',
      { groups: withService({ type: 'ask', answers: 'oracle', limits: { requestBytesMax: 1 } }) },
      InvalidConfigurationError,
      'group journal names oracle as the role that answers, and has log',
    ],
    [
      'messages of nothing',
      { groups: { journal: { ...group, messageBytesMax: 0 } } },
      InvalidConfigurationError,
      'messageBytesMax of group journal',
    ],
    [
      'a limit of nothing',
      { groups: withLimits({ sessionsMax: 0 }) },
      InvalidConfigurationError,
      'sessionsMax of group journal',
    ],
    [
      'commands larger than messages',
      { groups: withLimits({ commandBytesMax: 2 ** 30 }) },
      InvalidConfigurationError,
      'lower commandBytesMax',
    ],
    [
      'questions larger than messages',
      { groups: withService({ ...asking, limits: { requestBytesMax: 2 ** 30 } }) },
      InvalidConfigurationError,
      'lower requestBytesMax',
    ],
    [
      'a contract that does not say what may be asked twice',
      { groups: withService({ ...asking, isIdempotent: undefined }) },
      InvalidConfigurationError,
      'the contract of group journal must have the functions isIdempotent',
    ],
    [
      'a contract without a codec',
      { groups: withService({ ...asking, reply: { encode: () => noBytes } }) },
      InvalidConfigurationError,
      'reply of the contract of group journal must have the functions decode',
    ],
    [
      'a contract that does not say who is asked',
      { groups: withService({ ...asking, routing: 'nobody' }) },
      InvalidConfigurationError,
      `must be 'leader', 'any', or have the function keyOf, not "nobody"`,
    ],
    [
      'a client without messages',
      { client: { messagesInFlightMax: 0 } },
      InvalidConfigurationError,
      'client.messagesInFlightMax',
    ],
  ])('%s', async (_what, change, kind, text) => {
    const starting = startNode(options(change as Partial<NodeOptions<Groups>>))
    await expect(starting).rejects.toThrow(kind)
    await expect(starting).rejects.toThrow(text)
  })

  it('a bus that carries less than the group says; and nothing stays open', async () => {
    const clock = virtualClock()
    const transport = memoryTransport({ clock, bytesMax: 1000 })
    const store = memoryStore({ clock })
    const starting = startNode({ ...options({}), transport, store })
    await expect(clock.wait(starting, 1000)).rejects.toThrow('raise the limit of the bus')
    await (await store.open({ cluster: 'test', node: 'n1' })).close()
  })

  it('a store that does not open; and the connection is closed', async () => {
    const clock = virtualClock()
    let isClosed = false
    const bus = memoryTransport({ clock })
    const transport: typeof bus = {
      ...bus,
      connect: async (as) => {
        const connection = await bus.connect(as)
        return {
          ...connection,
          close: () => {
            isClosed = true
            return connection.close()
          },
        }
      },
    }
    const starting = startNode({ ...options({}), transport })
    await expect(clock.wait(starting, 1000)).rejects.toThrow('it opened the store')
    expect(isClosed).toBe(true)
  })
})
