import { describe, expect, test } from 'vitest'
import { type CheckOptions, check } from '../check.js'
import { always, deadlockFree, everyStep, type Property, sometimes } from '../property.js'
import type { CheckReport } from '../report.js'
import {
  type ActorPredicate,
  type ActorStepPredicate,
  type ActorSystem,
  type ModelActor,
  ofEveryActor,
  ofEveryActorStep,
  ofHistory,
  ofSomeActor,
} from './actor.js'
import { actorModel } from './actorModel.js'
import { alike } from './symmetry.js'

/**
 * Voters that vote once, for whom they hear first, candidates that count, and a clerk whom winners tell: a system in which
 * orders matter to some and not to others.
 */

type State =
  | { readonly type: 'candidate'; readonly votes: readonly string[] }
  | { readonly type: 'voter'; readonly votedFor: string | undefined }
  | { readonly type: 'clerk'; readonly winners: readonly string[] }

type Message = 'ask' | 'vote' | 'won'

const voters = ['v1', 'v2', 'v3']

const candidate = (name: string, needed: number): ModelActor<State, Message> => ({
  name,
  start: () => ({ state: { type: 'candidate', votes: [] }, sends: voters.map((to) => ({ to, message: 'ask' })) }),
  receive(state, message, from) {
    if (state.type !== 'candidate' || message !== 'vote') return undefined
    const votes = [...new Set([...state.votes, from])].sort()
    const hasWon = votes.length === needed && state.votes.length < needed
    return { state: { ...state, votes }, ...(hasWon && { sends: [{ to: 'clerk', message: 'won' }] }) }
  },
  tells: () => ['clerk'],
})

const voter = (name: string): ModelActor<State, Message> => ({
  name,
  start: () => ({ state: { type: 'voter', votedFor: undefined } }),
  receive: (state, _message, from) =>
    state.type === 'voter' && state.votedFor === undefined
      ? { state: { type: 'voter', votedFor: from }, sends: [{ to: from, message: 'vote' }] }
      : undefined,
  tells: (state) => (state.type === 'voter' && state.votedFor === undefined ? ['c1', 'c2'] : []),
})

const clerk: ModelActor<State, Message> = {
  name: 'clerk',
  start: () => ({ state: { type: 'clerk', winners: [] } }),
  receive: (state, _message, from) =>
    state.type === 'clerk' && !state.winners.includes(from)
      ? { state: { ...state, winners: [...state.winners, from] } }
      : undefined,
  tells: () => [],
}

type Election = ActorSystem<State, Message, string, readonly string[]>

const election = (needed: number, changed: Partial<Election> = {}): Election => ({
  name: 'election',
  actors: [candidate('c1', needed), candidate('c2', needed), ...voters.map(voter), clerk],
  network: { kind: 'nondup' },
  history: {
    initial: [],
    gathers: true,
    note: ({ actor, sends }) => (sends.some(({ message }) => message === 'won') ? actor : undefined),
    record: (winners, winner) => [...new Set([...winners, winner])].sort(),
  },
  properties: [
    always(
      'one wins',
      ofHistory((winners: readonly string[]) => winners.length <= 1),
    ),
    sometimes(
      'c2 wins',
      ofHistory((winners: readonly string[]) => winners.includes('c2')),
    ),
    always(
      'the clerk knows of one',
      ofEveryActor((state: State) => state.type !== 'clerk' || state.winners.length <= 1),
    ),
  ],
  ...changed,
})

const both = (system: Election, options: CheckOptions = {}): readonly [CheckReport, CheckReport] => [
  check(actorModel(system), { reduction: false, ...options }),
  check(actorModel(system), { reduction: true, ...options }),
]

const verdicts = ({ properties }: CheckReport) => properties.map(({ verdict }) => verdict)

