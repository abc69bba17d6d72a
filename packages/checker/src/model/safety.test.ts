import { describe, expect, test } from 'vitest'
import { type CheckOptions, check } from './check.js'
import { always, deadlockFree, everyStep, sometimes } from './property.js'
import { modelOfGraph, type RandomGraph, randomGraph, reachable } from './randomGraph.test.fixture.js'
import { transcriptOf } from './transcript.js'
import { type TransitionSystem, transitionModel } from './transitions.js'

const isLong = Boolean(process.env['QUORATE_LONG'])
const graphs = isLong ? 20_000 : 1_000

/** The shortest ways from the initial states, in steps; beyond the constraint nothing goes on. */
function distancesIn({ initial, edges, isInside }: RandomGraph): ReadonlyMap<number, number> {
  const distances = new Map(initial.map((state) => [state, 0]))
  for (const [state, distance] of distances) {
    if (!isInside[state]) continue
    for (const { from, to } of edges) if (from === state && !distances.has(to)) distances.set(to, distance + 1)
  }
  return distances
}

describe(`what is asked of states and steps is judged as by looking at all of them, of ${graphs} small graphs`, () => {
  const anything = () => true

  const each = (ask: (graph: RandomGraph, options: CheckOptions, seed: number) => void): void => {
    for (let seed = 1; seed <= graphs; seed++) {
      ask(randomGraph(seed), { order: seed % 4 === 0 ? 'depth' : 'breadth', exact: seed % 3 === 0 }, seed)
    }
  }

  test('states that are counted, and those beyond the constraint', () => {
    each((graph, options, seed) => {
      const reached = [...reachable(graph)]
      const inside = reached.filter((state) => graph.isInside[state])
      const distances = distancesIn(graph)
      const taken = graph.edges.filter(({ from }) => inside.includes(from))
      const { distinct, outside, generated, depth, ending } = check(
        modelOfGraph(graph, [sometimes('anything', anything)]),
        options,
      )
      expect({ seed, ending, distinct, outside, generated }).toEqual({
        seed,
        ending: 'exhausted',
        distinct: inside.length,
        outside: reached.length - inside.length,
        generated: graph.initial.length + taken.length,
      })
      const farthest = Math.max(0, ...inside.map((state) => 1 + (distances.get(state) as number)))
      if (options.order === 'breadth') expect(depth).toBe(farthest)
      else expect(depth).toBeGreaterThanOrEqual(farthest)
    })
  })

  test('states: those beyond the constraint too, by the shortest run', () => {
    const seen = { violated: 0, holds: 0, beyond: 0 }
    each((graph, options, seed) => {
      const distances = distancesIn(graph)
      const bad = [...distances].filter(([state]) => graph.isDone[state])
      const report = check(
        modelOfGraph(graph, [
          always('none is done', (state) => !graph.isDone[state]),
          sometimes('one is done', (state) => graph.isDone[state] === true),
        ]),
        options,
      )
      const [never, once] = report.properties
      expect({ seed, verdict: never?.verdict }).toEqual({ seed, verdict: bad.length > 0 ? 'violated' : 'holds' })
      seen[never?.verdict as 'violated' | 'holds']++
      if (bad.length === 0) return
      expect(once?.verdict).toBe('holds')
      const nearest = Math.min(...bad.map(([, distance]) => distance))
      if (options.order === 'breadth') expect(never?.trace?.steps).toHaveLength(nearest)
      if (!graph.isInside[Number(never?.trace?.final[0])]) seen.beyond++
    })
    expect(Math.min(seen.violated, seen.holds)).toBeGreaterThan(graphs / 10)
    expect(seen.beyond).toBeGreaterThan(graphs / 50)
  })

  test('states without a step: no others, and final ones not', () => {
    const seen = { violated: 0, holds: 0 }
    each((graph, options, seed) => {
      const { edges, isInside, isDone } = graph
      const dead = [...distancesIn(graph)].filter(
        ([state]) => isInside[state] && !isDone[state] && !edges.some(({ from }) => from === state),
      )
      const report = check(
        modelOfGraph(graph, [
          deadlockFree('it ends well', (state) => isDone[state] === true),
          sometimes('anything', anything),
        ]),
        options,
      )
      const [ends] = report.properties
      expect({ seed, verdict: ends?.verdict }).toEqual({ seed, verdict: dead.length > 0 ? 'violated' : 'holds' })
      seen[ends?.verdict as 'violated' | 'holds']++
      if (dead.length === 0) return
      expect(dead.map(([state]) => String(state))).toContain(ends?.trace?.final[0])
      if (options.order === 'breadth') {
        expect(ends?.trace?.steps).toHaveLength(Math.min(...dead.map(([, distance]) => distance)))
      }
    })
    expect(Math.min(seen.violated, seen.holds)).toBeGreaterThan(graphs / 10)
  })

  test('steps: also those to states that were seen before, and never what changes nothing', () => {
    const seen = { violated: 0, holds: 0, known: 0 }
    each((graph, options, seed) => {
      const distances = distancesIn(graph)
      const isBad = (before: number, step: string, after: number) =>
        step === 'a' && graph.isDone[before] !== graph.isDone[after]
      const bad = graph.edges.filter(
        ({ from, step, to }) => distances.has(from) && graph.isInside[from] && from !== to && isBad(from, step, to),
      )
      const report = check(
        modelOfGraph(graph, [
          everyStep('no a matters', (before, step, after) => before !== after && !isBad(before, step, after)),
          sometimes('anything', anything),
        ]),
        options,
      )
      const [every] = report.properties
      expect({ seed, verdict: every?.verdict }).toEqual({ seed, verdict: bad.length > 0 ? 'violated' : 'holds' })
      seen[every?.verdict as 'violated' | 'holds']++
      if (bad.length === 0) return
      const { steps, initial } = every?.trace ?? { steps: [], initial: [] }
      const [before, last] = [steps.at(-2)?.details ?? initial, steps.at(-1)]
      const step = { from: Number(before[0]), step: last?.text, to: Number(last?.details[0]) }
      expect(bad).toContainEqual(step)
      if ((distances.get(step.to) as number) <= (distances.get(step.from) as number)) seen.known++
      if (options.order === 'breadth') {
        expect(steps).toHaveLength(1 + Math.min(...bad.map(({ from }) => distances.get(from) as number)))
      }
    })
    expect(Math.min(seen.violated, seen.holds)).toBeGreaterThan(graphs / 10)
    expect(seen.known).toBeGreaterThan(graphs / 50)
  })
})

