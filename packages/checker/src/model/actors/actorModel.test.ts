import { describe, expect, test } from 'vitest'
import { type CheckOptions, check } from '../check.js'
import { InvalidModelError } from '../errors.js'
import { always, eventually, sometimes } from '../property.js'
import { transcriptOf } from '../transcript.js'
import type { ActorSystem, ModelActor, NetworkSettings } from './actor.js'
import { ofEveryActor, ofHistory, ofSomeActor, ofSomeMessage } from './actor.js'
import { actorModel } from './actorModel.js'

/** Says each of some numbers to another actor, in order. */
const speaker = (name: string, to: string, numbers: readonly number[]): ModelActor<readonly number[], number> => ({
  name,
  start: () => ({ state: [], sends: numbers.map((message) => ({ to, message })) }),
  receive: () => undefined,
  tells: () => [],
})

/** Keeps what it hears, in that order; what it heard before is a case that nothing matches, unless it takes repeats. */
const listener = (name: string, repeats = false): ModelActor<readonly number[], number> => ({
  name,
  start: () => ({ state: [] }),
  receive: (heard, number) => (heard.includes(number) && !repeats ? undefined : { state: [...heard, number] }),
  tells: () => [],
})

type Numbers = ActorSystem<readonly number[], number>

const hearing = (network: NetworkSettings, changed: Partial<Numbers> = {}): Numbers => ({
  name: 'hearing',
  actors: [speaker('a', 'c', [1, 2]), listener('c')],
  network,
  properties: [
    sometimes(
      'something is heard',
      ofSomeActor((heard: readonly number[]) => heard.length > 0),
    ),
  ],
  ...changed,
})

const heardIn = (system: Numbers, options: CheckOptions = {}): string[] => {
  const seen = new Set<string>()
  const watching = always('seen', ({ actors }: { readonly actors: Readonly<Record<string, readonly number[]>> }) => {
    seen.add(String(actors['c']))
    return true
  })
  const report = check(actorModel({ ...system, properties: [...system.properties, watching] }), {
    exact: true,
    ...options,
  })
  expect(report).toMatchObject({ ending: 'exhausted', collisions: 0 })
  return [...seen].sort()
}

describe('networks', () => {
  test('nondup: in any order, each once', () => {
    expect(heardIn(hearing({ kind: 'nondup' }))).toEqual(['', '1', '1,2', '2', '2,1'])
  })

  test('fifo: in the order in which they were sent', () => {
    expect(heardIn(hearing({ kind: 'fifo' }))).toEqual(['', '1', '1,2'])
  })

  test('fifo: of several links, any may be first', () => {
    const actors = [speaker('a', 'c', [1, 2]), speaker('b', 'c', [3]), listener('c')]
    const heard = heardIn(hearing({ kind: 'fifo' }, { actors }))
    expect(heard.filter((text) => text.length === 5)).toEqual(['1,2,3', '1,3,2', '3,1,2'])
  })

  test('fifo, lossy: what comes, comes in order', () => {
    expect(heardIn(hearing({ kind: 'fifo', lossy: true }))).toEqual(['', '1', '1,2', '2'])
  })

  test('nondup with the same message twice is a multiset', () => {
    const actors = [speaker('a', 'c', [1, 1]), listener('c', true)]
    expect(heardIn(hearing({ kind: 'nondup' }, { actors }))).toEqual(['', '1', '1,1'])
  })

  test('dup: what was delivered is delivered again, and what waits already is not queued twice', () => {
    const within = (heard: readonly number[]) => heard.length <= 3
    const actors = [speaker('a', 'c', [1, 1]), listener('c', true)]
    expect(heardIn(hearing({ kind: 'dup' }, { actors, within }))).toEqual(['', '1', '1,1', '1,1,1'])
  })

  test('dup: the last message delivered is part of the state', () => {
    const once = check(actorModel(hearing({ kind: 'nondup' }, { actors: [speaker('a', 'c', [1]), listener('c')] })))
    const again: ModelActor<readonly number[], number> = { ...listener('c'), receive: (heard) => ({ state: heard }) }
    const idle = check(
      actorModel(
        hearing(
          { kind: 'dup' },
          { actors: [speaker('a', 'c', [1, 2]), again], properties: [sometimes('it runs', () => true)] },
        ),
      ),
    )
    expect([once.distinct, idle.distinct, idle.generated]).toEqual([2, 3, 7])
  })

  test('duplications are as many as the budget says', () => {
    const actors = [speaker('a', 'c', [1]), listener('c', true)]
    for (const [duplications, longest] of [
      [0, '1'],
      [1, '1,1'],
      [2, '1,1,1'],
    ] as const) {
      expect(heardIn(hearing({ kind: 'nondup' }, { actors, budgets: { duplications } })).at(-1)).toBe(longest)
    }
  })

  test('losses are as many as the budget says, or any number', () => {
    const lossless = check(actorModel(hearing({ kind: 'nondup' })))
    const one = check(actorModel(hearing({ kind: 'nondup', lossy: true }, { budgets: { losses: 1 } })))
    const any = check(actorModel(hearing({ kind: 'nondup', lossy: true })))
    expect([lossless.distinct, one.distinct, any.distinct]).toEqual([5, 9, 10])
    expect([lossless.terminal, one.terminal, any.terminal]).toEqual([2, 4, 5])
  })

  test('a message that no case matches is no step, but in a fifo network it makes way', () => {
    const deaf: ModelActor<readonly number[], number> = { ...listener('c'), receive: () => undefined }
    const properties = [
      sometimes('nothing waits', ({ messages }: { readonly messages: readonly unknown[] }) => messages.length === 0),
    ]
    const actors = [speaker('a', 'c', [1, 2]), deaf]
    expect(check(actorModel(hearing({ kind: 'nondup' }, { actors, properties })))).toMatchObject({
      verdict: 'violated',
      distinct: 1,
    })
    expect(check(actorModel(hearing({ kind: 'fifo' }, { actors, properties })))).toMatchObject({
      verdict: 'holds',
      distinct: 3,
    })
  })
})