describe('partial order reduction', () => {
  test('sees fewer states, the same terminal ones, and says the same', () => {
    const [full, reduced] = both(election(2))
    expect(full).toMatchObject({ verdict: 'holds', ending: 'exhausted' })
    expect(reduced).toMatchObject({ verdict: 'holds', ending: 'exhausted', terminal: full.terminal })
    expect(reduced.distinct).toBeLessThan(full.distinct * 0.7)
    expect(both(election(2), { order: 'depth' })[1]).toMatchObject({ verdict: 'holds', terminal: full.terminal })
  })

  test.each(['breadth', 'depth'] as const)('%s-first, what is violated is found', (order) => {
    for (const report of both(election(1), { order })) expect(report).toMatchObject({ verdict: 'violated' })
  })

  /** Each by itself, so that none is cut short by another. */
  const asked: readonly Property<
    ActorPredicate<State, Message, readonly string[]>,
    ActorStepPredicate<State, Message, readonly string[]>
  >[] = [
    always(
      'nobody has two votes',
      ofEveryActor((state: State) => state.type !== 'candidate' || state.votes.length < 2),
    ),
    always(
      'c1 is not the second',
      ofEveryActor((state: State) => state.type !== 'clerk' || state.winners[1] !== 'c1'),
    ),
    sometimes(
      'all vote for c1',
      ofSomeActor((state: State) => state.type === 'candidate' && state.votes.length === 3),
    ),
    sometimes(
      'none has won',
      ofHistory((winners: readonly string[]) => winners.length === 0),
    ),
    always('whole states', ({ actors }) => actors['c1']?.type === 'candidate'),
    deadlockFree('it never ends'),
    deadlockFree('it ends with a winner', ({ history }) => history.length > 0),
    everyStep(
      'c1 is not told twice by v2',
      ofEveryActorStep<State, Message>(
        ({ actor, event, before }) =>
          actor !== 'c1' ||
          event.type !== 'receive' ||
          event.from !== 'v2' ||
          before?.type !== 'candidate' ||
          before.votes.length !== 1,
      ),
    ),
    everyStep(
      'no vote is taken back',
      ofEveryActorStep<State, Message>(
        ({ before, after }) =>
          before?.type !== 'voter' ||
          before.votedFor === undefined ||
          before.votedFor === (after as { votedFor: unknown }).votedFor,
      ),
    ),
    everyStep('a whole step', (before, _step, after) => before.history.length <= after.history.length),
  ]
  test.each(asked.map((property) => [property.name, property] as const))(
    'agrees within a constraint: %s',
    (_name, property) => {
      for (const needed of [1, 2]) {
        for (const kind of ['nondup', 'fifo'] as const) {
          const constraint = ofEveryActor(
            (state: State) => state.type !== 'candidate' || state.votes.join() !== 'v1,v3',
          )
          const [full, reduced] = both(election(needed, { network: { kind }, properties: [property], constraint }))
          expect(verdicts(reduced), `${kind} ${needed}`).toEqual(verdicts(full))
          if (full.ending !== 'exhausted') continue
          expect(full.outside).toBeGreaterThan(0)
          expect(reduced.terminal, `${kind} ${needed}`).toBe(full.terminal)
        }
      }
    },
  )

  test.each(asked.map((property) => [property.name, property] as const))('agrees: %s', (_name, property) => {
    for (const needed of [1, 2]) {
      for (const network of [
        { kind: 'nondup' },
        { kind: 'fifo' },
        { kind: 'dup' },
        { kind: 'nondup', lossy: true },
      ] as const) {
        const [full, reduced] = both(election(needed, { network, properties: [property] }))
        expect(verdicts(reduced), `${network.kind} ${needed}`).toEqual(verdicts(full))
        if (full.ending === 'exhausted') expect(reduced.terminal, `${network.kind} ${needed}`).toBe(full.terminal)
      }
    }
  })
})

