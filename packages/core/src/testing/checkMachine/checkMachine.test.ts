import { describe, expect, test } from 'vitest'
import {
  type AnyStateMachine,
  and,
  assign,
  cancel,
  emit,
  enqueueActions,
  log,
  not,
  raise,
  sendTo,
  setup,
  spawnChild,
  stopChild,
} from 'xstate'
import { become } from '../../role/become.js'
import { candidate, events as electionEvents, follower, leader, server } from '../../role/miniRaft.test.fixture.js'
import { ignore, rulesFor } from '../../role/rules.js'
import { checkFamily, checkMachine } from './checkMachine.js'
import { type MachineDefectKind, MachineDefectsError } from './checkMachineParts.js'

type Event = { type: 'Ask'; count: number } | { type: 'Tell' } | { type: 'client.read' }
const on = rulesFor<{ count: number }, Event>()
const events = { Ask: 'message', Tell: 'message', 'client.read': 'local' } as const

const child = setup({}).createMachine({})
const implementations = {
  delays: { pause: 10 },
  guards: {
    isNewer: on('Ask', (self, { count }) => count > self.count),
    isEmpty: ({ context }: { context: { count: number } }) => context.count === 0,
    isTold: on('Tell', () => true),
    isNotTold: not(on('Tell', () => true)),
    isNewerAndNamed: and(['isNewer', 'isEmpty']),
    isToldAndNamed: and(['isTold', 'isEmpty']),
    namesNothing: and(['isEmpty', 'misspelt']),
  },
  actions: {
    count: assign(on('Ask', (_self, { count }) => ({ count }))),
    countByField: assign({ count: on('Ask', (_self, { count }) => count) }),
    reply: emit(on('Ask', () => ({ type: 'send' }))),
    reset: assign({ count: 0 }),
    persist: emit({ type: 'persist' }),
  },
}

type Config = Record<string, unknown>
const told = ignore('nobody asked')
const cells = { Ask: ignore('busy'), Tell: told, 'client.read': ignore('no state') }
const resting = { on: cells }

/** A machine without a defect, and what a trap changes: fields of its state `waiting`, states beside it, the root. */
function machine(waiting: Config = {}, states: Config = {}, root: Config = {}, more: Config = {}): AnyStateMachine {
  const config = {
    id: 'role',
    context: { count: 0 },
    initial: 'waiting',
    ...root,
    states: {
      waiting: {
        entry: 'persist',
        after: {
          pause: [
            { guard: 'isEmpty', target: 'over' },
            { target: 'waiting', reenter: true },
          ],
        },
        on: {
          ...cells,
          Ask: [{ guard: 'isNewer', actions: ['count', 'countByField', 'reply'] }, ignore('an old one')],
        },
        ...waiting,
      },
      over: { type: 'final' },
      ...states,
    },
  }
  return setup({ ...implementations, ...more } as never).createMachine(config as never) as unknown as AnyStateMachine
}

/** In the state `waiting`, all cells as they should be but these. */
const cell = (changed: Config, after?: Config) => machine({ on: { ...cells, ...changed }, ...(after && { after }) })
const withAction = (action: unknown) => machine({}, {}, {}, { actions: { ...implementations.actions, unused: action } })

const found = (role: AnyStateMachine): readonly unknown[] => {
  try {
    checkMachine(role, events)
    return []
  } catch (error) {
    if (!(error instanceof MachineDefectsError)) throw error
    return error.defects.map(({ kind, state, at }) => [kind, state, at])
  }
}

describe('checkMachine passes', () => {
  const region = { initial: 'on', states: { on: resting } }
  test.each<[string, AnyStateMachine]>([
    ['a role without a defect', machine()],
    ['a role of one state', machine({}, {}, { on: cells })],
    [
      'a guard with static parameters',
      cell({ Tell: [{ guard: { type: 'isTold', params: {} }, target: 'over' }, told] }),
    ],
    ['a guard made of others', cell({ Ask: [{ guard: 'isNewerAndNamed', target: 'over' }, told] })],
    ['an event that an ancestor decides', machine({ on: {} }, {}, { on: cells })],
    ['a state that is left at once', machine({ on: { ...cells, Tell: 'brief' } }, { brief: { always: 'over' } })],
    ['a guarded `always`', machine({ always: { guard: 'isEmpty', target: 'over' } })],
    ['parallel regions that decide', machine({ type: 'parallel', states: { a: region, b: region }, on: {} })],
    ['parallel regions whose parent decides', machine({ type: 'parallel', states: { a: {}, b: {} } })],
    [
      'a state reached by a transition of its parent, which is only entered through another child',
      machine(
        { on: { ...cells, Tell: 'far.deep' } },
        { far: { initial: 'deep', on: { ...cells, Tell: '.near' }, states: { near: {}, deep: {} } } },
      ),
    ],
    [
      'an inner final state that is left at once',
      machine({ initial: 'x', states: { x: { on: { Tell: 'y' } }, y: { type: 'final' } }, onDone: 'over', on: cells }),
    ],
  ])('%s', (_name, role) => {
    expect(found(role)).toEqual([])
  })

  test('every role of an election', () => {
    checkMachine(follower, electionEvents)
    checkMachine(candidate, electionEvents)
    checkMachine(leader, electionEvents)
    checkFamily(server, electionEvents)
  })
})

