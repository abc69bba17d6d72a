import { createHash } from 'node:crypto'
import { KvClient, type KvCommand, kv } from '@quorate/kv'
import { expect, test } from 'vitest'
import { digestOf } from '../nodes/digest.js'
import { outcomeOf } from './compare.js'
import { splitLines } from './input.js'
import { lineKey, linePrefix } from './replicate.js'

/** A client of a state that came from these commands, applied at the indexes 1, 2, 3... */
const clientOf = (commands: readonly KvCommand[]): KvClient => {
  let state = kv.initial()
  commands.forEach((command, at) => {
    state = kv.apply(state, kv.codecs.command.encode(command), { index: at + 1, wallMs: 0, logMs: 0 }).state
  })
  return new KvClient({
    propose: () => Promise.reject(new Error('nothing is changed here')),
    query: async (query) => kv.codecs.answer.decode(kv.query(state, kv.codecs.query.encode(query))),
  })
}

const file = 'same\nsame\nother\n\nlast'
const lines = splitLines(Buffer.from(file))
const input = { lines, sha256: createHash('sha256').update(file).digest('hex') }
const puts = lines.map((value, at): KvCommand => ({ operation: 'put', key: lineKey(at + 1), value }))

const outcome = async (...commands: (KvCommand | undefined)[]) => {
  const given = commands.filter((command) => command !== undefined)
  return outcomeOf('n1', await digestOf(clientOf(given), linePrefix), input)
}
const [first, second, third, fourth, fifth] = puts

test('every line once, in order: equal, also with other entries between them', async () => {
  const other: KvCommand = { operation: 'put', key: 'other', value: Buffer.from('x') }
  expect(await outcome(...puts)).toEqual({ id: 'n1', applied: 5, sha256: input.sha256, equal: true })
  expect(await outcome(first, other, second, third, other, fourth, fifth)).toMatchObject({ equal: true })
})

test.each([
  ['a line is missing', [first, second, third, fifth], 4],
  ['the last line is missing', [first, second, third, fourth], 4],
  ['a line was applied twice', [first, second, third, fourth, fourth, fifth], 5],
  ['two lines came in the wrong order', [first, third, second, fourth, fifth], 5],
  [
    'two equal lines came in the wrong order: the hash alone does not show it',
    [second, first, third, fourth, fifth],
    5,
  ],
  ['a line has other bytes', [first, second, third && { ...third, value: Buffer.from('OTHER\n') }, fourth, fifth], 5],
])('%s: not equal', async (_title, commands, applied) => {
  expect(await outcome(...commands)).toMatchObject({ applied, equal: false })
})
