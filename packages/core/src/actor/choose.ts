import { invariant } from '../errors/errors.js'
import type { Random } from '../ports/ports.js'
import type { Chosen, Effect } from './effect.js'

type Choose = Extract<Effect, { type: 'choose' }>

/** What a host answers: each choice as likely as any other. Draws as often as it chooses. */
export function drawn(question: Choose, random: Random): Chosen {
  const { request, among } = question
  const count = countOf(question)
  const places = among.map((_, place) => place)
  // Fisher and Yates, as far as it is needed.
  for (let at = 0; at < count; at++) {
    const other = at + random.below(places.length - at)
    const place = places[other] as number
    places[other] = places[at] as number
    places[at] = place
  }
  return { type: 'chosen', request, chosen: inOrder(among, places.slice(0, count)) }
}

/** Every answer that there is, each once. */
export function* choicesOf(question: Choose): Generator<Chosen, void, undefined> {
  const { request, among } = question
  for (const places of combinations(among.length, countOf(question))) {
    yield { type: 'chosen', request, chosen: inOrder(among, places) }
  }
}

const inOrder = (among: readonly string[], places: readonly number[]): readonly string[] =>
  places.toSorted((a, b) => a - b).map((place) => among[place] as string)

function countOf({ among, count }: Choose): number {
  invariant(Number.isSafeInteger(count) && count >= 0, () => `so many cannot be chosen: ${count}`)
  invariant(new Set(among).size === among.length, () => `one cannot choose among equals: ${among.join(', ')}`)
  return Math.min(count, among.length)
}

/** The places below `length`, so many at a time, each in order. */
function* combinations(length: number, count: number, from = 0): Generator<readonly number[], void, undefined> {
  if (count === 0) {
    yield []
    return
  }
  for (let first = from; first <= length - count; first++) {
    for (const rest of combinations(length, count - 1, first + 1)) yield [first, ...rest]
  }
}
