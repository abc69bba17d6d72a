import { describe, expect, test } from 'vitest'
import { check } from './check.js'
import type { Trace } from './engine/replay.js'
import { strongFairness, weakFairness } from './fairness.js'
import { eventually, leadsTo, sometimes } from './property.js'
import {
  type Condition,
  type Edge,
  modelOfGraph,
  type RandomGraph,
  randomGraph,
  reachable,
} from './randomGraph.test.fixture.js'
import { type TransitionSystem, transitionModel } from './transitions.js'

const isLong = Boolean(process.env['QUORATE_LONG'])

/** The sets of steps that a graph's conditions speak of, each with its strength. */
const actionsOf = (fairness: readonly Condition[]) =>
  fairness.flatMap(({ strength, steps, isEach }) =>
    isEach ? steps.map((step) => ({ strength, steps: [step] })) : [{ strength, steps }],
  )

/** Whether a run that sees these states, and takes these steps, again and again and no others is fair. */
function isFair(graph: RandomGraph, states: readonly number[], taken: readonly Edge[]): boolean {
  return actionsOf(graph.fairness).every(({ strength, steps }) => {
    const isOf = ({ step, from, to }: Edge) => steps.includes(step) && from !== to
    const mayTake = states.map((state) => graph.edges.some((edge) => edge.from === state && isOf(edge)))
    const isOwed = strength === 'weak' ? mayTake.every(Boolean) : mayTake.some(Boolean)
    return !isOwed || taken.some(isOf)
  })
}

const closure = (from: readonly number[], next: (state: number) => readonly number[]): ReadonlySet<number> => {
  const reached = new Set(from)
  for (const state of reached) for (const to of next(state)) reached.add(to)
  return reached
}

/** Every set of states in which a run might stay for ever is tried: is there one that is fair, and never done? */
function mayNeverCome(graph: RandomGraph, starts: readonly number[]): boolean {
  const { edges, isDone, isInside } = graph
  const isPending = (state: number): boolean => isInside[state] === true && !isDone[state]
  const pending = [
    ...closure(starts, (state) => edges.flatMap(({ from, to }) => (from === state && isPending(to) ? [to] : []))),
  ]
  for (let subset = 1; subset < 2 ** pending.length; subset++) {
    const states = pending.filter((_state, at) => subset & (1 << at))
    const within = edges.filter(({ from, to }) => states.includes(from) && states.includes(to))
    const isConnected = states.every(
      (state) =>
        closure([state], (at) => within.flatMap(({ from, to }) => (from === at ? [to] : []))).size === states.length,
    )
    if (isConnected && isFair(graph, states, within)) return true
  }
  return false
}

/** A run is what it is said to be: of the model, fair, and without what should come. */
function expectRun(graph: RandomGraph, trace: Trace, isStart: (state: number, place: number) => boolean): void {
  const { edges, initial, isDone } = graph
  const states = [trace.initial, ...trace.steps.map(({ details }) => details)].map(([text]) => Number(text))
  const taken = trace.steps.map(({ text }, at) => ({
    from: states[at] as number,
    step: text,
    to: states[at + 1] as number,
  }))
  expect(initial).toContain(states[0])
  for (const edge of taken) expect(edges).toContainEqual(edge)
  const last = states.length - 1
  const loop = trace.loopsTo ?? last
  expect(trace.rests ?? false).toBe(trace.loopsTo === undefined)
  expect(states[loop]).toBe(states[last])
  expect(isFair(graph, states.slice(loop), taken.slice(loop))).toBe(true)
  const begin = states.findIndex(
    (state, place) => isStart(state, place) && states.slice(place).every((at) => !isDone[at]),
  )
  expect(begin).toBeGreaterThanOrEqual(0)
  expect(begin).toBeLessThanOrEqual(loop)
}

const graphs = isLong ? 40_000 : 1_000

