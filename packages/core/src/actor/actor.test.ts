import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { server } from '../role/miniRaft.test.fixture.js'
import { assign, emit, setup } from '../role/statechart.js'
import { noTimers } from '../role/stepper.js'
import { type ActorState, actorOf, beginWrite, endWrite } from './actor.js'
import type { DurableEffect, Effect } from './effect.js'

const electionTimer = 'xstate.after.electionTimeout.follower.following'
const input = { currentTerm: 0, votedFor: undefined }
const requestVote = (term: number) => ({ type: 'RequestVote', from: 'g/server/n2', term })

describe('an actor', () => {
  const actor = actorOf(server)

  test('begins with its timers set and nothing said', () => {
    const { state, emitted, leaves, timers } = actor.begin(input)
    expect(state).toMatchObject({ snapshot: { role: 'follower', value: { follower: 'following' } }, writing: [] })
    expect([...state.timers]).toEqual([[electionTimer, 150]])
    expect(timers).toEqual([{ type: 'schedule', timer: electionTimer, delayMs: 150 }])
    expect([emitted, leaves]).toEqual([[], []])
  })

  test('says what it emits only when what it emitted before is durable', () => {
    const step = actor.deliver(actor.begin(input).state, requestVote(1))
    expect(step.emitted.map(({ type }) => type)).toEqual(['persist', 'send'])
    expect(step.leaves).toEqual([])
    const writing = beginWrite(step.state)
    expect(writing.writing.map(({ type }) => type)).toEqual(['persist'])
    const written = endWrite(writing)
    expect(written.leaves.map(({ type }) => type)).toEqual(['send'])
    expect(written.state).toMatchObject({ outbox: { waiting: [] }, writing: [] })
  })

  test('names what it did to its timers in order, and keeps those that are pending', () => {
    const { state, timers } = actor.deliver(actor.begin(input).state, requestVote(1))
    expect(timers.map(({ type }) => type)).toEqual(['cancel', 'schedule'])
    expect([...state.timers]).toEqual([[electionTimer, 150]])
    const fired = actor.fire(state, electionTimer)
    expect(fired.state.snapshot.value).toEqual({ candidate: 'campaigning' })
    expect(fired.state.timers.has(electionTimer)).toBe(false)
    expect(() => actor.fire(fired.state, electionTimer)).toThrow(`timer ${electionTimer} is not pending`)
  })

  test('stays the very same value when nothing changes, and leaves the one that it was as it was', () => {
    const { state } = actor.begin(input)
    expect(actor.deliver(state, { type: 'Vote', from: 'g/server/n2', term: 0 } as never).state).toBe(state)
    const before = [...state.timers]
    actor.deliver(state, requestVote(3))
    expect([...state.timers]).toEqual(before)
    expect(state).toMatchObject({ outbox: { waiting: [] }, snapshot: { context: input } })
  })

  test('uses a timer up by firing it, also where its state stays', () => {
    const clock = setup({ types: {} as { emitted: { type: 'tick' } }, actions: { tick: emit({ type: 'tick' }) } })
    const ticking = actorOf(clock.createMachine({ id: 'clock', after: { 5: { actions: 'tick' } } }))
    const { state, emitted } = ticking.fire(ticking.begin(undefined).state, 'xstate.after.5.clock')
    expect(emitted).toEqual([{ type: 'tick' }])
    expect(state.timers.size).toBe(0)
  })

  test('takes nothing any more once its role has ended', () => {
    const echo = setup({ types: {} as { emitted: { type: 'heard' } }, actions: { say: emit({ type: 'heard' }) } })
    const on = { End: '.ended', Hear: { actions: 'say' } } as const
    const states = { open: { after: { 5: 'ended' } }, ended: { type: 'final' } } as const
    const alone = actorOf(echo.createMachine({ id: 'echo', initial: 'open', on, states }))
    const { state } = alone.begin(undefined)
    expect(alone.deliver(state, { type: 'Hear' }).emitted).toEqual([{ type: 'heard' }])
    const ended = alone.deliver(state, { type: 'End' }).state
    expect(ended).toMatchObject({ snapshot: { status: 'done' }, timers: noTimers })
    expect(alone.deliver(ended, { type: 'Hear' })).toMatchObject({ state: ended, emitted: [], leaves: [] })
  })

  test('tells of the transitions that were taken only when it is watched', () => {
    const watched = actorOf(server, true)
    const { state, transitions } = watched.begin(input)
    expect(transitions).toEqual([])
    const taken = watched.deliver(state, requestVote(1)).transitions
    expect(taken.map(({ eventType, source }) => [source.key, eventType])).toEqual([['following', 'RequestVote']])
    expect(actor.deliver(state, requestVote(1)).transitions).toEqual([])
  })

  test('has one write under way at a time', () => {
    const { state } = actor.deliver(actor.begin(input).state, requestVote(1))
    expect(() => beginWrite(beginWrite(state))).toThrow('one at a time')
    const idle = actor.begin(input).state
    expect(beginWrite(idle)).toBe(idle)
  })
})

