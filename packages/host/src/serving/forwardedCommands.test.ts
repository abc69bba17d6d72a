import type { Command } from '@quorate/core'
import { describe, expect, it } from 'vitest'
import { ForwardedCommands } from './forwardedCommands.js'

const part = (client: string, request: number, session = 0) => {
  const commands: Command[] = [{ kind: 'command', session, sequence: 1, answeredBelow: 0, bytes: new Uint8Array(1) }]
  return { client: `g/answers/${client}`, request, commands, open: 1 } as const
}
const whoOf = (askers: readonly { readonly client: string; readonly request: number }[]) =>
  askers.map(({ client, request }) => `${client} ${request}`)

describe('Takings', () => {
  it('remembers whose messages a proposal was made of, once', () => {
    const forwarded = new ForwardedCommands()
    forwarded.add(1, part('a', 5), 0)
    forwarded.add(1, part('b', 6), 0)
    forwarded.add(2, part('a', 7), 0)
    expect(whoOf(forwarded.takeProposal(1))).toEqual(['g/answers/a 5', 'g/answers/b 6'])
    expect(forwarded.takeProposal(1)).toEqual([])
    expect(forwarded.takeProposal(3)).toEqual([])
    expect(whoOf(forwarded.takeProposal(2))).toEqual(['g/answers/a 7'])
  })

  it('names each client once when nothing will be answered any more, by its last message', () => {
    const forwarded = new ForwardedCommands()
    forwarded.add(1, part('a', 5), 0)
    forwarded.add(2, part('b', 6), 0)
    forwarded.add(3, part('a', 7), 0)
    expect(whoOf(forwarded.takeAll())).toEqual(['g/answers/a 7', 'g/answers/b 6'])
    expect(forwarded.takeAll()).toEqual([])
  })

  it('knows who used a session of late', () => {
    const forwarded = new ForwardedCommands()
    forwarded.add(1, part('a', 5, 10), 0)
    forwarded.add(2, part('b', 6, 11), 2000)
    forwarded.add(3, part('c', 7, 10), 2000)
    expect(forwarded.clientOf(10)).toBe('g/answers/c')
    expect(forwarded.clientOf(12)).toBeUndefined()
    forwarded.expire(4000)
    expect(forwarded.takeProposal(1)).toEqual([])
    expect(forwarded.clientOf(11)).toBe('g/answers/b')
    forwarded.expire(6000)
    expect(forwarded.clientOf(11)).toBeUndefined()
  })

  it('remembers the last 16,384 messages', () => {
    const forwarded = new ForwardedCommands()
    for (let request = 1; request <= 20_000; request++) forwarded.add(request, part('a', request), 0)
    expect(forwarded.takeProposal(20_000 - 16_384)).toEqual([])
    expect(forwarded.takeProposal(20_001 - 16_384).length).toBe(1)
    // What was forgotten for its age makes room as well.
    forwarded.expire(5000)
    for (let request = 30_001; request <= 30_000 + 16_384; request++) forwarded.add(request, part('a', request), 5000)
    expect(forwarded.takeProposal(30_001).length).toBe(1)
  })
})
