import { expect, test } from 'vitest'
import { lanesOf, spaceTimeDiagram } from './spaceTimeDiagram.js'
import type { TraceEvent } from './traceEvent.js'
import { lineText, TraceText } from './traceText.js'

const fields = { term: 3, lastLogIndex: 1_234_567_890 }
const trace: readonly TraceEvent[] = [
  { type: 'step', atUs: 0, who: 'n1', actor: 'g/server/n1', cause: { type: 'start' }, state: 'follower' },
  { type: 'step', atUs: 0, who: 'n2', actor: 'g/server/n2', cause: { type: 'start' }, state: 'follower' },
  {
    type: 'sent',
    atUs: 1000,
    who: 'n1',
    id: 'n1/1/1',
    to: 'g/server/all',
    message: 'Vote',
    fields,
    bytes: 10,
    checksum: 'abc',
  },
  { type: 'received', atUs: 2000, who: 'n2', id: 'n1/1/1', from: 'n1', message: 'Vote' },
  { type: 'received', atUs: 2000, who: 'n1', id: 'n1/1/1', from: 'n1', message: 'Vote' },
  { type: 'received', atUs: 2000, who: 'n3', id: 'n1/1/1', from: 'n1', message: 'Vote', isGarbled: true },
  { type: 'dropped', atUs: 2500, who: 'n1', by: 'bus', from: 'n2', message: 'Reply', why: 'loss', fields: { term: 3 } },
  { type: 'dropped', atUs: 2600, who: 'n1', by: 'node', why: 'malformed' },
  { type: 'step', atUs: 2700, who: 'n1', actor: 'g/server/n1', cause: { type: 'host' }, state: 'follower' },
  {
    type: 'written',
    atUs: 2800,
    who: 'n1',
    isDurable: false,
    writes: [{ key: 'g/server', operations: ['append', 'persist'] }],
  },
  { type: 'written', atUs: 2801, who: 'n1', isDurable: true, writes: [{ key: 'g/server', operations: ['append'] }] },
  { type: 'applied', atUs: 2900, who: 'n1', group: 'g', entries: 1, last: { index: 1, term: 1 } },
  { type: 'note', atUs: 2950, who: 'c1', text: 'asks write x 1' },
  { type: 'fault', atUs: 3000, who: 'n2', fault: 'crash' },
  ...Array.from(
    { length: 9 },
    (_, at): TraceEvent => ({ type: 'received', atUs: (4 + at) * 1000, who: 'n2', from: 'n1', message: 'Beat' }),
  ),
]

test('a line for each event that leads somewhere; what a message says stands where it is heard', () => {
  const text = new TraceText()
  expect(
    trace
      .slice(0, 15)
      .flatMap((event) => text.lineOf(event) ?? [])
      .map(lineText),
  ).toEqual([
    '0.000 n1 g/server is follower',
    '0.000 n2 g/server is follower',
    '1.000 n1 says Vote to g/server/all 10 abc',
    '2.000 n2 hears Vote from n1 (term 3, lastLogIndex 1234567890)',
    '2.000 n1 hears Vote from n1 (term 3, lastLogIndex 1234567890)',
    '2.000 n3 hears Vote from n1',
    '2.500 n1 misses Reply from n2: loss (term 3)',
    '2.600 n1 drops a message from nobody known: malformed',
    '2.800 n1 disk writes g/server append+persist',
    '2.801 n1 disk has written',
    '2.950 c1 asks write x 1',
    '3.000 n2 suffers crash',
    '4.000 n2 hears Beat from n1',
  ])
})

test('a space-time diagram: lanes, arrows, what happens where, and no message that is no news', () => {
  expect(spaceTimeDiagram(trace.slice(2), ['n1', 'n2'])).toEqual([
    '           n1                              n2',
    '    2.000  |- Vote term 3, lastLogInde… -->|',
    '    2.500  < Reply lost term 3 ------------|',
    '    2.700  * g/server is follower          |',
    '    3.000  |                               * suffers crash',
  ])
  expect(spaceTimeDiagram(trace, ['n1', 'n2'], 60, true).at(-1)).toBe('   12.000  |- Beat ----------------------->|')
  expect(spaceTimeDiagram(trace, ['n1', 'n2'], 1)[1]).toMatch(/4 earlier events/)
})

test('lanes are for those who step, and for clients that ask', () => {
  expect(lanesOf(trace)).toEqual(['n1', 'n2', 'c1'])
})
