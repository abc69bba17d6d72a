import { type GroupDefinition, json, type Message, send } from '@quorate/core'
import { emit, setup } from '@quorate/core/statechart'
import { describe, expect, test } from 'vitest'
import type { SystemStep } from '../actors/actor.js'
import { Names } from './names.js'
import { RoleWalk } from './roleWalk.js'

/** A bell that rings as often as it is told, and one who hears it. */
const bell = setup({
  delays: { hour: 100 },
  actions: { ring: emit(send('g/ear/e1', { type: 'Ding' })) },
}).createMachine({
  id: 'bell',
  initial: 'hanging',
  states: { hanging: { after: { hour: { target: 'hanging', reenter: true, actions: 'ring' } } } },
})
const ear = setup({}).createMachine({ id: 'ear', on: { Ding: { description: 'hears it' } } })

const codec = json<Message>()
const passive = { record: json<unknown>(), input: () => undefined, status: () => ({ state: '', serves: false }) }
const group: GroupDefinition = {
  protocol: 'ringing',
  messages: { types: ['Ding'], encode: codec.encode, decode: (_type, bytes) => codec.decode(bytes) },
  messageBytesMax: 100,
  service: { type: 'none' },
  roles: {
    bell: { ...passive, nodes: ['b1'], logic: () => bell },
    ear: { ...passive, nodes: ['e1'], logic: () => ear },
  },
}

const ring: SystemStep<Message> = { type: 'own', id: '', actor: 'bell/b1', name: 'hour ends' }
const ding = (type: 'receive' | 'repeat' | 'lose'): SystemStep<Message> => {
  return { type, id: '', actor: 'ear/e1', from: 'bell/b1', message: { type: 'Ding' } }
}

/** By its ids, what becomes of messages. */
const walked = (steps: readonly SystemStep<Message>[], isKept = false): readonly string[] => {
  const told: string[] = []
  const settings = { writes: 'atomic', timers: { bell: { hour: 'hours' } } } as const
  const walk = new RoleWalk({
    group,
    names: new Names(group),
    settings,
    isKept,
    listen: (event) => {
      if (event.type === 'sent' || event.type === 'received' || event.type === 'dropped') {
        told.push(`${event.type} ${event.id}`)
      }
      if (event.type === 'step' && event.cause.type === 'message') told.push(`step ${event.cause.id}`)
    },
  })
  for (const step of steps) walk.take(step)
  return told
}

describe('of equal messages on their way', () => {
  const sent = ['sent b1/0/1', 'sent b1/0/2']

  test('each is received once, the oldest first', () => {
    expect(walked([ring, ring, ding('receive'), ding('receive')])).toEqual([
      ...sent,
      ...['received b1/0/1', 'step b1/0/1', 'received b1/0/2', 'step b1/0/2'],
    ])
  })

  test('one that is repeated stays, and one that is lost is gone', () => {
    expect(walked([ring, ring, ding('repeat'), ding('lose'), ding('receive')])).toEqual([
      ...sent,
      ...['received b1/0/1', 'step b1/0/1', 'dropped b1/0/1', 'received b1/0/2', 'step b1/0/2'],
    ])
  })

  test('in a network that keeps them, the first may come again and again', () => {
    expect(walked([ring, ring, ding('receive'), ding('receive')], true)).toEqual([
      ...sent,
      ...['received b1/0/1', 'step b1/0/1', 'received b1/0/1', 'step b1/0/1'],
    ])
  })

  test('what was not sent cannot be received', () => {
    expect(() => walked([ring, ding('receive'), ding('receive')])).toThrow(/nothing like that is on its way/)
  })
})