describe('what must not be left out', () => {
  /** Goes from place to place by itself, and talks to nobody. */
  const walker = (name: string, next: (place: number) => number | undefined): ModelActor<number, never> => ({
    name,
    start: () => ({ state: 0 }),
    receive: () => undefined,
    own: (place) => (next(place) === undefined ? [] : [{ name: 'walks' }]),
    act: (place) => ({ state: next(place) ?? place }),
    tells: () => [],
  })
  const walking = (
    actors: readonly ModelActor<number, never>[],
    property: Property<ActorPredicate<number, never, undefined>>,
  ) =>
    actorModel<number, never>({
      name: 'walking',
      actors,
      network: { kind: 'nondup' },
      properties: [
        sometimes(
          'somebody is there',
          ofSomeActor((place: number) => place >= 0),
        ),
        property,
      ],
    })

  test.each(['breadth', 'depth'] as const)('%s-first: who is away at the same time', (order) => {
    const through = (place: number) => (place < 2 ? place + 1 : undefined)
    const model = walking(
      [walker('a', through), walker('b', through)],
      always(
        'somebody is at home',
        ofSomeActor((place: number) => place !== 1),
      ),
    )
    for (const reduction of [true, false]) expect(check(model, { order, reduction }).verdict).toBe('violated')
  })

  test.each(['breadth', 'depth'] as const)('%s-first: who waits while another runs in circles', (order) => {
    const model = walking(
      [walker('r', (place) => (place % 2) + 1), walker('b', (place) => (place === 0 ? 7 : undefined))],
      always(
        'b stays',
        ofEveryActor((place: number) => place !== 7),
      ),
    )
    for (const reduction of [true, false]) expect(check(model, { order, reduction }).verdict).toBe('violated')
  })
})

test('who spends what another needs is not taken alone', () => {
  const spender = (name: string, away: number): ModelActor<number, never> => ({
    name,
    start: () => ({ state: 0 }),
    receive: () => undefined,
    own: (place) => (place === 0 ? [{ name: 'walks', costs: 'walks' }] : []),
    act: () => ({ state: away }),
    tells: () => [],
  })
  for (const reduction of [true, false]) {
    const model = actorModel<number, never>({
      name: 'spending',
      actors: [spender('a', 1), spender('b', 2)],
      network: { kind: 'nondup' },
      budgets: { walks: 1 },
      properties: [
        sometimes(
          'b walks',
          ofSomeActor((place: number) => place === 2),
        ),
      ],
    })
    expect(check(model, { reduction })).toMatchObject({ verdict: 'holds', terminal: 2 })
  }
})

