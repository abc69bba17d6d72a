import { type Command, defineStateMachine, json, type Random } from '@quorate/core'
import { type MultiPaxosOptions, multiPaxos } from './multiPaxos.js'

/** Remembers the commands in the order of their application. */
export const history = defineStateMachine<readonly string[], string, number>({
  initial: () => [],
  apply: (commands, command) => ({ state: [...commands, command], result: commands.length + 1 }),
  snapshot: json<readonly string[]>().encode,
  restore: json<readonly string[]>().decode,
})

/** Small limits, so that windows, pieces and snapshots are met within a few entries. */
const smallLimits = { entriesMax: 3, bytesMax: 200, pollsMax: 2, openSlotsMax: 50, entriesKept: 2 }

export const three = ['n1', 'n2', 'n3']

/** A group whose roles run on the same three nodes. */
export const groupOf = (options: Partial<MultiPaxosOptions<typeof history>> = {}) =>
  multiPaxos({
    proposers: three,
    acceptors: three,
    learners: three,
    stateMachine: history,
    ...options,
    limits: { ...smallLimits, ...options.limits },
  })

/** A command outside of sessions: the log itself is under test. */
export const commandOf = (text: string): Command => ({
  kind: 'command',
  session: 0,
  sequence: 1,
  answeredBelow: 0,
  bytes: history.codecs.command.encode(text),
})

/** Draws that are equal in every run. */
export function randomOf(seed: number): Random {
  let state = seed * 2 + 1
  return {
    below(limit) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((state / 2 ** 32) * limit)
    },
  }
}
