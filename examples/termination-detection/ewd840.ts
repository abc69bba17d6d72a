/**
 * Termination detection in a ring: Dijkstra, Feijen and van Gasteren, "Derivation of a termination detection algorithm for
 * distributed computations" (1983), EWD 840. A token goes round and asks whether all are done; a node that has woken one
 * behind the token says so by its colour.
 * @module
 */
import {
  always,
  everyStep,
  leadsTo,
  parameterized,
  sometimes,
  type Transition,
  transitionModel,
  weakFairness,
} from '@quorate/checker'

type Colour = 'black' | 'white'

interface Ring {
  readonly active: readonly boolean[]
  readonly colours: readonly Colour[]
  /** Who has the token, and its colour. */
  readonly at: number
  readonly token: Colour
}

const withAt = <Item>(items: readonly Item[], place: number, item: Item): readonly Item[] =>
  items.map((other, at) => (at === place ? item : other))

/** Node 0 knows that all are done. */
const isDetected = ({ active, colours, at, token }: Ring): boolean =>
  at === 0 && token === 'white' && colours[0] === 'white' && !active[0]

const isOver = ({ active }: Ring): boolean => !active.includes(true)

/** All lists of so many items, each one of those given. */
const listsOf = <Item>(length: number, among: readonly Item[]): readonly (readonly Item[])[] =>
  length === 0 ? [[]] : listsOf(length - 1, among).flatMap((list) => among.map((item) => [...list, item]))

/** Every ring of so many nodes, with the token anywhere, before the first probe. */
const rings = (nodes: number): readonly Ring[] =>
  listsOf(nodes, [true, false]).flatMap((active) =>
    listsOf<Colour>(nodes, ['white', 'black']).flatMap((colours) =>
      Array.from({ length: nodes }, (_, at): Ring => ({ active, colours, at, token: 'black' })),
    ),
  )

/** How many reasons there are: TLC counts a step once for each for which it may be taken. */
const reasons = (...are: readonly boolean[]): readonly boolean[] => are.filter(Boolean)

function* stepsOf(ring: Ring): Generator<Transition<Ring>> {
  const { active, colours, at, token } = ring
  if (at === 0) {
    const to: Ring = { ...ring, at: active.length - 1, token: 'white', colours: withAt(colours, 0, 'white') }
    for (const _ of reasons(token === 'black', colours[0] === 'black')) yield { name: 'InitiateProbe', to }
  } else {
    const passed = colours[at] === 'black' ? 'black' : token
    const to: Ring = { ...ring, at: at - 1, token: passed, colours: withAt(colours, at, 'white') }
    for (const _ of reasons(!active[at], colours[at] === 'black', token === 'black'))
      yield { name: `PassToken(${at})`, to }
  }
  for (const [node, isActive] of active.entries()) {
    if (!isActive) continue
    yield { name: `Deactivate(${node})`, to: { ...ring, active: withAt(active, node, false) } }
    for (const other of active.keys()) {
      if (other === node) continue
      const colour = other > node ? 'black' : (colours[node] as Colour)
      const to = { ...ring, active: withAt(active, other, true), colours: withAt(colours, node, colour) }
      yield { name: `SendMessage(${node},${other})`, to }
    }
  }
}

const isOfTheToken = (step: string): boolean => step === 'InitiateProbe' || step.startsWith('PassToken')

export default parameterized({
  parameters: { N: { default: 3, min: 2, max: 6, description: 'nodes in the ring' } },
  make: ({ N }) =>
    transitionModel<Ring>({
      name: 'ewd840',
      initial: rings(N),
      steps: stepsOf,
      // Nobody need ever be done, or send anything; but the token goes on.
      fairness: [weakFairness('the token', isOfTheToken)],
      properties: [
        sometimes('the end is detected', isDetected),
        always('what is detected is so', (ring) => !isDetected(ring) || isOver(ring)),
        everyStep('the token goes round', ({ at: before }, _step, { at: after }) =>
          [before, before - 1, N - 1].includes(after),
        ),
        leadsTo('the end is detected when it has come', isOver, isDetected),
      ],
    }),
})
