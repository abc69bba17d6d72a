import { fingerprintOf } from '@quorate/core'
import { expect, it } from 'vitest'
import { NodeBook } from './nodeBook.js'

const own = { node: 'n1', store: new Uint8Array(16).fill(1) }
const text = 'log: n1, n2'
const fingerprint = fingerprintOf(text)
const charterOf = (group: string) => ({ group, text, fingerprint })

it('knows, after a restart too, what a group was begun with, and in which it has forgotten what it promised', () => {
  const book = new NodeBook({ own, record: undefined, nowMs: 0, doubtful: false })
  for (const group of ['kept', 'dropped', 'empty']) book.setCharter(charterOf(group))
  book.drop('dropped', true)
  book.drop('empty', false)
  book.drop('unknown', true)
  const again = new NodeBook({ own, record: book.encode(), nowMs: 0, doubtful: false })
  for (const each of [book, again]) {
    expect(each.groups).toEqual(['kept'])
    expect(each.charterOf('dropped')).toBeUndefined()
    expect(each.hasDropped(charterOf('dropped'))).toBe(true)
    expect(each.hasDropped({ ...charterOf('dropped'), fingerprint: fingerprint + 1 })).toBe(false)
    for (const group of ['kept', 'empty', 'unknown']) expect(each.hasDropped(charterOf(group))).toBe(false)
  }
})