type Trap = [name: string, role: AnyStateMachine, kind: MachineDefectKind, state: string, at: string | undefined]

const inWaiting = 'role.waiting'
const traps: readonly Trap[] = [
  [
    'a cell that is not decided',
    machine({}, { over: {} }, { on: { Ask: told, Tell: told } }),
    'undecided',
    'role.over',
    'on client.read',
  ],
  [
    'a cell that one of two parallel regions decides for both',
    machine({ type: 'parallel', states: { a: { on: { Tell: told } }, b: {} } }),
    'undecided',
    'role.waiting.b',
    'on Tell',
  ],
  [
    'a cell of an inner final state in which the machine rests',
    machine({
      initial: 'x',
      states: { x: { on: { Ask: told, Tell: 'y' } }, y: { type: 'final' } },
      on: { Tell: told, 'client.read': told },
    }),
    'undecided',
    'role.waiting.y',
    'on Ask',
  ],
  [
    'a cell whose only candidate has a guard',
    cell({ Ask: { guard: 'isNewer', actions: 'count' } }),
    'guardedLast',
    inWaiting,
    'on Ask',
  ],
  [
    'a guarded cell beneath a parent that would handle the event by accident',
    machine({ on: { Ask: { guard: 'isNewer', actions: 'count' } } }, {}, { on: cells }),
    'guardedLast',
    inWaiting,
    'on Ask',
  ],
  [
    'a candidate that is never tried',
    cell({ Ask: [{ actions: 'count' }, { guard: 'isNewer', actions: 'reply' }] }),
    'neverTried',
    inWaiting,
    'on Ask',
  ],
  ['an empty cell without a reason', cell({ Ask: {} }), 'unexplained', inWaiting, 'on Ask'],
  ['a wildcard', cell({ '*': told }), 'wildcard', inWaiting, 'on *'],
  ['a partial wildcard', cell({ 'client.*': told }), 'wildcard', inWaiting, 'on client.*'],
  ['a misspelt event', cell({ Asks: told }), 'unknownEvent', inWaiting, 'on Asks'],
  [
    'a self-target that does not re-enter',
    cell({ Ask: { target: 'waiting', actions: 'count' } }),
    'notReentered',
    inWaiting,
    'on Ask',
  ],
  [
    'a re-entry without a target',
    cell({ Ask: { reenter: true, actions: 'count' } }),
    'reenterNothing',
    inWaiting,
    'on Ask',
  ],
  [
    'a timer that does not restart',
    cell({ Tell: 'over' }, { pause: { target: 'waiting' } }),
    'notReentered',
    inWaiting,
    'after pause',
  ],
  [
    'a timer that a guard can lose',
    machine({ after: { pause: { guard: 'isEmpty', target: 'over' } } }),
    'lostTimer',
    inWaiting,
    'after pause',
  ],
  [
    'a timer that acts and is not set again',
    cell({ Tell: 'over' }, { pause: { actions: 'reset' } }),
    'lostTimer',
    inWaiting,
    'after pause',
  ],
  [
    'a timer that is ignored when a guard fails',
    machine({ after: { pause: [{ guard: 'isEmpty', target: 'over' }, told] } }),
    'lostTimer',
    inWaiting,
    'after pause',
  ],
  ['a delay in place', machine({ after: { 10: 'over' } }), 'unnamedDelay', inWaiting, 'after 10'],
  ['a misspelt delay', machine({ after: { pauses: 'over' } }), 'unknownDelay', inWaiting, 'after pauses'],
  [
    'a misspelt initial state',
    machine({ initial: 'x', states: { y: { ...resting, type: 'parallel' } } }),
    'unknownInitial',
    inWaiting,
    'initial',
  ],
  ['a guard in place', cell({ Ask: [{ guard: () => true, target: 'over' }, told] }), 'inline', inWaiting, 'on Ask'],
  [
    'guards joined in place',
    cell({ Ask: [{ guard: and(['isNewer', 'isEmpty']), target: 'over' }, told] }),
    'inline',
    inWaiting,
    'on Ask',
  ],
  ['an action in place', cell({ Ask: { actions: () => {} } }), 'inline', inWaiting, 'on Ask'],
  ['an assign in place', cell({ Ask: { actions: ['reply', assign({ count: 1 })] } }), 'inline', inWaiting, 'on Ask'],
  ['an emit in place, on entry', machine({ entry: emit({ type: 'persist' }) }), 'inline', inWaiting, 'entry'],
  ['an action in place, on exit', machine({ exit: [() => {}] }), 'inline', inWaiting, 'exit'],
  [
    'an action in place, after a delay',
    machine({ after: { pause: { target: 'over', actions: () => {} } } }),
    'inline',
    inWaiting,
    'after pause',
  ],
  [
    'an action in place, always',
    machine({ always: { guard: 'isEmpty', actions: () => {} } }),
    'inline',
    inWaiting,
    'always',
  ],
  [
    'an action in place, at the beginning',
    machine({}, {}, { initial: { target: 'waiting', actions: () => {} } }),
    'inline',
    'role',
    'initial',
  ],
  [
    'parameters computed in place',
    cell({ Ask: { actions: { type: 'count', params: () => ({}) } } }),
    'inline',
    inWaiting,
    'on Ask',
  ],
  [
    'a misspelt guard',
    cell({ Ask: [{ guard: 'isNewwer', target: 'over' }, told] }),
    'unknownName',
    inWaiting,
    'on Ask',
  ],
  [
    'a misspelt guard among joined ones',
    cell({ Ask: [{ guard: 'namesNothing', target: 'over' }, told] }),
    'unknownName',
    inWaiting,
    'on Ask',
  ],
  ['a misspelt action', cell({ Ask: { actions: 'coumt' } }), 'unknownName', inWaiting, 'on Ask'],
  [
    'a misspelt action with parameters',
    cell({ Ask: { actions: { type: 'coumt' } } }),
    'unknownName',
    inWaiting,
    'on Ask',
  ],
  [
    'an action named as a method of all objects',
    cell({ Ask: { actions: 'toString' } }),
    'unknownName',
    inWaiting,
    'on Ask',
  ],
  [
    'a guard under another event',
    cell({ Ask: [{ guard: 'isTold', target: 'over' }, told] }),
    'misplacedRule',
    inWaiting,
    'on Ask',
  ],
  [
    'a negated guard under another event',
    cell({ Ask: [{ guard: 'isNotTold', target: 'over' }, told] }),
    'misplacedRule',
    inWaiting,
    'on Ask',
  ],
  [
    'joined guards under another event',
    cell({ Ask: [{ guard: 'isToldAndNamed', target: 'over' }, told] }),
    'misplacedRule',
    inWaiting,
    'on Ask',
  ],
  ['an assign under another event', cell({ Tell: { actions: 'count' } }), 'misplacedRule', inWaiting, 'on Tell'],
  [
    'an assign of one field under another event',
    cell({ Tell: { actions: 'countByField' } }),
    'misplacedRule',
    inWaiting,
    'on Tell',
  ],
  ['an emit under another event', cell({ Tell: { actions: 'reply' } }), 'misplacedRule', inWaiting, 'on Tell'],
  ['a rule about an event on entry', machine({ entry: 'reply' }), 'misplacedRule', inWaiting, 'entry'],
  ['a rule about an event on exit', machine({ exit: 'reply' }), 'misplacedRule', inWaiting, 'exit'],
  [
    'a rule about an event after a delay',
    machine({ after: { pause: { target: 'over', actions: 'reply' } } }),
    'misplacedRule',
    inWaiting,
    'after pause',
  ],
  [
    'a rule about an event always',
    machine({ always: { guard: 'isTold', target: 'over' } }),
    'misplacedRule',
    inWaiting,
    'always',
  ],
  [
    'a rule about an event when an inner state is done',
    machine({ initial: 'x', states: { x: { type: 'final' } }, onDone: { target: 'over', actions: 'reply' } }),
    'misplacedRule',
    inWaiting,
    'xstate.done.state.role.waiting',
  ],
  ['a function as an action', withAction(() => {}), 'forbiddenAction', 'role', undefined],
  ['raise', withAction(raise({ type: 'Tell' })), 'forbiddenAction', 'role', undefined],
  ['sendTo', withAction(sendTo('x' as never, { type: 'Tell' } as never)), 'forbiddenAction', 'role', undefined],
  ['enqueueActions', withAction(enqueueActions(() => {})), 'forbiddenAction', 'role', undefined],
  ['log', withAction(log('text')), 'forbiddenAction', 'role', undefined],
  ['cancel', withAction(cancel('x')), 'forbiddenAction', 'role', undefined],
  ['spawnChild', withAction(spawnChild(child)), 'forbiddenAction', 'role', undefined],
  ['stopChild', withAction(stopChild('x')), 'forbiddenAction', 'role', undefined],
  ['an invoked actor', machine({ invoke: { src: child } }), 'invokes', inWaiting, undefined],
  ['a state that no path leads to', machine({}, { island: resting }), 'unreachable', 'role.island', undefined],
  [
    'a state that only leads to itself',
    machine({}, { island: { on: { ...cells, Ask: { target: 'island', reenter: true } } } }),
    'unreachable',
    'role.island',
    undefined,
  ],
  [
    'a state that only a candidate leads to that is never tried',
    machine({ after: { pause: [{ target: 'over' }, { target: 'island' }] } }, { island: resting }),
    'unreachable',
    'role.island',
    undefined,
  ],
]

