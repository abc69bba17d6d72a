import { describe, expect, test } from 'vitest'
import type { GroupDefinition } from '../group/protocol.js'
import type { Message } from '../log/message.js'
import { ignore } from '../role/rules.js'
import { assign, emit, setup } from '../role/statechart.js'
import { json } from '../stateMachine/stateMachine.js'
import { checkMachine } from '../testing/checkMachine/checkMachine.js'
import { Stage } from '../testing/stage.js'
import type { NodeId } from '../values/address.js'
import type { Effect, PeerFound, PeerLost, Received } from './effect.js'
import { awaitedBy, stillSuspected, suspectedAfter } from './suspicion.js'

/** Follows n1 until it is told to follow another; campaigns when that one seems to be gone. */
interface Follower {
  readonly leader: NodeId
}
type Lead = { readonly type: 'Lead' }
type Event = Received<Lead> | PeerLost | PeerFound
const follower = setup({
  types: {} as { context: Follower; events: Event; input: Follower; emitted: Effect<Message> },
  actions: {
    follow: assign(({ event }) => ({ leader: (event as Received<Lead>).from.split('/')[2] as NodeId })),
    ask: emit({ type: 'send', to: 'g/follower/all', message: { type: 'Lead' } }),
  },
}).createMachine({
  id: 'follower',
  context: ({ input }) => input,
  initial: 'following',
  on: { Lead: { actions: 'follow', target: '.following' } },
  states: {
    following: { on: { 'peer.lost': { actions: 'ask', target: 'campaigning' }, 'peer.found': ignore('none is lost') } },
    campaigning: { on: { 'peer.lost': ignore('it campaigns'), 'peer.found': 'following' } },
  },
})

const codec = json<Message>()
const group: GroupDefinition = {
  protocol: 'follow',
  messages: { types: ['Lead'], encode: codec.encode, decode: (_type, bytes) => codec.decode(bytes) },
  messageBytesMax: 1,
  service: { type: 'none' },
  roles: {
    follower: {
      nodes: ['n1', 'n2', 'n3'],
      record: codec as never,
      logic: () => follower,
      input: () => ({ leader: 'n1' }),
      awaits: (snapshot) => {
        const { leader } = (snapshot as { readonly context: Follower }).context
        return [leader, leader]
      },
      status: () => ({ state: '', serves: false }),
    },
  },
}

test('both events are cells of a role that hears them, as any other', () => {
  checkMachine(follower, { Lead: 'message', 'peer.lost': 'local', 'peer.found': 'local' })
})

describe('an actor', () => {
  const on = (node: NodeId) => {
    const stage = new Stage(group)
    return { stage, actor: stage.actor('follower', node) }
  }

  test('awaits each node once, and never its own', () => {
    expect(on('n2').actor.awaited).toEqual(['n1'])
    expect(on('n1').actor.awaited).toEqual([])
  })

  test('is told that a node is lost, rightly or not, and that it is found', () => {
    const { stage, actor } = on('n2')
    actor.lose('n1')
    expect(actor.driven?.state).toBe('campaigning')
    expect(stage.packets.map(({ to }) => to)).toEqual(['g/follower/n1', 'g/follower/n3'])
    expect(actor.suspected).toEqual(['n1'])
    expect(() => actor.lose('n1')).toThrow(/is not to be told that n1 is peer.lost/)
    actor.find('n1')
    expect([actor.driven?.state, actor.suspected]).toEqual(['following', []])
    expect(() => actor.find('n1')).toThrow(/is not to be told that n1 is peer.found/)
  })

  test('is told nothing of those that it does not await', () => {
    expect(() => on('n2').actor.lose('n3')).toThrow(/is not to be told that n3/)
    expect(() => on('n1').actor.lose('n1')).toThrow(/is not to be told/)
  })

  test('that awaits another has forgotten whom it suspected, and so has one that crashed', () => {
    const { actor } = on('n2')
    actor.lose('n1')
    actor.receive({ from: 'g/follower/n3', to: actor.address, message: { type: 'Lead' } })
    expect([actor.awaited, actor.suspected]).toEqual([['n3'], []])
    actor.lose('n3')
    actor.crash()
    expect([actor.awaited, actor.suspected]).toEqual([[], []])
    actor.start()
    expect([actor.awaited, actor.suspected]).toEqual([['n1'], []])
  })
})

test('suspicion, as a function: what is news is taken, in the order of names', () => {
  const lost = (node: NodeId): PeerLost => ({ type: 'peer.lost', node })
  const found = (node: NodeId): PeerFound => ({ type: 'peer.found', node })
  expect(suspectedAfter(lost('n1'), ['n1', 'n2'], ['n2'])).toEqual(['n1', 'n2'])
  expect(suspectedAfter(lost('n2'), ['n1', 'n2'], ['n2'])).toBeUndefined()
  expect(suspectedAfter(lost('n3'), ['n1', 'n2'], [])).toBeUndefined()
  expect(suspectedAfter(found('n2'), ['n1', 'n2'], ['n1', 'n2'])).toEqual(['n1'])
  expect(suspectedAfter(found('n1'), ['n1'], [])).toBeUndefined()
  expect(stillSuspected(['n1', 'n2'], ['n2', 'n3'])).toEqual(['n2'])
  expect(awaitedBy({ ...group.roles['follower']!, awaits: undefined } as never, {}, 'n1')).toEqual([])
})