describe('budgets', () => {
  test('a step that costs is taken as often as it can be paid', () => {
    const counter: ModelActor<number, never> = {
      name: 'a',
      start: () => ({ state: 0 }),
      receive: () => undefined,
      own: () => [{ name: 'ticks', costs: 'ticks' }],
      act: (count) => ({ state: count + 1 }),
    }
    const report = check(
      actorModel({
        name: 'counter',
        actors: [counter],
        network: { kind: 'nondup' },
        budgets: { ticks: 5 },
        properties: [
          sometimes(
            'five',
            ofSomeActor((count: number) => count === 5),
          ),
          always(
            'no more',
            ofEveryActor((count: number) => count <= 5),
          ),
        ],
      }),
    )
    expect(report).toMatchObject({ verdict: 'holds', distinct: 6, depth: 6 })
  })

  test('a cost that is no budget is a mistake of the model', () => {
    const system = hearing(
      { kind: 'nondup' },
      { actors: [{ ...listener('c'), own: () => [{ name: 'x', costs: 'crashes' }] }] },
    )
    expect(() => check(actorModel(system))).toThrow(/an event of c costs "crashes", which is no budget/)
  })

  test('a search ends by its own budgets, and says which', () => {
    const system = actorModel(hearing({ kind: 'nondup' }))
    expect(check(system, { statesMax: 3 })).toMatchObject({ ending: 'states', distinct: 3, verdict: 'unknown' })
    expect(check(system, { depthMax: 2 })).toMatchObject({ ending: 'depth', depth: 2, verdict: 'unknown' })
    expect(check(system, { depthMax: 3 })).toMatchObject({ ending: 'exhausted', depth: 3, verdict: 'holds' })
  })
})

