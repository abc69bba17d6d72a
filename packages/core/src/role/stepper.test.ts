import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AnyActorLogic, assign, createActor, raise, setup, spawnChild } from 'xstate'
import { BrokenInvariantError } from '../errors/errors.js'
import { type Event, follower, leader, type Server, server } from './miniRaft.test.fixture.js'
import { delayNameOf, type StepOutcome, stepper } from './stepper.js'

const input: Server = { currentTerm: 0, votedFor: undefined }
const electionTimer = 'xstate.after.electionTimeout.follower.following'

describe('a step', () => {
  test('gives the outcomes in the order in which the role made them', () => {
    const [first, started] = stepper(server).initial(input)
    expect(started).toEqual([{ type: 'schedule', timer: electionTimer, delayMs: 150 }])
    const [, outcomes] = stepper(server).step(first, { type: 'RequestVote', from: 'g/server/n2', term: 1 })
    expect(outcomes).toEqual([
      { type: 'cancel', timer: electionTimer },
      { type: 'effect', effect: { type: 'persist', record: { currentTerm: 1, votedFor: 'g/server/n2' } } },
      { type: 'effect', effect: { type: 'send', to: 'g/server/n2', message: { type: 'Vote', term: 1 } } },
      { type: 'schedule', timer: electionTimer, delayMs: 150 },
    ])
  })

  test('keeps the snapshot object when nothing changed, and leaves the one it was given as it was', () => {
    const raft = stepper(server)
    const [first] = raft.initial(input)
    expect(raft.step(first, { type: 'Vote', from: 'g/server/n2', term: 0 })).toEqual([first, []])
    expect(raft.step(first, { type: 'Vote', from: 'g/server/n2', term: 0 })[0]).toBe(first)
    const [second] = raft.step(first, { type: 'Heartbeat', from: 'g/server/n2', term: 4 })
    expect(second.context.currentTerm).toBe(4)
    expect(first.context.currentTerm).toBe(0)
  })

  test('fires a timer by its id', () => {
    const raft = stepper(server)
    const [first] = raft.initial(input)
    expect(raft.fire(first, electionTimer)[0].value).toEqual({ candidate: 'campaigning' })
    expect(() => raft.fire(first, 'electionTimeout')).toThrow('fire takes the id that a schedule outcome named')
  })
})

test('delayNameOf reads the name under which the delay is declared', () => {
  expect(delayNameOf(electionTimer)).toBe('electionTimeout')
  expect(delayNameOf('xstate.after.heartbeat.leader')).toBe('heartbeat')
  expect(() => delayNameOf('heartbeat')).toThrow(BrokenInvariantError)
})

describe('what a role throws comes out of the step', () => {
  const fails = (): never => {
    throw new Error('on purpose')
  }
  const throwing = setup({
    types: {} as { events: { type: 'guarded' } | { type: 'assigned' } },
    guards: { fails },
    actions: { fails: assign(fails) },
  }).createMachine({ id: 'throwing', on: { guarded: { guard: 'fails' }, assigned: { actions: 'fails' } } })

  test.each(['guarded', 'assigned'] as const)('%s', (type) => {
    const machine = stepper(throwing)
    const [first] = machine.initial(undefined)
    expect(() => machine.step(first, { type })).toThrow('on purpose')
    expect(machine.step(first, { type: 'other' } as never)).toEqual([first, []])
  })

  test('at the start', () => {
    expect(() => stepper(setup({}).createMachine({ id: 'unborn', context: fails })).initial(undefined)).toThrow(
      'on purpose',
    )
  })
})

describe('a role may only assign, emit and wait', () => {
  const child = setup({}).createMachine({})
  const actions = {
    custom: () => {},
    raised: raise({ type: 'custom' }),
    raisedLater: raise({ type: 'custom' }, { delay: 10, id: 'later' }),
    raisedAsIfByAfter: raise({ type: 'custom' }, { delay: 10, id: 'xstate.after.pause.x' }),
    spawned: spawnChild(child),
    spawnedInAssign: assign(({ spawn }) => ({ child: spawn(child) })),
  }
  const outcome = (entry: never) => () =>
    stepper(setup({ actions: actions as never }).createMachine({ id: 'x', entry })).initial(undefined)

  test.each([...Object.keys(actions), 'misspelt'])('%s', (action) => {
    expect(outcome(action as never)).toThrow(BrokenInvariantError)
  })

  test('a misspelt delay does not fire at once, as it would in XState', () => {
    const machine = setup({}).createMachine({ id: 'x', after: { misspelt: { actions: [] } } } as never)
    expect(() => stepper(machine).initial(undefined as never)).toThrow(
      'the delay of xstate.after.misspelt.x is not declared',
    )
  })
})