describe('full-orbit symmetry', () => {
  test('of states that differ only in what is on its way, one is seen', () => {
    const names = ['l1', 'l2', 'l3']
    const system: ActorSystem<number, string> = {
      name: 'listening',
      actors: [
        {
          name: 's',
          start: () => ({ state: 0, sends: names.map((to) => ({ to, message: 'x' })) }),
          receive: () => undefined,
        },
        ...names.map((name) => ({ name, start: () => ({ state: 0 }), receive: (state: number) => ({ state }) })),
      ],
      network: { kind: 'nondup' },
      symmetry: alike(names),
      properties: [
        sometimes(
          'it begins',
          ofSomeActor(() => true),
        ),
      ],
    }
    expect(check(actorModel(system)).distinct).toBe(8)
    expect(check(actorModel(system), { symmetry: true }).distinct).toBe(4)
  })

  const pickedNames = ['a', 'b']
  /** Somebody picks one of two that are alike. */
  const picking = (changed: Partial<ActorSystem<unknown, string>>): ActorSystem<unknown, string> => ({
    name: 'picking',
    actors: [
      ...pickedNames.map((name) => ({ name, start: () => ({ state: 'idle' }), receive: () => ({ state: 'picked' }) })),
      {
        name: 'picker',
        start: () => ({ state: 'idle' }),
        receive: () => undefined,
        own: (state) => (state === 'idle' ? pickedNames.map((name) => ({ name })) : []),
        act: (_state, to) => ({ state: 'done', sends: [{ to, message: 'picked' }] }),
      },
    ],
    network: { kind: 'nondup' },
    symmetry: alike(pickedNames),
    properties: [
      sometimes(
        'one is picked',
        ofSomeActor((state: unknown) => state === 'picked'),
      ),
    ],
    ...changed,
  })

  test.each(pickedNames)('a property that asks for %s by name is refused, unless all states are seen', (asked) => {
    const one = sometimes(
      'one is picked',
      ofSomeActor((state: unknown) => state === 'picked'),
    )
    const named: Property<ActorPredicate<unknown, string, undefined>>[] = [
      always(
        'it is never picked',
        ofEveryActor((state: unknown, name) => name !== asked || state !== 'picked'),
      ),
      sometimes('it is picked', ({ actors }) => actors[asked] === 'picked'),
    ]
    for (const property of named) {
      const model = actorModel(picking({ properties: [one, property] }))
      expect(check(model).verdict).toBe(property.kind === 'always' ? 'violated' : 'holds')
      const symmetric = () => check(model, { symmetry: true })
      // What was violated by a run that can happen may be told.
      if (property.kind === 'always' && asked === 'a') expect(symmetric().verdict).toBe('violated')
      else
        expect(symmetric).toThrow(/property "it is .*picked" is \w+ of a state, and \w+ of the same under other names/)
    }
    expect(check(actorModel(picking({})), { symmetry: true })).toMatchObject({ verdict: 'holds', distinct: 3 })
  })

  test('a renaming that finds what it cannot read is refused', () => {
    class Opaque {}
    const actors = picking({}).actors.map((actor) => ({
      ...actor,
      keyOf: String,
      start: () => ({ state: new Opaque() }),
    }))
    expect(() => check(actorModel(picking({ actors })), { symmetry: true })).toThrow(
      /the state of [ab], under other names, holds an instance of Opaque/,
    )
  })

  test('more than 7 that are alike are refused, and can be checked without', () => {
    const many = Array.from({ length: 8 }, (_, number) => `n${number}`)
    const actors = many.map((name) => ({ name, start: () => ({ state: 'picked' }), receive: () => undefined }))
    const model = actorModel(picking({ actors, symmetry: alike(many) }))
    expect(check(model).verdict).toBe('holds')
    expect(() => check(model, { symmetry: true })).toThrow(/8 actors are alike, and of more than 7 .*--no-symmetry/)
  })

  const symmetric = (system: Election): Election => ({ ...system, symmetry: alike(voters) })

  test('sees one state of each orbit', () => {
    const orbits = new Set<string>()
    const sorted = ({
      actors,
      messages,
      history,
    }: {
      actors: object
      messages: readonly unknown[]
      history: unknown
    }) => {
      const texts = [...alike<unknown, unknown, unknown>(voters)].map((renaming) => {
        const renamed = Object.entries(actors).map(([name, state]) => [
          renaming.actor(name),
          renaming.state(state, name),
        ])
        const sent = (messages as { from: string; to: string; message: Message }[]).map(({ from, to, message }) =>
          [renaming.actor(from), renaming.actor(to), message].join(),
        )
        return JSON.stringify([renamed.sort(), sent.sort(), history])
      })
      return [...texts, JSON.stringify([Object.entries(actors).sort(), messagesOf(messages).sort(), history])].sort()[0]
    }
    const messagesOf = (messages: readonly unknown[]) =>
      (messages as { from: string; to: string; message: Message }[]).map(({ from, to, message }) =>
        [from, to, message].join(),
      )
    const watching = always('seen', (view: Parameters<typeof sorted>[0]) => {
      orbits.add(sorted(view) as string)
      return true
    })
    const system = symmetric(election(2))
    const full = check(actorModel({ ...system, properties: [...system.properties, watching] }), { reduction: false })
    const report = check(actorModel(system), { reduction: false, symmetry: true, exact: true })
    expect(report).toMatchObject({ verdict: 'holds', distinct: orbits.size, collisions: 0, depth: full.depth })
    expect(report.distinct).toBeLessThan(full.distinct / 3)
  })

  test.each([
    ['nondup', true],
    ['nondup', false],
    ['fifo', true],
    ['dup', true],
  ] as const)('says the same on %s, reduced: %s', (kind, reduction) => {
    for (const needed of [1, 2]) {
      const system = symmetric(election(needed, { network: { kind } }))
      const plain = check(actorModel(system), { reduction: false })
      expect(verdicts(check(actorModel(system), { symmetry: true, reduction }))).toEqual(verdicts(plain))
    }
  })

  test('a counterexample is a run that can happen, and the shortest, reduced or not', () => {
    for (const reduction of [true, false]) {
      const report = check(actorModel(symmetric(election(1))), { symmetry: true, reduction })
      const texts = report.properties[0]?.trace?.steps.map(({ text }) => text)
      expect(texts).toHaveLength(4)
      expect(texts?.filter((text) => /^c\d receives vote from/.test(text))).toHaveLength(2)
    }
  })
})
