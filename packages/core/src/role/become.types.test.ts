import { expect, expectTypeOf, test } from 'vitest'
import { createActor, setup } from 'xstate'
import { again, become } from './become.js'
import {
  candidate,
  type Emitted,
  type Event,
  follower,
  type Leader,
  leader,
  type Server,
  server,
} from './miniRaft.test.fixture.js'
import { rulesFor } from './rules.js'
import { stepper } from './stepper.js'

// What the types must accept and refuse: held by the compiler. The functions that must not compile are never called.

const input: Server = { currentTerm: 0, votedFor: undefined }

test('a family is inferred without casts', () => {
  const provided = server.provide({ follower: { delays: { electionTimeout: () => 163 } } })
  expectTypeOf(provided).toEqualTypeOf(server)
  const [first, outcomes] = stepper(provided).initial(input)
  expectTypeOf(first.role).toEqualTypeOf<'follower' | 'candidate' | 'leader'>()
  expectTypeOf<Extract<typeof first, { role: 'leader' }>['context']>().toEqualTypeOf<Leader>()
  expect(outcomes).toEqual([
    { type: 'schedule', timer: 'xstate.after.electionTimeout.follower.following', delayMs: 163 },
  ])
  for (const outcome of outcomes) {
    if (outcome.type === 'effect') expectTypeOf(outcome.effect).toEqualTypeOf<Emitted>()
  }
  const actor = createActor(provided, { input })
  actor.on('persist', ({ record }) => expectTypeOf(record).toEqualTypeOf<Server>())
  expectTypeOf(actor.send).parameter(0).toExtend<Event>()
})

test('a row of a family is replaced without casts', () => {
  const replaced = become({
    ...server,
    roles: { ...server.roles, leader: { actor: leader, on: { deposed: 'follower' } } },
  })
  expect(replaced.roles.leader.on.deposed).toBe('follower')
  expectTypeOf(replaced.initial).toEqualTypeOf<'follower'>()
})

export function refused() {
  const [first] = stepper(server).initial(input)
  // @ts-expect-error only the leader counts its beats
  first.context.beats
  // @ts-expect-error no such event
  stepper(server).step(first, { type: 'Nope' })
  // @ts-expect-error a field of the event is missing
  stepper(server).step(first, { type: 'Vote', term: 1 })
  // @ts-expect-error the input of the initial role
  stepper(server).initial({ currentTerm: 0 })
  // @ts-expect-error no such role to provide for
  server.provide({ nobody: {} })
  // @ts-expect-error no such delay
  server.provide({ follower: { delays: { electionTimeoutt: 1 } } })
  // @ts-expect-error no such event to speak about
  rulesFor<Server, Event>()('Votes', () => true)
  // @ts-expect-error the event has no such field
  rulesFor<Server, Event>()('Vote', (_self, { index }) => index)
}

export function refusedTables() {
  // @ts-expect-error no such role
  become({ id: 'x', initial: 'follower', roles: { follower: { actor: follower, on: { timedOut: 'nobody' } } } })
  // @ts-expect-error no such role, again
  become({ id: 'x', initial: 'follower', roles: { follower: { actor: follower, on: { timedOut: again('nobody') } } } })
  // @ts-expect-error no such state
  become({ id: 'x', initial: 'follower', roles: { follower: { actor: follower, on: { timedOutt: 'follower' } } } })
  // @ts-expect-error no such initial role
  become({ id: 'x', initial: 'leader', roles: { follower: { actor: follower, on: { timedOut: 'follower' } } } })
  const narrow = setup({
    types: {} as { context: object; input: { other: string }; output: Server },
  }).createMachine({ id: 'narrow', context: {} })
  become({
    id: 'x',
    initial: 'candidate',
    roles: {
      // @ts-expect-error what a candidate hands over is no input of this role
      candidate: { actor: candidate, on: { won: 'narrow', lost: 'narrow', timedOut: 'narrow' } },
      narrow: { actor: narrow, on: {} },
    },
  })
}
