import { expect, test } from 'vitest'
import { messageText } from './messageText.js'
import { fieldsOf } from './traceEventOf.js'

const text = (message: object) => messageText(fieldsOf({ type: 'M', ...message }).fields ?? null)

test.each([
  [{ term: 3, voteGranted: true }, 'term 3, voteGranted true'],
  [{ ballot: { round: 2, node: 'n1' } }, 'ballot 2/n1'],
  [{ last: { index: 5, term: 2 } }, 'last 5@2'],
  [{ entries: [{ index: 5 }, { index: 6 }, { index: 7 }] }, 'entries 5..7'],
  [{ entries: [{ index: 5 }] }, 'entries 5'],
  [{ entries: [], reads: [1, 2] }, 'reads 2'],
  [{ value: new TextEncoder().encode('blue'), data: new Uint8Array(99) }, 'value "blue", data of 99 bytes'],
  [
    { accepted: { ballot: { round: 1, node: 'n2' }, value: new TextEncoder().encode('red') } },
    'accepted ballot 1/n2 value "red"',
  ],
  [{ bytes: Uint8Array.of(0, 65), quoted: new TextEncoder().encode('"') }, 'bytes of 2 bytes, quoted "\\""'],
  [{ entries: Array.from({ length: 80 }, (_, at) => ({ index: at + 1 })) }, 'entries 1..50 and 30 more'],
  [{ reads: Array.from({ length: 80 }, () => 0) }, 'reads 80'],
  [{ name: 'a name that is far too long to be shown', at: undefined }, ''],
])('%j is told as %j', (message, expected) => {
  expect(text(message)).toBe(expected)
})
