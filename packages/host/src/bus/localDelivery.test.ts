import { type Address, addressOf, type Envelope, noBytes, wireVersion } from '@quorate/core'
import { virtualClock } from '@quorate/core/testing'
import { describe, expect, it } from 'vitest'
import { ClientInbox } from './clientInbox.js'
import { LocalDelivery } from './localDelivery.js'

const here = addressOf('g', 'client', 'n1')
const there = addressOf('g', 'client', 'n2')

const envelopeOf = (type: string, to: Address = here): Envelope => ({
  version: wireVersion,
  cluster: 'test',
  from: addressOf('g', 'answers', 'c'),
  to,
  fromStore: noBytes,
  type,
  payload: noBytes,
})

describe('what is handed over within a process', () => {
  it('comes in order, and not within the call', () => {
    const clock = virtualClock()
    const local = new LocalDelivery((run) => clock.soon(run))
    const heard: string[] = []
    local.listen(here, {
      receive: ({ type }) => {
        heard.push(type)
        if (type === 'a') local.deliver(envelopeOf('again'))
      },
      inbox: undefined,
    })
    expect([local.has(here), local.has(there)]).toEqual([true, false])
    local.deliver(envelopeOf('a'))
    local.deliver(envelopeOf('b'))
    local.deliver(envelopeOf('lost', there))
    expect(heard).toEqual([])
    clock.settle()
    expect(heard).toEqual(['a', 'b', 'again'])
  })

  it('waits in the inbox while that is open, and never comes within the call after that', () => {
    const clock = virtualClock()
    const local = new LocalDelivery((run) => clock.soon(run))
    const heard: string[] = []
    const inbox = new ClientInbox(
      clock,
      () => {},
      () => {},
    )
    const listening = local.listen(here, { receive: ({ type }) => heard.push(type), inbox })
    local.deliver(envelopeOf('a'))
    clock.settle()
    expect(heard).toEqual([])
    inbox.close()
    expect(heard).toEqual(['a'])
    local.deliver(envelopeOf('b'))
    expect(heard).toEqual(['a'])
    clock.settle()
    expect(heard).toEqual(['a', 'b'])
    listening.end()
    expect(local.has(here)).toBe(false)
  })
})