describe('mistakes of a model', () => {
  test('who promises nothing is faulted', () => {
    const report = check(actorModel(hearing({ kind: 'nondup' }, { properties: [always('true', () => true)] })))
    expect(report.verdict).toBe('violated')
    expect(report.properties.at(-1)).toMatchObject({ kind: 'sometimes', verdict: 'violated' })
  })

  test('what sometimes happens and never does is a violation', () => {
    const never = sometimes(
      'three is heard',
      ofSomeActor((heard: readonly number[]) => heard.includes(3)),
    )
    expect(check(actorModel(hearing({ kind: 'nondup' }, { properties: [never] }))).verdict).toBe('violated')
  })

  test.each([
    ['a message to nobody', { actors: [speaker('a', 'z', [1])] }, /a names z, and there is no such actor/],
    ['two of one name', { actors: [listener('c'), listener('c')] }, /two of its actors have one name/],
    ['no actors', { actors: [] }, /it has no actors/],
    ['half a budget', { budgets: { losses: 0.5 } }, /budget losses is 0.5/],
  ])('%s', (_title, changed: Partial<Numbers>, text) => {
    expect(() => check(actorModel(hearing({ kind: 'nondup' }, changed)))).toThrow(text)
  })

  test('an actor that tells whom it said it would not', () => {
    const echo: ModelActor<readonly number[], number> = {
      ...listener('c'),
      receive: (heard, number, from) => ({ state: heard, sends: [{ to: from, message: number }] }),
    }
    const system = hearing({ kind: 'nondup' }, { actors: [speaker('a', 'c', [1]), echo] })
    expect(() => check(actorModel(system))).toThrow(/c sends, or may send, to others than it said that it tells/)
  })

  test('symmetry of a model that has none', () => {
    expect(() => check(actorModel(hearing({ kind: 'nondup' })), { symmetry: true })).toThrow(
      /does not say which of its actors are alike/,
    )
  })
})

describe('a part of a model that does what it must not', () => {
  type Counted = { readonly count: number; readonly held: unknown }

  const system = (
    receive: ModelActor<Counted, unknown>['receive'],
    changed: Partial<ActorSystem<Counted, unknown>> = {},
    held: () => unknown = () => undefined,
  ): ActorSystem<Counted, unknown> => ({
    name: 'counting',
    actors: [
      {
        name: 'a',
        start: () => ({
          state: { count: 0, held: undefined },
          sends: ['x', 'y', 'z'].map((letter) => ({ to: 'b', message: { letter, bytes: Uint8Array.of(1) } })),
        }),
        receive: () => undefined,
      },
      { name: 'b', start: () => ({ state: { count: 0, held: held() } }), receive },
    ],
    network: { kind: 'fifo' },
    properties: [sometimes('it is there', () => true)],
    ...changed,
  })

  const faultOf = (of: ActorSystem<Counted, unknown>): string => {
    try {
      check(actorModel(of))
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidModelError)
      return (error as Error).message
    }
    return 'no fault'
  }

  const count = (state: Counted): { readonly state: Counted } => ({ state: { ...state, count: state.count + 1 } })
  const write = (value: object, fields: object): void => {
    Object.assign(value, fields)
  }

  test('a throw is told with the actor, the event and the run that leads there', () => {
    const fault = faultOf(
      system((state) => {
        if (state.count === 1) throw new Error('not twice')
        return count(state)
      }),
    )
    expect(fault).toMatchInlineSnapshot(`
      "model counting: b, when it receives {letter: y, bytes: "\\u0001"} from a, throws: not twice
      after 1 steps:
        1. b receives {letter: x, bytes: "\\u0001"} from a"
    `)
  })

  test.each<readonly [string, ActorSystem<Counted, unknown>, RegExp]>([
    [
      'writes into its state',
      system((state) => {
        write(state, { count: state.count + 1 })
        return { state }
      }),
      /b, when it receives .* from a, writes into what it was given .*read only/,
    ],
    [
      'writes into its state, of which it tells the key itself',
      {
        ...system(count),
        actors: system((state) => {
          write(state, { count: state.count + 1 })
          return { state }
        }).actors.map((actor) => ({ ...actor, keyOf: (state: Counted) => String(state.count) })),
      },
      /b, when it receives .* from a, writes into what it was given/,
    ],
    [
      'writes into a map of its state',
      system(
        (state) => {
          const held = state.held as Map<string, number>
          held.set('x', (held.get('x') ?? 0) + 1)
          return { state }
        },
        {},
        () => new Map(),
      ),
      /b, when it receives .* from a, writes into a map, a set or bytes of its state/,
    ],
    [
      'writes into bytes of a message',
      system((state, message) => {
        const { bytes } = message as { readonly bytes: Uint8Array }
        bytes.fill(7)
        return count(state)
      }),
      /writes into a map, a set or bytes of the message/,
    ],
    [
      'has a state that hides what it holds',
      system((state) => ({ state: { ...state, held: new Date(0) } })),
      /b, when it receives .* from a, holds an instance of Date/,
    ],
    [
      'is a property that throws',
      system(count, {
        properties: [
          always('little', ({ actors }) => {
            if (actors['b']?.count === 2) throw new Error('two')
            return true
          }),
        ],
      }),
      /property "little" throws: two\nafter 2 steps:\n {2}1\. b receives/,
    ],
    [
      'is a property of an actor that throws',
      system(count, {
        properties: [
          always(
            'little',
            ofEveryActor((state: Counted) => {
              if (state.count === 2) throw new Error('two')
              return true
            }),
          ),
        ],
      }),
      /property "little", asked of b, throws: two\nafter 1 steps:/,
    ],
    [
      'is a property that writes into what it is asked about',
      system(
        count,
        {
          properties: [
            sometimes(
              'little',
              ofSomeActor(({ held }: Counted) => (held as Set<number> | undefined)?.add(1).size === 2),
            ),
          ],
        },
        () => new Set(),
      ),
      /property "little", asked of b, writes into a map, a set or bytes/,
    ],
    [
      'throws when it starts',
      system(count, {}, () => {
        throw new Error('no start')
      }),
      /b, when it starts, throws: no start$/,
    ],
    [
      'throws in what must eventually come',
      system(count, {
        properties: [
          sometimes('it is there', () => true),
          eventually('much', ({ actors }) => {
            if (actors['b']?.count === 3) throw new Error('three')
            return false
          }),
        ],
      }),
      /property "much" throws: three\nafter 2 steps:/,
    ],
  ])('%s', (_what, of, text) => {
    expect(faultOf(of)).toMatch(text)
  })

  test('a history that writes into the one before', () => {
    const { name, actors, network } = system(count)
    const counting: ActorSystem<Counted, unknown, string, ReadonlySet<string>> = {
      name,
      actors,
      network,
      history: {
        initial: new Set(),
        note: ({ event }) => event.type,
        record: (history, note) => (history as Set<string>).add(note),
      },
      properties: [
        sometimes(
          'it is there',
          ofHistory(() => true),
        ),
      ],
    }
    expect(() => check(actorModel(counting))).toThrow(/the history, when it records, writes into the one before/)
  })

  test('one that is made of other things than a model is', () => {
    expect(() => check(actorModel({ name: 'empty' } as never))).toThrow(InvalidModelError)
  })
})