test(`what must come is judged as by a search of every set of states, of ${graphs} small graphs`, {
  timeout: isLong ? 1_200_000 : 120_000,
}, () => {
  const seen = { holds: 0, violated: 0, vacuous: 0, loops: 0, byStrength: 0 }
  for (let seed = 1; seed <= graphs; seed++) {
    const graph = randomGraph(seed)
    const { isBegun, isDone, isInside } = graph
    const inside = [...reachable(graph)].filter((state) => isInside[state])
    const starts = {
      eventually: [...new Set(graph.initial)].filter((state) => isInside[state] && !isDone[state]),
      leadsTo: inside.filter((state) => isBegun[state] && !isDone[state]),
    }
    const report = check(
      modelOfGraph(graph, [
        eventually('it is done', (state: number) => isDone[state] === true),
        leadsTo(
          'what is begun is done',
          (state: number) => isBegun[state] === true,
          (state: number) => isDone[state] === true,
        ),
      ]),
    )
    for (const property of report.properties) {
      if (property.kind !== 'eventually' && property.kind !== 'leadsTo') continue
      const verdict = mayNeverCome(graph, starts[property.kind]) ? 'violated' : 'holds'
      expect({ seed, kind: property.kind, verdict: property.verdict }).toEqual({ seed, kind: property.kind, verdict })
      seen[verdict]++
      if (property.isVacuous) seen.vacuous++
      expect(property.isVacuous ?? false).toBe(property.kind === 'leadsTo' && !inside.some((state) => isBegun[state]))
      const weaker = graph.fairness.map((condition) => ({ ...condition, strength: 'weak' as const }))
      if (verdict === 'holds' && mayNeverCome({ ...graph, fairness: weaker }, starts[property.kind])) seen.byStrength++
      if (verdict === 'holds') continue
      if (property.trace?.loopsTo !== undefined) seen.loops++
      const isStart =
        property.kind === 'eventually'
          ? (_state: number, place: number) => place === 0
          : (state: number) => isBegun[state] === true
      expectRun(graph, property.trace as Trace, isStart)
    }
  }
  expect(seen.holds).toBeGreaterThan(graphs / 4)
  expect(seen.violated).toBeGreaterThan(graphs / 4)
  expect(seen.loops).toBeGreaterThan(graphs / 20)
  expect(seen.byStrength).toBeGreaterThan(graphs / 200)
  expect(seen.vacuous).toBeGreaterThan(graphs / 200)
})

/** One who asks and is served; another beside, who turns round and round. */
interface Desk {
  readonly asks: boolean
  readonly turn: 0 | 1
  readonly served: boolean
}

const desk = (changed: Partial<TransitionSystem<Desk>> = {}) =>
  transitionModel<Desk>({
    name: 'desk',
    initial: [{ asks: false, turn: 0, served: false }],
    *steps(state) {
      if (!state.asks) yield { name: 'ask', to: { ...state, asks: true, served: false } }
      yield { name: 'turn', to: { ...state, turn: state.turn === 0 ? 1 : 0 } }
      // It can be taken again and again, and not all the time.
      if (state.asks && state.turn === 0) yield { name: 'serve', to: { ...state, asks: false, served: true } }
    },
    properties: [
      sometimes('it is served', ({ served }) => served),
      leadsTo(
        'who asks is served',
        ({ asks }) => asks,
        ({ served }) => served,
      ),
    ],
    ...changed,
  })

