import { describe, expect, test, vi } from 'vitest'
import { assign, createActor, emit, setup, spawnChild } from 'xstate'
import { BrokenInvariantError, InvalidConfigurationError } from '../errors/errors.js'
import { again, become } from './become.js'
import { candidate, type Emitted, follower, leader, type Server, server } from './miniRaft.test.fixture.js'
import { stepper } from './stepper.js'

const input: Server = { currentTerm: 0, votedFor: undefined }
const requestVote = (term: number) => ({ type: 'RequestVote', from: 'g/server/n2', term }) as const
const vote = (term: number) => ({ type: 'Vote', from: 'g/server/n2', term }) as const
const heartbeat = (term: number) => ({ type: 'Heartbeat', from: 'g/server/n2', term }) as const
const electionTimer = 'xstate.after.electionTimeout.follower.following'

const raft = stepper(server)
const followerSnapshot = () => raft.initial(input)[0]
const candidateSnapshot = () => raft.fire(followerSnapshot(), electionTimer)[0]
const leaderSnapshot = () => raft.step(candidateSnapshot(), vote(1))[0]

describe('roles take turns', () => {
  test('the output of a role is the input of the next, and the value names the role', () => {
    expect(followerSnapshot().value).toEqual({ follower: 'following' })
    expect(candidateSnapshot().value).toEqual({ candidate: 'campaigning' })
    expect(candidateSnapshot().context).toEqual({ currentTerm: 1, votedFor: 'myself', votes: [] })
    expect(leaderSnapshot()).toMatchObject({ status: 'active', role: 'leader', context: { currentTerm: 1, beats: 0 } })
  })

  test('what the leaver and the enterer do comes in that order, and the timers of the leaver are cancelled', () => {
    const [, outcomes] = raft.step(candidateSnapshot(), vote(1))
    expect(outcomes).toEqual([
      { type: 'cancel', timer: 'xstate.after.electionTimeout.candidate.campaigning' },
      { type: 'effect', effect: { type: 'send', to: 'g/server/all', message: { type: 'Heartbeat', term: 1 } } },
      { type: 'schedule', timer: 'xstate.after.heartbeat.leader.leading', delayMs: 50 },
    ])
  })

  test('`again` lets the successor handle the event', () => {
    const [deposed, outcomes] = raft.step(leaderSnapshot(), requestVote(2))
    expect(deposed).toMatchObject({ role: 'follower', context: { currentTerm: 2, votedFor: 'g/server/n2' } })
    expect(outcomes).toContainEqual({
      type: 'effect',
      effect: { type: 'send', to: 'g/server/n2', message: { type: 'Vote', term: 2 } },
    })
  })

  test('without `again` it does not', () => {
    const once = become({
      ...server,
      roles: { ...server.roles, leader: { actor: leader, on: { deposed: 'follower' } } },
    })
    const machine = stepper(once)
    const [timedOut] = machine.fire(machine.initial(input)[0], electionTimer)
    const [leading] = machine.step(timedOut, vote(1))
    expect(machine.step(leading, requestVote(2))[0]).toMatchObject({ role: 'follower', context: { currentTerm: 1 } })
  })

  test('the event of a timer is never handled again', () => {
    const eager = setup({
      types: {} as { input: Server; output: Server; events: { type: 'never' } },
      delays: { pause: 10 },
    }).createMachine({
      id: 'eager',
      context: {},
      initial: 'waiting',
      states: { waiting: { after: { pause: 'over' } }, over: { type: 'final' } },
      output: input,
    })
    const nosy = setup({
      types: {} as { context: { seen: number }; input: Server; output: Server; events: { type: 'never' } },
      actions: { see: assign({ seen: ({ context }) => context.seen + 1 }) },
    }).createMachine({ id: 'nosy', context: { seen: 0 }, on: { '*': { actions: 'see' } } })
    const machine = stepper(
      become({
        id: 'x',
        initial: 'eager',
        roles: { eager: { actor: eager, on: { over: again('nosy') } }, nosy: { actor: nosy, on: {} } },
      }),
    )
    expect(machine.fire(machine.initial(input)[0], 'xstate.after.pause.eager.waiting')[0].context).toEqual({ seen: 0 })
  })

  test('an unchanged step gives the same snapshot', () => {
    const snapshot = followerSnapshot()
    expect(raft.step(snapshot, vote(0))[0]).toBe(snapshot)
  })
})