describe('counterexamples', () => {
  const system = hearing(
    { kind: 'nondup' },
    {
      actors: [speaker('a', 'c', [1, 2, 3]), listener('c')],
      properties: [
        sometimes(
          'something is heard',
          ofSomeActor((heard: readonly number[]) => heard.length > 0),
        ),
        always(
          '3 is not heard before 1',
          ofEveryActor((heard: readonly number[]) => !heard.includes(3) || heard.includes(1)),
        ),
      ],
    },
  )

  test('breadth-first, the shortest one is found and told', () => {
    const report = check(actorModel(system))
    expect(transcriptOf(report.properties[1]?.trace ?? { initial: [], steps: [], final: [] })).toEqual([
      'at first:',
      '       a: []',
      '       c: []',
      '       on its way from a to c: 1',
      '       on its way from a to c: 2',
      '       on its way from a to c: 3',
      '  1. c receives 3 from a',
      '       [] -> [3]',
      'in the end:',
      '       a: []',
      '       c: [3]',
      '       on its way from a to c: 1',
      '       on its way from a to c: 2',
    ])
  })

  test('depth-first sees the same states', () => {
    const sound = hearing({ kind: 'nondup', lossy: true }, { actors: [speaker('a', 'c', [1, 2, 3]), listener('c')] })
    const [breadth, depth] = (['breadth', 'depth'] as const).map((order) =>
      check(actorModel(sound), { order, exact: true }),
    )
    expect(depth).toMatchObject({
      verdict: 'holds',
      distinct: breadth?.distinct,
      generated: breadth?.generated,
      terminal: breadth?.terminal,
    })
    expect(check(actorModel(system), { order: 'depth' }).verdict).toBe('violated')
  })
})

