import type { Command } from '@quorate/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PendingCommands } from './pendingCommands.js'
import type { Part } from './takenCommands.js'

const command = (session: number, sequence: number): Command => ({
  kind: session === 0 ? 'openSession' : 'command',
  session,
  sequence,
  answeredBelow: 0,
  bytes: new TextEncoder().encode('client'),
})

const steps = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant('add' as const),
      request: fc.integer({ min: 1, max: 5 }),
      session: fc.integer({ min: 0, max: 2 }),
      sequences: fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 5 }),
    }),
    fc.record({
      do: fc.constant('take' as const),
      session: fc.integer({ min: 0, max: 2 }),
      sequence: fc.integer({ min: 1, max: 8 }),
    }),
    fc.record({ do: fc.constant('refuse' as const), request: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ do: fc.constant('all' as const) }),
  ),
  { maxLength: 60 },
)

describe('Waiters', () => {
  it('does as a plain list of who waits for what', () => {
    fc.assert(
      fc.property(steps, (script) => {
        const pendingCommands = new PendingCommands()
        let naive: { request: number; command: Command; part: Part }[] = []
        const distinct = (parts: Part[]) => new Set(parts)
        for (const step of script) {
          if (step.do === 'add') {
            const commands = step.sequences
              .map((sequence) => command(step.session, sequence))
              .filter((each) => !pendingCommands.has(each))
            if (commands.length === 0) continue
            const part: Part = { client: 'g/answers/c', request: 1, commands, open: commands.length }
            pendingCommands.add(step.request, part, 0)
            for (const each of commands) naive.push({ request: step.request, command: each, part })
          } else if (step.do === 'take') {
            const isIt = ({ command: { session, sequence } }: { command: Command }) =>
              session === step.session && sequence === step.sequence
            expect(pendingCommands.take(command(step.session, step.sequence))).toBe(naive.find(isIt)?.part)
            naive = naive.filter((each) => !isIt(each))
          } else {
            const isIt = ({ request }: { request: number }) => step.do === 'all' || request === step.request
            const parts = step.do === 'all' ? pendingCommands.takeAll() : pendingCommands.takeProposal(step.request)
            expect(distinct([...parts])).toEqual(distinct(naive.filter(isIt).map(({ part }) => part)))
            naive = naive.filter((each) => !isIt(each))
          }
          expect(pendingCommands.commands).toBe(naive.length)
          expect(pendingCommands.bytes).toBe(naive.length * (6 + 72))
        }
      }),
    )
  })

  it('forgets what was taken too long ago, and nothing else', () => {
    const pendingCommands = new PendingCommands(1000)
    const add = (request: number, sequence: number, nowMs: number) =>
      pendingCommands.add(request, { client: 'g/answers/c', request, commands: [command(1, sequence)], open: 1 }, nowMs)
    add(1, 1, 0)
    add(2, 2, 500)
    add(1, 3, 900)
    pendingCommands.expire(999)
    expect(pendingCommands.commands).toBe(3)
    pendingCommands.expire(1000)
    expect([1, 2, 3].map((sequence) => pendingCommands.has(command(1, sequence)))).toEqual([false, true, false])
    expect(pendingCommands.takeProposal(1)).toEqual([])
    expect(pendingCommands.bytes).toBe(6 + 72)
    pendingCommands.expire(1500)
    expect(pendingCommands.commands).toBe(0)
  })
})