const id = (index: number, term = 1) => ({ index, term })
const entry = (index: number, term = 1) =>
  ({ ...id(index, term), kind: 'noop', session: 0, sequence: 0, answeredBelow: 0, bytes: new Uint8Array() }) as const
const append = (...indexes: number[]): Effect => ({ type: 'append', entries: indexes.map((index) => entry(index)) })
const truncate = (index: number): Effect => ({ type: 'truncate', after: id(index) })
const install = (index: number): Effect => ({
  type: 'install',
  snapshot: { last: id(index, 2), bytes: new Uint8Array() },
})
const compact = (index: number): Effect => ({
  type: 'compact',
  snapshot: { last: id(index), bytes: new Uint8Array() },
  through: id(index),
})

describe('what a write tells is where the log ends after it', () => {
  const idle = actorOf(server).begin(input).state

  test.each<readonly [string, readonly Effect[], ReturnType<typeof id> | undefined]>([
    ['the last of the entries appended', [append(1, 2), append(3)], id(3)],
    ['nothing, of a record alone', [{ type: 'persist', record: {} }], undefined],
    ['what is left by a truncation alone: a mark of what is durable goes down', [truncate(4)], id(4)],
    ['not what the same write appended and cut off again', [append(7, 8), truncate(6)], id(6)],
    ['what replaces what was cut off', [truncate(6), append(7)], id(7)],
    ['the last entry of an installed snapshot', [append(3), install(9)], id(9, 2)],
    ['nothing, of a compaction: it takes from the front', [compact(2)], undefined],
    ['nothing, of an append of no entries', [append()], undefined],
  ])('%s', (_what, waiting, last) => {
    const { told } = endWrite(beginWrite({ ...idle, outbox: { waiting, writing: 0 } }))
    expect(told).toEqual(last && { type: 'storage.persisted', last })
  })
})

/** Says and writes what it is told to. */
const puppet = setup({
  types: {} as { context: { said: number }; events: { type: 'do'; effect: Effect }; emitted: Effect },
  actions: { count: assign(({ context }) => ({ said: context.said + 1 })), say: emit(({ event }) => event.effect) },
}).createMachine({ id: 'puppet', context: { said: 0 }, on: { do: { actions: ['count', 'say'] } } })

test('an effect leaves once, in its order, and never before a durable effect that was emitted before it', () => {
  const actor = actorOf(puppet)
  const send = (number: number): Effect => ({ type: 'send', to: 'g/r/n1', message: { type: `M${number}` } })
  const acts = fc.array(fc.constantFrom('send', 'persist', 'begin', 'end'), { maxLength: 30 })
  fc.assert(
    fc.property(acts, (schedule) => {
      let { state } = actor.begin(undefined)
      const emitted: Effect[] = []
      const left: Effect[] = []
      const durable = new Set<Effect>()
      const take = (next: { readonly state: ActorState; readonly leaves: readonly Effect[] }) => {
        state = next.state
        for (const effect of next.leaves) {
          const before = emitted.slice(0, emitted.indexOf(effect)).filter(({ type }) => type === 'persist')
          expect(before.every((each) => durable.has(each))).toBe(true)
          left.push(effect)
        }
      }
      const end = () => {
        for (const effect of state.writing) durable.add(effect as DurableEffect & Effect)
        take(endWrite(state))
      }
      for (const [number, act] of schedule.entries()) {
        if (act === 'begin' && state.writing.length === 0) state = beginWrite(state)
        else if (act === 'end' && state.writing.length > 0) end()
        else if (act === 'send' || act === 'persist') {
          const effect: Effect = act === 'send' ? send(number) : { type: 'persist', record: number }
          emitted.push(effect)
          take(actor.deliver(state, { type: 'do', effect } as never))
        }
      }
      while (state.outbox.waiting.length > 0) {
        if (state.writing.length === 0) state = beginWrite(state)
        end()
      }
      expect(left).toEqual(emitted.filter(({ type }) => type === 'send'))
    }),
  )
})
