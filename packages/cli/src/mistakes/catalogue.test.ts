import { expect, test } from 'vitest'
import { checkedMistakeNamed, checkedMistakes, simulatedMistakeNamed, simulatedMistakes } from './catalogue.js'
import { slugOf } from './mistake.js'
import { pitfalls } from './pitfalls.js'

const [checked, simulated] = await Promise.all([checkedMistakes(), simulatedMistakes()])

test('every pitfall is made on purpose', () => {
  const made = new Set([...checked, ...simulated].map(({ pitfall }) => pitfall))
  expect([...made].toSorted()).toEqual(Object.keys(pitfalls).toSorted())
})

test('no mistake is told twice of one tool', () => {
  for (const mistakes of [checked, simulated]) {
    expect(new Set(mistakes.map(slugOf)).size).toBe(mistakes.length)
  }
})

test('a mistake is known by its name, by what is typed of it, and by a part that no other has', async () => {
  const [mistake] = checked
  for (const name of [mistake!.name, slugOf(mistake!), 'votes-for-everyone']) {
    expect(await checkedMistakeNamed(name)).toBe(mistake)
  }
  await expect(checkedMistakeNamed('raft-a-voter-that-votes-for-everyon-')).rejects.toThrow(
    /Did you mean raft-a-voter-that-votes-for-everyone\?/,
  )
  await expect(checkedMistakeNamed('raft')).rejects.toThrow(
    /several mistakes have "raft" in their names: raft-.*, \.\.\.\. --mistake list names all/,
  )
  await expect(checkedMistakeNamed('nope')).rejects.toThrow('there is no mistake "nope". --mistake list names all')
})

test('a mistake that the other tool finds is known, and who finds it is said', async () => {
  const find = { check: simulatedMistakeNamed, sim: checkedMistakeNamed }
  const mistakes = { check: checked, sim: simulated }
  for (const tool of ['check', 'sim'] as const) {
    const names = mistakes[tool]
      .map(slugOf)
      .filter((name) => !mistakes[tool === 'sim' ? 'check' : 'sim'].some((other) => slugOf(other) === name))
    expect(names.length).toBeGreaterThan(0)
    for (const name of names) {
      await expect(find[tool](name)).rejects.toThrow(
        `this mistake is found by quorate ${tool}: run quorate ${tool} --mistake ${name}`,
      )
    }
  }
  await expect(find.check('votes-for-everyone')).rejects.toThrow(
    /run quorate check --mistake raft-a-voter-that-votes-for-everyone$/,
  )
})