describe('within one step', () => {
  const brief = (id: string) =>
    setup({ types: {} as { input: unknown; output: unknown } }).createMachine({
      id,
      context: {},
      initial: 'over',
      states: { over: { type: 'final' } },
      output: id,
    })

  test('a role that has its turn twice is a broken invariant', () => {
    const restless = become({
      id: 'restless',
      initial: 'a',
      roles: { a: { actor: brief('a'), on: { over: 'b' } }, b: { actor: brief('b'), on: { over: 'a' } } },
    })
    expect(() => stepper(restless).initial(undefined)).toThrow(BrokenInvariantError)
    expect(() => stepper(restless).initial(undefined)).toThrow('restless: the turn of a came twice in one step (a, b)')
  })

  test('several roles may each have one, and a role may succeed itself', () => {
    const chain = become({
      id: 'chain',
      initial: 'a',
      roles: {
        a: { actor: brief('a'), on: { over: 'b' } },
        b: { actor: brief('b'), on: { over: 'rest' } },
        rest: { actor: setup({}).createMachine({ id: 'rest', context: {} }), on: {} },
      },
    })
    expect(stepper(chain).initial(undefined)[0].role).toBe('rest')
    const [second] = raft.fire(candidateSnapshot(), 'xstate.after.electionTimeout.candidate.campaigning')
    expect(second).toMatchObject({ role: 'candidate', context: { currentTerm: 2 } })
  })
})

describe('provide', () => {
  test('replaces the delays of one role, and keeps the others', () => {
    const drawn = [163, 171]
    const provided = server.provide({ follower: { delays: { electionTimeout: () => drawn.shift() ?? 0 } } })
    const machine = stepper(provided)
    const [first, started] = machine.initial(input)
    expect(started).toEqual([{ type: 'schedule', timer: electionTimer, delayMs: 163 }])
    expect(machine.step(first, heartbeat(0))[1]).toContainEqual({
      type: 'schedule',
      timer: electionTimer,
      delayMs: 171,
    })
    expect(stepper(server).initial(input)[1]).toEqual([{ type: 'schedule', timer: electionTimer, delayMs: 150 }])
  })

  test('replaces a guard: a mutation', () => {
    const mutant = stepper(server.provide({ follower: { guards: { isNewer: () => false } } }))
    const [first] = mutant.initial(input)
    expect(mutant.step(first, requestVote(9))[0]).toBe(first)
  })

  test('refuses an unknown role', () => {
    expect(() => server.provide({ nobody: {} } as never)).toThrow('miniRaft has no role nobody to provide for')
  })
})

test('the config draws the roles as the states of one statechart', () => {
  expect(server.config).toMatchObject({ id: 'miniRaft', initial: 'follower' })
  expect(Object.keys(server.config.states)).toEqual(['follower', 'candidate', 'leader'])
  expect(server.config.states.follower).toBe(follower.config)
})

