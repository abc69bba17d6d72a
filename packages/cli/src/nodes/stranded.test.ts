import { expect, test } from 'vitest'
import { strandedOf } from './stranded.js'

const node = (id: string, ...waitingFor: string[]) => ({ id, waitingFor })
const strandedIn = (nodes: ReturnType<typeof node>[], ...ended: string[]) =>
  strandedOf(nodes, new Set(ended)).map(({ node: { id }, missing }) => [id, ...missing])

test.each([
  ['nobody has ended', [node('n1', 'n2'), node('n2', 'n1')], [], []],
  ['all have ended', [node('n1'), node('n2')], ['n1', 'n2'], []],
  [
    'every node that is left waits for one that has ended',
    [node('n1'), node('n2', 'n1'), node('n3', 'n1', 'n2')],
    ['n1'],
    [
      ['n2', 'n1'],
      ['n3', 'n1'],
    ],
  ],
  ['one that is left serves, or starts', [node('n1'), node('n2'), node('n3', 'n1')], ['n1'], []],
  [
    'one that is left waits for a node that may yet answer',
    [node('n1'), node('n2', 'n3'), node('n3', 'n1')],
    ['n1'],
    [],
  ],
])('stranded nodes: %s', (_what, nodes, ended, stranded) => {
  expect(strandedIn(nodes, ...ended)).toEqual(stranded)
})