describe('predicates over parts', () => {
  test('a history gathers what steps note', () => {
    const report = check(
      actorModel<readonly number[], number, number, readonly number[]>({
        name: 'sums',
        actors: [speaker('a', 'c', [1, 2]), listener('c')],
        network: { kind: 'nondup' },
        history: {
          initial: [],
          note: ({ event }) => (event.type === 'receive' ? event.message : undefined),
          record: (sums, number) => [...sums, (sums.at(-1) ?? 0) + number],
        },
        properties: [
          sometimes(
            '1 then 2',
            ofHistory((sums: readonly number[]) => String(sums) === '1,3'),
          ),
          always(
            'never 4',
            ofHistory((sums: readonly number[]) => !sums.includes(4)),
          ),
          sometimes(
            'a 2 waits alone',
            ofSomeMessage(({ message }) => message === 2),
          ),
        ],
      }),
    )
    expect(report.verdict).toBe('holds')
  })
})

describe('eventually', () => {
  const everything = eventually(
    'both are heard',
    ofSomeActor((heard: readonly number[]) => heard.length === 2),
  )
  const some = sometimes(
    'something is heard',
    ofSomeActor((heard: readonly number[]) => heard.length > 0),
  )

  test('what is sent comes, where nothing is lost', () => {
    expect(check(actorModel(hearing({ kind: 'nondup' }, { properties: [some, everything] }))).verdict).toBe('holds')
  })

  test('a run that ends without it is told', () => {
    const report = check(actorModel(hearing({ kind: 'nondup', lossy: true }, { properties: [some, everything] })))
    expect(report).toMatchObject({ verdict: 'violated', ending: 'exhausted' })
    expect(report.properties[1]?.trace?.steps.map(({ text }) => text)).toHaveLength(2)
    expect(report.properties[1]?.trace).not.toHaveProperty('loopsTo')
  })

  /** Goes round and round by itself; it may listen beside. */
  const runner = (costs?: string): ModelActor<readonly number[], number> => ({
    name: 'r',
    start: () => ({ state: [0] }),
    receive: () => undefined,
    own: () => [{ name: 'turns', ...(costs && { costs }) }],
    act: ([at = 0]) => ({ state: [1 - at] }),
  })

  test('who runs in circles does not keep a message from being delivered', () => {
    const actors = [speaker('a', 'c', [1, 2]), listener('c'), runner()]
    expect(check(actorModel(hearing({ kind: 'nondup' }, { actors, properties: [some, everything] }))).verdict).toBe(
      'holds',
    )
  })

  test('a run that goes in circles is told as a lasso', () => {
    const waits = eventually(
      '2 stands still',
      ofSomeActor((numbers: readonly number[]) => numbers.includes(7)),
    )
    const actors = [speaker('a', 'c', [1]), listener('c'), runner()]
    const report = check(actorModel(hearing({ kind: 'nondup' }, { actors, properties: [some, waits] })))
    const trace = report.properties[1]?.trace
    expect(report.verdict).toBe('violated')
    // Fair: the message is delivered before, or on the way.
    expect(trace?.steps.map(({ text }) => text).sort()).toEqual(['c receives 1 from a', 'r: turns', 'r: turns'])
    expect(trace?.loopsTo).toBe(1)
    expect(transcriptOf(trace ?? { initial: [], steps: [], final: [] })).toContain('-- from here on, for ever:')
  })

  test('what costs a budget is owed by nobody', () => {
    const turned = eventually(
      'it turns',
      ofSomeActor(([at]: readonly number[]) => at === 1),
    )
    const verdictOf = (actors: Numbers['actors'], budgets: Readonly<Record<string, number>>) =>
      check(
        actorModel(
          hearing(
            { kind: 'nondup' },
            { actors, budgets, properties: [sometimes('it turns', turned.predicate), turned] },
          ),
        ),
      ).verdict
    expect(verdictOf([runner()], {})).toBe('holds')
    // Another runs for ever beside it.
    const other = {
      ...runner(),
      name: 'o',
      start: () => ({ state: [2] }),
      act: ([at = 2]: readonly number[]) => ({ state: [5 - at] }),
    }
    expect(verdictOf([runner('turns'), other], { turns: 1 })).toBe('violated')
    expect(verdictOf([runner(), other], {})).toBe('holds')
  })
})
