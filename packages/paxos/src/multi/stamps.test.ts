import type { Entry } from '@quorate/core'
import { expect, test } from 'vitest'
import { messages } from '../generated/multi_paxos.js'

const bytes = (text: string) => new TextEncoder().encode(text)
const entries: readonly Entry[] = [
  { index: 7, term: 3, kind: 'openSession', session: 9, sequence: 1, answeredBelow: 0, bytes: bytes('c1') },
  {
    index: 8,
    term: 3,
    kind: 'command',
    session: Number.MAX_SAFE_INTEGER,
    sequence: 2,
    answeredBelow: 1,
    bytes: bytes('add'),
  },
  { index: 9, term: 4, kind: 'noop', session: 0, sequence: 0, answeredBelow: 0, bytes: bytes('') },
  { index: 10, term: 4, kind: 'command', session: 9, sequence: 300, answeredBelow: 200, bytes: bytes('x') },
  { index: 11, term: 4, kind: 'configuration', session: 0, sequence: 0, answeredBelow: 0, bytes: bytes('n1') },
]

/** What the version before stamps wrote of these. */
const written = [
  '0a06080412026e3110011a0e080710031802200928013a0263311a160808100320ffffffffffffff0f280230013a03616464',
  '1a060809100418011a0f080a1004200928ac0230c8013a01781a0a080b100418033a026e31200632026c31',
].join('')
const message = {
  type: 'Accept',
  ballot: { round: 4, node: 'n1' },
  number: 1,
  entries,
  chosenThrough: 6,
  forgetThrough: 0,
  answeredBy: 'l1',
} as const

const hex = (of: Uint8Array) => Buffer.from(of).toString('hex')

test('entries of Accept without stamps are read and written as the version before them did', () => {
  expect(messages.decode('Accept', new Uint8Array(Buffer.from(written, 'hex')))).toEqual(message)
  expect(hex(messages.encode(message))).toBe(written)
})

test('entries of Accept with stamps are read as they were', () => {
  const stamp = { by: 3, nowMs: 5_000_000, wallMs: 1_767_225_600_000 }
  const stamped = { ...message, entries: entries.map((entry) => ({ ...entry, stamp })) }
  expect(messages.decode('Accept', messages.encode(stamped))).toEqual(stamped)
})
