import { virtualClock } from '@quorate/core/testing'
import { describe, expect, it } from 'vitest'
import { Joining } from './joining.js'

const begin = () => {
  const clock = virtualClock()
  const joined: string[] = []
  const joining = new Joining(clock, (group) => joined.push(group))
  return { clock, joined, joining }
}

describe('a group that a node joins', () => {
  it('is heard by nobody before a member has taken the node in, and by none who goes by an earlier list after it', () => {
    const { joining } = begin()
    joining.add('g')
    expect([joining.isOutside('g'), joining.hears('g', 9)]).toEqual([true, false])
    joining.takenIn('g', 3)
    expect(joining.isOutside('g')).toBe(false)
    expect([0, 2, 3, 4].map((version) => joining.hears('g', version))).toEqual([false, false, true, true])
    // Another member goes by an older list that names it too: of the node that it replaces.
    joining.takenIn('g', 1)
    expect(joining.hears('g', 2)).toBe(false)
  })

  it('has joined when its roles go by the list that took it in, or a later one', () => {
    const { joining, joined } = begin()
    joining.add('g')
    joining.follows('g', 1)
    joining.takenIn('g', 3)
    joining.follows('g', 2)
    expect([joined, joining.has('g')]).toEqual([[], true])
    joining.follows('g', 4)
    expect([joined, joining.has('g'), joining.hears('g', 0)]).toEqual([['g'], false, true])
  })

  it('has joined as soon as it is taken in where its roles have recovered such a list: it crashed before that was noted', () => {
    const { joining, joined } = begin()
    joining.add('g')
    joining.follows('g', 3)
    expect([joined, joining.hears('g', 3)]).toEqual([[], false])
    joining.takenIn('g', 3)
    expect([joined, joining.has('g'), joining.hears('g', 0)]).toEqual([['g'], false, true])
  })

  it('is taken in again by a later list alone than the one by which it had left', () => {
    const { joining } = begin()
    joining.add('g', 3)
    joining.takenIn('g', 2)
    joining.takenIn('g', 3)
    expect(joining.isOutside('g')).toBe(true)
    joining.takenIn('g', 4)
    expect(joining.isOutside('g')).toBe(false)
  })

  it('asks now and then, and no more about one that it has nothing to do with', () => {
    const { clock, joining } = begin()
    joining.add('g')
    expect([joining.mayAsk('g'), joining.mayAsk('g'), joining.mayAsk('other')]).toEqual([true, false, false])
    clock.advance(250)
    expect(joining.mayAsk('g')).toBe(true)
    joining.forget('g')
    clock.advance(250)
    expect([joining.mayAsk('g'), joining.hears('g', 0)]).toEqual([false, true])
  })
})
