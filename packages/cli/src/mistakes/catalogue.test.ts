import { expect, test } from 'vitest'
import { checkedMistakes, mistakeNamed, simulatedMistakes, slugOf } from './catalogue.js'
import { pitfalls } from './pitfalls.js'

test('every pitfall is made on purpose', () => {
  const made = new Set([...checkedMistakes, ...simulatedMistakes].map(({ pitfall }) => pitfall))
  expect([...made].toSorted()).toEqual(Object.keys(pitfalls).toSorted())
})

test('no mistake is told twice of one tool', () => {
  for (const mistakes of [checkedMistakes, simulatedMistakes]) {
    expect(new Set(mistakes.map(slugOf)).size).toBe(mistakes.length)
  }
})

test('a mistake is known by its name, by what is typed of it, and by a part that no other has', () => {
  const [mistake] = checkedMistakes
  for (const name of [mistake!.name, slugOf(mistake!), 'votes-for-everyone']) {
    expect(mistakeNamed(checkedMistakes, name)).toBe(mistake)
  }
  expect(() => mistakeNamed(checkedMistakes, 'raft-a-voter-that-votes-for-everyon-')).toThrow(
    /Did you mean raft-a-voter-that-votes-for-everyone\?/,
  )
  expect(() => mistakeNamed(checkedMistakes, 'raft')).toThrow(/--mistake list/)
})
