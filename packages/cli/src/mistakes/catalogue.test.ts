import { expect, test } from 'vitest'
import { checkedMistakeNamed, checkedMistakes, simulatedMistakeNamed, simulatedMistakes, slugOf } from './catalogue.js'
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
    expect(checkedMistakeNamed(name)).toBe(mistake)
  }
  expect(() => checkedMistakeNamed('raft-a-voter-that-votes-for-everyon-')).toThrow(
    /Did you mean raft-a-voter-that-votes-for-everyone\?/,
  )
  expect(() => checkedMistakeNamed('raft')).toThrow(/--mistake list/)
})

test('a mistake that the other tool finds is known, and who finds it is said', () => {
  const find = { check: simulatedMistakeNamed, sim: checkedMistakeNamed }
  const mistakes = { check: checkedMistakes, sim: simulatedMistakes }
  for (const tool of ['check', 'sim'] as const) {
    const names = mistakes[tool]
      .map(slugOf)
      .filter((name) => !mistakes[tool === 'sim' ? 'check' : 'sim'].some((other) => slugOf(other) === name))
    expect(names.length).toBeGreaterThan(0)
    for (const name of names) {
      expect(() => find[tool](name)).toThrow(
        `this mistake is found by quorate ${tool}: run quorate ${tool} --mistake ${name}`,
      )
    }
  }
  expect(() => find.check('votes-for-everyone')).toThrow(
    /run quorate check --mistake raft-a-voter-that-votes-for-everyone$/,
  )
})
