import { type AnyEach, again, become, json, perKey } from '@quorate/core'
import { createMachine } from '@quorate/core/statechart'
import { server } from '@quorate/raft'
import { describe, expect, test } from 'vitest'
import { type ChartState, statesOf } from './chart.js'
import { chartOf, type Drawable, isDrawable } from './chartOf.js'
import { acceptor, gate } from './machines.test.fixture.js'

const stateOf = (id: string): ChartState => {
  const state = statesOf(chartOf(gate)).find((each) => each.id === id)
  if (state === undefined) throw new Error(`no state ${id}`)
  return state
}

describe('a machine', () => {
  test('its states, nested, in the order in which they stand', () => {
    expect(statesOf(chartOf(gate)).map(({ id, kind, initial }) => [id, kind, initial])).toEqual([
      ['gate', 'compound', 'gate.closed'],
      ['gate.closed', 'atomic', undefined],
      ['gate.open', 'parallel', undefined],
      ['gate.open.bar', 'compound', 'gate.open.bar.up'],
      ['gate.open.bar.up', 'atomic', undefined],
      ['gate.open.bar.down', 'atomic', undefined],
      ['gate.open.lamp', 'compound', 'gate.open.lamp.green'],
      ['gate.open.lamp.green', 'atomic', undefined],
      ['gate.open.lamp.was', 'history', undefined],
      ['gate.broken', 'final', undefined],
    ])
  })

  test('its name and description', () => {
    expect(chartOf(gate)).toMatchObject({
      name: 'gate',
      kind: 'role',
      initial: 'gate',
      handovers: [],
      description: 'Lets one after the other through.',
    })
  })

  test('what triggers a transition', () => {
    const triggers = ['gate.open', 'gate.open.lamp.green'].flatMap((id) =>
      stateOf(id).transitions.map(({ trigger }) => trigger),
    )
    expect(triggers).toEqual(
      expect.arrayContaining([
        { type: 'event', event: 'Leave' },
        { type: 'done' },
        { type: 'after', delay: 'patience' },
        { type: 'after', delay: '2000' },
        { type: 'always' },
      ]),
    )
  })

  test('guards and actions by name, those of XState with what they join, and what has none as inline', () => {
    const [open, ignored] = stateOf('gate.closed').transitions
    expect(open).toMatchObject({
      guard: 'and(isPaid, not(isLate))',
      actions: ['lift', 'assign'],
      targets: ['gate.open'],
    })
    expect(ignored).toMatchObject({ guard: undefined, actions: [], targets: [], description: 'pay first' })
    expect(stateOf('gate.open.bar.up').transitions).toMatchObject([{ actions: ['inline'], reenter: true }])
    expect(stateOf('gate.open.lamp.green').transitions).toMatchObject([{ guard: 'inline', targets: ['gate.broken'] }])
  })

  test('entry and exit as they were written, without the timers that XState adds', () => {
    expect(stateOf('gate')).toMatchObject({ entry: ['greet'], exit: [] })
    expect(stateOf('gate.open')).toMatchObject({ entry: [], exit: ['lower'] })
  })

  test('one state alone', () => {
    expect(chartOf(acceptor).roots).toMatchObject([{ id: 'acceptor', kind: 'atomic', states: [] }])
  })
})

describe('a family', () => {
  test('the table: who follows whom, and who handles the message again', () => {
    const { name, kind, initial, roots, handovers } = chartOf(server)
    expect({ name, kind, initial, roles: roots.map(({ id }) => id) }).toEqual({
      name: 'raft',
      kind: 'family',
      initial: 'follower',
      roles: ['follower', 'doubtful', 'candidate', 'leader'],
    })
    expect(handovers).toEqual([
      { source: 'follower.timedOut', target: 'candidate', again: false },
      { source: 'follower.outdated', target: 'follower', again: true },
      { source: 'follower.unsettled', target: 'doubtful', again: false },
      { source: 'doubtful.settled', target: 'follower', again: false },
      { source: 'candidate.won', target: 'leader', again: false },
      { source: 'candidate.lost', target: 'follower', again: true },
      { source: 'candidate.timedOut', target: 'candidate', again: false },
      { source: 'leader.deposed', target: 'follower', again: true },
    ])
  })

  test('a role bears the name that it has in the table, not its machine', () => {
    const clock = createMachine({ id: 'clock', initial: 'a', states: { a: { on: { Go: 'b' } }, b: { type: 'final' } } })
    const family = become({
      id: 'clocks',
      initial: 'left',
      roles: { left: { actor: clock, on: { b: again('left') } } },
    })
    const { roots, handovers } = chartOf(family)
    expect(roots).toMatchObject([{ id: 'left', name: 'left', initial: 'left.a' }])
    expect(handovers).toEqual([{ source: 'left.b', target: 'left', again: true }])
  })
})

describe('many of one chart at one address', () => {
  const keyed = <Each extends AnyEach>(each: Each) =>
    perKey({
      id: 'many',
      each,
      keyOf: () => 'k',
      input: () => undefined as never,
      row: json<unknown>(),
      refuse: () => undefined,
    })

  test('are drawn as that chart, under their own name', () => {
    for (const each of [gate, server]) {
      expect(isDrawable(keyed(each))).toBe(true)
      expect(chartOf(keyed(each) as unknown as Drawable)).toMatchObject({ ...chartOf(each), ...named(each) })
    }
  })

  const named = (each: object) =>
    each === gate ? { name: 'many', initial: 'many', roots: [{ id: 'many' }] } : { name: 'many' }
})

test.each([
  ['a machine', gate, true],
  ['a family', server, true],
  ['nothing', undefined, false],
  ['null', null, false],
  ['a function', () => gate, false],
  ['a config', gate.config, false],
  ['a group', { id: 'g', initial: 'x', roles: { server: { logic: gate } } }, false],
  ['an empty family', { id: 'g', initial: 'x', roles: {} }, false],
])('can be drawn: %s', (_title, value, expected) => {
  expect(isDrawable(value)).toBe(expected)
})