describe('fairness', () => {
  const each = (step: string) => step

  test('a step that is possible again and again, and not all the time, comes by strong fairness', () => {
    const report = check(desk({ fairness: [strongFairness('each step', each)] }))
    expect(report).toMatchObject({
      verdict: 'holds',
      fairness: [{ strength: 'strong', name: 'each step', actions: 3 }],
    })
  })

  test('and not by weak fairness: the run is told, with where it begins', () => {
    const { verdict, properties, fairness } = check(desk())
    expect(verdict).toBe('violated')
    expect(fairness).toEqual([{ strength: 'weak', name: 'each step, by its name', actions: 3 }])
    expect(properties[1]?.trace).toMatchObject({
      initial: ['{asks: false, turn: 0, served: false}'],
      steps: [{ text: 'ask' }, { text: 'turn' }, { text: 'turn' }],
      loopsTo: 1,
    })
  })

  test('steps that are one action stand for each other', () => {
    const isOther = (step: string) => step !== 'ask'
    const together = check(desk({ fairness: [strongFairness('turning or serving', isOther)] }))
    expect(together.properties[1]?.verdict).toBe('violated')
    expect(together.fairness).toEqual([{ strength: 'strong', name: 'turning or serving', actions: 1 }])
    const apart = check(desk({ fairness: [strongFairness('turning or serving', (step) => isOther(step) && step)] }))
    expect(apart.properties[1]?.verdict).toBe('holds')
  })

  test('where nothing is fair, a run may stop anywhere', () => {
    const { properties, fairness } = check(desk({ fairness: [] }))
    expect(fairness).toEqual([])
    expect(properties[1]?.trace).toMatchObject({ steps: [{ text: 'ask' }], rests: true })
  })

  test('a condition of which no step is says so', () => {
    const { fairness } = check(
      desk({ fairness: [weakFairness('each of them', each), weakFairness('typo', (step) => step === 'sevre')] }),
    )
    expect(fairness?.map(({ actions }) => actions)).toEqual([3, 0])
  })

  test('a step that changes nothing settles nothing', () => {
    const model = transitionModel<number>({
      name: 'idle',
      initial: [0],
      steps: (state) =>
        state === 0
          ? [
              { name: 'go', to: 0 },
              { name: 'go', to: 1 },
            ]
          : [],
      properties: [sometimes('it goes', (state) => state === 1), eventually('it goes', (state) => state === 1)],
    })
    expect(check(model).verdict).toBe('holds')
  })

  test('it is told only where something must come', () => {
    expect(check(desk({ properties: [sometimes('it is served', ({ served }) => served)] }))).not.toHaveProperty(
      'fairness',
    )
  })
})

test('several are judged, each for itself, also when the first is awaited in vain', () => {
  const served = ({ served: isServed }: Desk) => isServed
  const report = check(
    desk({
      properties: [
        sometimes('it is served', served),
        leadsTo('served leads to asking', served, ({ asks }) => asks),
        leadsTo('asking leads to being served', ({ asks }) => asks, served),
        leadsTo('a third turn leads to being served', ({ turn }) => (turn as number) === 3, served),
        eventually('it asks', ({ asks }) => asks),
        eventually('it is served', served),
      ],
    }),
  )
  expect(report.properties.map(({ verdict }) => verdict)).toEqual([
    'holds',
    'holds',
    'violated',
    'holds',
    'holds',
    'violated',
  ])
  expect(report.properties.map(({ isVacuous }) => isVacuous ?? false)).toEqual([
    false,
    false,
    false,
    true,
    false,
    false,
  ])
})

test('a budget of states that is too small leaves it unknown', () => {
  const { properties } = check(desk(), { statesMax: 2 })
  expect(properties[1]?.verdict).toBe('unknown')
})

test('a predicate that throws is told with the run that leads there', () => {
  const properties = [
    sometimes('it is served', ({ served }: Desk) => served),
    leadsTo(
      'who asks is served',
      ({ asks }: Desk) => asks,
      ({ served }: Desk) => {
        if (served) throw new Error('closed')
        return served
      },
    ),
  ]
  expect(() => check(desk({ properties }))).toThrow(
    /property "who asks is served" throws: closed\nafter 2 steps:\n {2}1\. ask\n {2}2\. serve/,
  )
  const fairness = [
    weakFairness('of all', (): boolean => {
      throw new Error('none')
    }),
  ]
  expect(() => check(desk({ fairness }))).toThrow(/fairness "of all" throws: none/)
})
