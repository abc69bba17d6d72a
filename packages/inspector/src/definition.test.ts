import { json, perKey } from '@quorate/core'
import { createMachine, setup } from '@quorate/core/statechart'
import { server } from '@quorate/raft'
import { describe, expect, test } from 'vitest'
import { definitionOf } from './definition.js'

describe('definitionOf', () => {
  test('a family is one statechart that XState takes, and whose roles lead to one another', () => {
    const chart = JSON.parse(definitionOf(server, 'kv/server/n1'))
    const { root } = createMachine(chart)
    expect(Object.keys(root.states)).toEqual(['follower', 'doubtful', 'candidate', 'leader'])
    const successors = (role: string, state: string) =>
      root.states[role]?.states[state]?.always?.flatMap(({ target }) => target?.map(({ id }) => id))
    expect(successors('follower', 'timedOut')).toEqual(['candidate'])
    expect(successors('follower', 'unsettled')).toEqual(['doubtful'])
    expect(successors('doubtful', 'settled')).toEqual(['follower'])
    expect(successors('candidate', 'won')).toEqual(['leader'])
    expect(successors('candidate', 'timedOut')).toEqual(['candidate'])
    expect(successors('leader', 'deposed')).toEqual(['follower'])
    expect(chart.states.leader.states.deposed.always.description).toBe('the message is handled again')
    expect(chart.states.candidate.states.won.always).not.toHaveProperty('description')
  })

  test('a machine is its own config, with what is inline named, and no functions elsewhere', () => {
    const tick = () => {}
    const machine = setup({ types: {} as { context: { ticks: number } } }).createMachine({
      id: 'clock',
      context: () => ({ ticks: 0 }),
      initial: 'on',
      states: { on: { on: { tick: { guard: () => true, actions: ['count' as never, tick] } } } },
    })
    expect(JSON.parse(definitionOf(machine, 'a'))).toEqual({
      id: 'clock',
      initial: 'on',
      states: { on: { on: { tick: { guard: { type: 'guard' }, actions: ['count', { type: 'tick' }] } } } },
    })
  })

  test('of many small ones at one address it is the chart that each of them has', () => {
    const servers = perKey({
      id: 'servers',
      each: server,
      keyOf: () => 'k',
      input: () => undefined as never,
      row: json<unknown>(),
      refuse: () => undefined,
    })
    expect(JSON.parse(definitionOf(servers, 'a'))).toEqual(JSON.parse(definitionOf(server, 'a')))
    const { states } = JSON.parse(definitionOf(servers.each.roles.leader.actor, 'a'))
    expect(Object.keys(states)).toContain('leading')
  })

  test('what is no statechart, or cannot be written, has its name', () => {
    const meta: { self?: object } = {}
    meta.self = meta
    for (const logic of [{ transition: (count: number) => count }, createMachine({ meta }), undefined]) {
      expect(JSON.parse(definitionOf(logic, 'kv/learner/n1'))).toEqual({ id: 'kv/learner/n1' })
    }
  })
})