/** A counter that goes up to 5, or down again. */
const counter = (changed: Partial<TransitionSystem<number>>) =>
  transitionModel<number>({
    name: 'counter',
    initial: [0, 3],
    *steps(count) {
      if (count < 5) yield { name: 'up', to: count + 1 }
      if (count > 0) yield { name: 'down', to: count - 1 }
    },
    properties: [],
    ...changed,
  })

test('a step beyond the greatest depth is asked about where it leads to what is known', () => {
  const downwards = everyStep('never down', (_before: number, step: string) => step !== 'down')
  const properties = [sometimes('it begins', () => true), downwards]
  expect(
    check(counter({ initial: [0, 1], constraint: (count) => count < 2, properties }), { depthMax: 1 }),
  ).toMatchObject({
    ending: 'violation',
  })
})

test('a counterexample tells which initial state it begins in', () => {
  const { properties } = check(counter({ properties: [always('below 5', (count: number) => count < 5)] }))
  expect(transcriptOf(properties[0]?.trace as never)).toEqual([
    'at first:',
    '       3',
    '  1. up',
    '       4',
    '  2. up',
    '       5',
    'in the end:',
    '       5',
  ])
})

test('a constraint that is asked of nothing else but initial states leaves nothing to count', () => {
  const report = check(
    counter({ constraint: () => false, properties: [sometimes('it begins', (count) => count === 3)] }),
  )
  expect(report).toMatchObject({ verdict: 'holds', distinct: 0, outside: 2, generated: 2, depth: 0 })
})

test('without a constraint nothing is said of one', () => {
  expect(check(counter({ properties: [] }))).not.toHaveProperty('outside')
})

test.each<readonly [string, Partial<TransitionSystem<number>>, RegExp]>([
  [
    'a constraint',
    {
      constraint: (count) => {
        if (count === 5) throw new Error('five')
        return true
      },
    },
    /model counter: the constraint throws: five\nafter 2 steps:\n {2}1\. up\n {2}2\. up/,
  ],
  [
    'a property of steps',
    {
      properties: [
        everyStep('fine', (_before, _step, after) => {
          if (after === 5) throw new Error('five')
          return true
        }),
      ],
    },
    /model counter: property "fine" throws: five\nafter 1 steps:\n {2}1\. up/,
  ],
])('%s that throws is told with the run that leads there', (_what, changed, text) => {
  expect(() => check(counter(changed))).toThrow(text)
})
