import type { HistoryDefinition, RoleState } from '@quorate/checker'
import { defineStateMachine, type Effect, type Entry, json, type Message } from '@quorate/core'

/** What protocols that order a log have in common, seen from the state machines. @module */

/** The entries that state machines were given, as `term.command`, by index; more than one of an index is a mistake. */
export type AppliedLog = readonly (readonly string[])[]

export interface Applied {
  readonly entries: readonly { readonly index: number; readonly entry: string }[]
}

const text = new TextDecoder()

/** What state machines apply; `markOf` says what must be equal of two entries of one index beside the command. */
export const appliedLog = (
  markOf: (entry: Entry) => string,
): HistoryDefinition<RoleState, Message, Applied, AppliedLog> => ({
  initial: [],
  gathers: true,
  note({ outputs }) {
    const entries = (outputs as readonly Effect[])
      .flatMap((effect) => (effect.type === 'commit' ? effect.entries : []))
      .map((entry) => ({
        index: entry.index,
        entry: markOf(entry) + (entry.kind === 'command' ? text.decode(entry.bytes) : entry.kind),
      }))
    return entries.length > 0 ? { entries } : undefined
  },
  record(history, { entries }) {
    const log = history.map((seen) => seen)
    for (const { index, entry } of entries) {
      const seen = log[index - 1] ?? []
      if (!seen.includes(entry)) log[index - 1] = [...seen, entry].sort()
    }
    return log
  },
})

export const isOneLog = (history: AppliedLog): boolean => history.every((seen) => seen.length === 1)

export const hasApplied = (history: AppliedLog, command: string): boolean =>
  history.some((seen) => seen.some((entry) => entry.endsWith(`"${command}"`)))

/** Remembers the commands in the order of their application. */
export const commandLog = defineStateMachine<readonly string[], string, number>({
  initial: () => [],
  apply: (commands, command) => ({ state: [...commands, command], result: commands.length + 1 }),
  snapshot: json<readonly string[]>().encode,
  restore: json<readonly string[]>().decode,
})

/** A command without a session, since what is asked is what the log does. */
export const proposal = (request: number, command: string) => ({
  type: 'client.proposed',
  request,
  commands: [
    {
      kind: 'command',
      session: 0,
      sequence: request,
      answeredBelow: 0,
      bytes: commandLog.codecs.command.encode(command),
    },
  ],
})
