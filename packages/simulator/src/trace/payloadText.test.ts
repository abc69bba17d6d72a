import { encodeEnvelope, type Message, type MessageCodec, wireVersion } from '@quorate/core'
import { expect, test } from 'vitest'
import { payloadText } from './payloadText.js'

/** A codec that knows one message. */
const codecOf = (message: object): MessageCodec<Message> => ({
  types: ['M'],
  encode: () => new Uint8Array(0),
  decode: () => ({ type: 'M', ...message }),
})

const text = (message: object, type = 'M') => {
  const [from, to] = ['g/r/n1', 'g/r/n2'] as const
  const envelope = { cluster: 'c', from, to, fromStore: new Uint8Array(0), type, payload: new Uint8Array(0) }
  const bytes = encodeEnvelope({ version: wireVersion, ...envelope })
  return payloadText(bytes, [codecOf(message)])
}

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
  [{ name: 'a name that is far too long to be shown', at: undefined }, ''],
])('%j is told as %j', (message, expected) => {
  expect(text(message)).toBe(expected)
})

test('what nobody can read is not told', () => {
  expect(text({ term: 3 }, 'Other')).toBe('')
  expect(payloadText(Uint8Array.of(1, 2, 3), [])).toBe('')
})