test.each(traps)('checkMachine names %s', (_name, role, kind, state, at) => {
  expect(found(role)).toEqual([[kind, state, at]])
})

test('every kind of defect has a trap of its own above', () => {
  // Held by the compiler: a new kind must be added here, and this test then asks for its trap.
  const kinds: Record<MachineDefectKind, true> = {
    undecided: true,
    guardedLast: true,
    neverTried: true,
    unexplained: true,
    wildcard: true,
    unknownEvent: true,
    notReentered: true,
    reenterNothing: true,
    lostTimer: true,
    unnamedDelay: true,
    unknownDelay: true,
    unknownInitial: true,
    inline: true,
    unknownName: true,
    misplacedRule: true,
    forbiddenAction: true,
    invokes: true,
    unreachable: true,
  }
  expect([...new Set(traps.map(([, , kind]) => kind))].sort()).toEqual(Object.keys(kinds).sort())
})

test('a misspelt target is found by XState itself', () => {
  expect(() => cell({ Ask: 'ovver' })).toThrow("Child state 'ovver' does not exist on 'role'")
})

describe('the error', () => {
  test('lists all defects, each with its place and its cure', () => {
    const role = machine({ on: { ...cells, Asks: told } }, { island: { on: { Ask: told, Tell: told } } })
    expect(() => checkMachine(role, events)).toThrow(
      [
        'role has 3 defect(s):',
        "  role.island, on client.read: no transition, here or in an ancestor; handle it, or say why not with ignore('...'): the host may tell it in any state (undecided)",
        '  role.waiting, on Asks: this role has no such event; use one of Ask, Tell, client.read (unknownEvent)',
        '  role.island: no path leads here from the initial state; add the transition that is missing, or take the state out (unreachable)',
      ].join('\n'),
    )
    expect(() => checkMachine(role, events)).toThrow(expect.objectContaining({ code: 'QUORATE_MACHINE_DEFECTS' }))
  })

  test('of a family names the roles', () => {
    const hasty = setup({ delays: {} }).createMachine({ id: 'hasty', context: {}, on: electionCells } as never)
    const family = become({
      id: 'family',
      initial: 'a',
      roles: { a: { actor: hasty, on: {} }, b: { actor: machine(), on: { over: 'a' } } },
    } as never)
    expect(() => checkFamily(family as never, electionEvents as never)).toThrow(
      /family has \d+ defect\(s\):\n.* role\.waiting/s,
    )
  })
})

const electionCells = Object.fromEntries(Object.keys(electionEvents).map((event) => [event, told]))

export function refused() {
  // @ts-expect-error an event is missing from the list
  checkMachine(follower, { Vote: 'message' })
  // @ts-expect-error no such event
  checkMachine(follower, { ...electionEvents, Nope: 'message' })
  const { Vote, ...incomplete } = electionEvents
  // @ts-expect-error an event of the family is missing from the list
  checkFamily(server, incomplete)
  return Vote
}