describe('a stepper and an actor give the same trace', () => {
  const from = fc.constantFrom('g/server/n2' as const, 'g/server/n3' as const)
  const term = fc.integer({ min: 0, max: 6 })
  const message = fc.record({
    type: fc.constantFrom('RequestVote' as const, 'Vote' as const, 'Heartbeat' as const),
    from,
    term,
  })
  const local = fc.constant({ type: 'client.read', request: 1 } as const)
  const waits = fc.record({ type: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 400 }) })
  const walk = fc.array(fc.oneof({ weight: 4, arbitrary: message }, local, { weight: 3, arbitrary: waits }), {
    minLength: 1,
    maxLength: 60,
  })

  test.each([
    ['a family', server],
    ['a machine', follower],
    ['a machine that re-enters itself', leader],
  ])('%s', (_name, logic: AnyActorLogic) => {
    fc.assert(
      fc.property(walk, (steps) => {
        expect(traceOfStepper(logic, steps)).toEqual(traceOfActor(logic, steps))
      }),
      { numRuns: 300 },
    )
  })

  test('and the walks are not vacuous: every role has its turn', () => {
    const seen = new Set<string>()
    for (const steps of fc.sample(walk, { numRuns: 300, seed: 1 })) {
      for (const { value } of traceOfStepper(server, steps)) seen.add(Object.keys(value as object)[0] ?? '')
    }
    expect([...seen].sort()).toEqual(['candidate', 'follower', 'leader'])
  })
})

type Walk = readonly (Event | { readonly type: 'wait'; readonly ms: number })[]
interface Line {
  readonly atMs: number
  readonly value: unknown
  readonly context: unknown
  readonly outcomes: readonly unknown[]
}

/** A virtual clock: what is due, at which time it is due, in the order in which it was set. */
class VirtualClock<Due> {
  nowMs = 0
  private readonly pending = new Map<unknown, { readonly atMs: number; readonly due: Due }>()
  set(timer: unknown, due: Due, delayMs: number): void {
    this.pending.delete(timer)
    this.pending.set(timer, { atMs: this.nowMs + delayMs, due })
  }
  cancel(timer: unknown): void {
    this.pending.delete(timer)
  }
  advance(ms: number, fire: (due: Due) => void): void {
    const untilMs = this.nowMs + ms
    for (;;) {
      const [next] = [...this.pending].sort(([, a], [, b]) => a.atMs - b.atMs)
      if (next === undefined || next[1].atMs > untilMs) break
      this.pending.delete(next[0])
      this.nowMs = next[1].atMs
      fire(next[1].due)
    }
    this.nowMs = untilMs
  }
}

function traceOfStepper(logic: AnyActorLogic, steps: Walk): Line[] {
  const clock = new VirtualClock<string>()
  const machine = stepper(logic)
  const lines: Line[] = []
  let snapshot: { status: string; value: unknown; context: unknown }
  const note = ([next, outcomes]: readonly [typeof snapshot, readonly StepOutcome<unknown>[]]) => {
    snapshot = next
    for (const outcome of outcomes) {
      if (outcome.type === 'schedule') clock.set(outcome.timer, outcome.timer, outcome.delayMs)
      if (outcome.type === 'cancel') clock.cancel(outcome.timer)
    }
    lines.push({ atMs: clock.nowMs, value: next.value, context: next.context, outcomes })
  }
  note(machine.initial(input))
  for (const event of steps) {
    if (event.type === 'wait') clock.advance(event.ms, (timer) => note(machine.fire(snapshot, timer)))
    else if (snapshot!.status === 'active') note(machine.step(snapshot!, event))
  }
  return lines
}

function traceOfActor(logic: AnyActorLogic, steps: Walk): Line[] {
  const clock = new VirtualClock<() => void>()
  const lines: Line[] = []
  let outcomes: StepOutcome<unknown>[] = []
  let timers = 0
  const actor = createActor(logic, {
    input,
    clock: {
      setTimeout: (fire: () => void, delayMs: number) => {
        timers += 1
        clock.set(timers, fire, delayMs)
        return timers
      },
      clearTimeout: (timer: unknown) => clock.cancel(timer),
    },
    inspect: (inspected) => {
      if (inspected.type !== '@xstate.action') return
      const params = inspected.action.params as { id?: string; delay?: number; sendId?: string }
      if (inspected.action.type === 'xstate.raise') {
        outcomes.push({ type: 'schedule', timer: params.id ?? '', delayMs: params.delay ?? Number.NaN })
      }
      if (inspected.action.type === 'xstate.cancel') outcomes.push({ type: 'cancel', timer: params.sendId ?? '' })
      if (inspected.action.type === 'xstate.emit') outcomes.push({ type: 'effect', effect: undefined })
    },
  })
  const emitted: unknown[] = []
  actor.on('*', (effect) => emitted.push(effect))
  actor.subscribe((snapshot) => {
    const effects = emitted.splice(0)
    lines.push({
      atMs: clock.nowMs,
      value: snapshot.value,
      context: snapshot.context,
      outcomes: outcomes.map((outcome) =>
        outcome.type === 'effect' ? { ...outcome, effect: effects.shift() } : outcome,
      ),
    })
    outcomes = []
  })
  actor.start()
  for (const event of steps) {
    if (event.type === 'wait') clock.advance(event.ms, (fire) => fire())
    else if (actor.getSnapshot().status === 'active') actor.send(event)
  }
  return lines
}