describe('createActor', () => {
  test('runs a family: after, emit, inspect, stop', () => {
    vi.useFakeTimers()
    try {
      const effects: Emitted[] = []
      const inspected = new Set<string>()
      const actor = createActor(server, { input, inspect: ({ type }) => void inspected.add(type) })
      actor.on('*', (effect) => effects.push(effect))
      actor.start()
      vi.advanceTimersByTime(150)
      expect(actor.getSnapshot().value).toEqual({ candidate: 'campaigning' })
      actor.send(vote(1))
      vi.advanceTimersByTime(50)
      expect(actor.getSnapshot()).toMatchObject({ role: 'leader', context: { beats: 1 } })
      expect(effects.map(({ type }) => type)).toEqual(['persist', 'send', 'send', 'send'])
      expect(inspected).toContain('@xstate.snapshot')
      actor.stop()
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  test('what a guard throws reaches the subscriber', () => {
    const broken = server.provide({
      follower: {
        guards: {
          isNewer: () => {
            throw new BrokenInvariantError('on purpose')
          },
        },
      },
    })
    const failed = vi.fn()
    const actor = createActor(broken, { input })
    actor.subscribe({ error: failed })
    actor.start()
    actor.send(requestVote(1))
    expect(failed).toHaveBeenCalledOnce()
    expect(failed.mock.calls[0]?.[0]).toMatchObject({ message: expect.stringContaining('on purpose') })
    expect(actor.getSnapshot().status).toBe('error')
  })

  test('so does what the successor throws while it starts, and nothing of that step leaves', () => {
    const unborn = setup({ types: {} as { input: Server; output: Server } }).createMachine({
      id: 'unborn',
      context: () => {
        throw new Error('on purpose')
      },
    })
    const family = become({
      id: 'x',
      initial: 'candidate',
      roles: {
        candidate: { actor: candidate, on: { won: 'unborn', lost: 'unborn', timedOut: 'candidate' } },
        unborn: { actor: unborn, on: {} },
      },
    }).provide({ candidate: { actions: { count: emit({ type: 'persist', record: input }) } } })
    const [first] = stepper(family).initial(input)
    expect(() => stepper(family).step(first, vote(1))).toThrow('on purpose')

    const failed = vi.fn()
    const effects: string[] = []
    const actor = createActor(family, { input })
    actor.subscribe({ error: failed })
    actor.on('*', ({ type }) => effects.push(type))
    actor.start()
    actor.send(vote(1))
    expect(failed).toHaveBeenCalledWith(new Error('on purpose'))
    expect(effects).toEqual(['persist', 'send'])
  })

  test('and what the first role throws', () => {
    const failed = vi.fn()
    const unborn = setup({}).createMachine({
      id: 'unborn',
      context: () => {
        throw new Error('on purpose')
      },
    })
    const actor = createActor(become({ id: 'y', initial: 'unborn', roles: { unborn: { actor: unborn, on: {} } } }))
    actor.subscribe({ error: failed })
    actor.start()
    expect(failed).toHaveBeenCalledWith(new Error('on purpose'))
  })

  test('a persisted snapshot survives JSON', () => {
    const actor = createActor(server, { input }).start()
    actor.send(heartbeat(3))
    const persisted = JSON.parse(JSON.stringify(actor.getPersistedSnapshot()))
    actor.stop()
    const restored = createActor(server, { snapshot: persisted, input }).start()
    expect(restored.getSnapshot()).toMatchObject({ role: 'follower', value: { follower: 'following' } })
    expect(restored.getSnapshot().context.currentTerm).toBe(3)
    restored.send(heartbeat(4))
    expect(restored.getSnapshot().context.currentTerm).toBe(4)
    restored.stop()
  })
})

describe('become refuses', () => {
  const machine = (config: object, implementations: object = {}) =>
    setup(implementations as never).createMachine({ id: 'm', ...config } as never)
  const child = setup({}).createMachine({})
  const ending = { initial: 'over', states: { over: { type: 'final' } } }

  test.each([
    [
      'a final state without a successor',
      { a: { actor: candidate, on: { won: 'a', lost: 'a' } } },
      'role a may end in timedOut, which has no successor',
    ],
    [
      'a key that is not final',
      { a: { actor: follower, on: { following: 'a', timedOut: 'a' } } },
      'following is no final state of role a',
    ],
    ['a key that is no state', { a: { actor: machine({}), on: { x: 'a' } } }, 'x is no final state of role a'],
    [
      'an unknown successor',
      { a: { actor: machine(ending), on: { over: 'b' } } },
      'a.over leads to b, which is no role',
    ],
    ['an unknown initial role', { b: { actor: machine({}), on: {} } }, 'the initial role a is not in the table'],
    [
      'two roles with one machine id',
      { a: { actor: machine({}), on: {} }, b: { actor: machine({}), on: {} } },
      'roles a and b both have a state with the id "m"',
    ],
    [
      'two states with one id',
      {
        a: { actor: machine({ initial: 's', states: { s: { id: 'same' } } }), on: {} },
        b: { actor: machine({ id: 'n', initial: 's', states: { s: { id: 'same' } } }), on: {} },
      },
      'roles a and b both have a state with the id "same"',
    ],
    [
      'a role that invokes',
      { a: { actor: machine({ invoke: { src: child } }), on: {} } },
      'role a invokes or spawns in "m"',
    ],
    [
      'a role that spawns',
      {
        a: {
          actor: machine(
            { initial: 's', states: { s: { on: { e: { actions: 'start' } } } } },
            { actions: { start: spawnChild(child) } },
          ),
          on: {},
        },
      },
      'role a invokes or spawns in "m.s"',
    ],
    [
      'a parallel root',
      { a: { actor: machine({ type: 'parallel', states: { x: ending, y: ending } }), on: {} } },
      'the root of role a is parallel',
    ],
  ])('%s', (_name, roles, text) => {
    const build = () => become({ id: 'f', initial: 'a', roles } as never)
    expect(build).toThrow(InvalidConfigurationError)
    expect(build).toThrow(`family f: ${text}`)
  })

  test('a role that spawns within assign, when it does', () => {
    const failed = vi.fn()
    const start = assign(({ spawn }: { spawn: (logic: unknown) => unknown }) => ({ ref: spawn(child) }))
    const spawning = machine({ context: {}, on: { e: { actions: 'start' } } }, { actions: { start } })
    const actor = createActor(become({ id: 'f', initial: 'a', roles: { a: { actor: spawning, on: {} } } } as never))
    actor.subscribe({ error: failed })
    actor.start()
    actor.send({ type: 'e' } as never)
    expect(failed.mock.calls[0]?.[0]).toMatchObject({
      code: 'QUORATE_BROKEN_INVARIANT',
      message: 'f: role a spawned an actor',
    })
  })
})
