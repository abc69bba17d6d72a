import type { Command } from '@quorate/core'
import { describe, expect, it } from 'vitest'
import { Takings } from './forwardedCommands.js'

const part = (client: string, request: number, session = 0) => {
  const commands: Command[] = [{ kind: 'command', session, sequence: 1, answeredBelow: 0, bytes: new Uint8Array(1) }]
  return { client: `g/answers/${client}`, request, commands, open: 1 } as const
}
const whoOf = (askers: readonly { readonly client: string; readonly request: number }[]) =>
  askers.map(({ client, request }) => `${client} ${request}`)

describe('Takings', () => {
  it('remembers whose messages a proposal was made of, once', () => {
    const takings = new Takings()
    takings.add(1, part('a', 5), 0)
    takings.add(1, part('b', 6), 0)
    takings.add(2, part('a', 7), 0)
    expect(whoOf(takings.takeProposal(1))).toEqual(['g/answers/a 5', 'g/answers/b 6'])
    expect(takings.takeProposal(1)).toEqual([])
    expect(takings.takeProposal(3)).toEqual([])
    expect(whoOf(takings.takeProposal(2))).toEqual(['g/answers/a 7'])
  })

  it('names each client once when nothing will be answered any more, by its last message', () => {
    const takings = new Takings()
    takings.add(1, part('a', 5), 0)
    takings.add(2, part('b', 6), 0)
    takings.add(3, part('a', 7), 0)
    expect(whoOf(takings.takeAll())).toEqual(['g/answers/a 7', 'g/answers/b 6'])
    expect(takings.takeAll()).toEqual([])
  })

  it('knows who used a session of late', () => {
    const takings = new Takings()
    takings.add(1, part('a', 5, 10), 0)
    takings.add(2, part('b', 6, 11), 2000)
    takings.add(3, part('c', 7, 10), 2000)
    expect(takings.clientOf(10)).toBe('g/answers/c')
    expect(takings.clientOf(12)).toBeUndefined()
    takings.expire(4000)
    expect(takings.takeProposal(1)).toEqual([])
    expect(takings.clientOf(11)).toBe('g/answers/b')
    takings.expire(6000)
    expect(takings.clientOf(11)).toBeUndefined()
  })

  it('remembers the last 16,384 messages', () => {
    const takings = new Takings()
    for (let request = 1; request <= 20_000; request++) takings.add(request, part('a', request), 0)
    expect(takings.takeProposal(20_000 - 16_384)).toEqual([])
    expect(takings.takeProposal(20_001 - 16_384).length).toBe(1)
    // What was forgotten for its age makes room as well.
    takings.expire(5000)
    for (let request = 30_001; request <= 30_000 + 16_384; request++) takings.add(request, part('a', request), 5000)
    expect(takings.takeProposal(30_001).length).toBe(1)
  })
})
