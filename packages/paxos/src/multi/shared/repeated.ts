import type { Command } from '@quorate/core'

/** Commands that come a second time, because their clients ask again. @module */

/** What a command is known by when it comes again: its session, or its client, which has none yet. */
function nameOf({ session, sequence, kind, bytes }: Command): string | undefined {
  if (kind === 'openSession') return `${kind} ${sequence} ${bytes}`
  return session === 0 ? undefined : `${session} ${sequence}`
}

/** Those of the commands that are not under way already. */
export function withoutRepeated(arrived: readonly Command[], underWay: readonly Command[]): readonly Command[] {
  // Numbers first: names are made of the few that may be the same, and not of all that is under way.
  const sequences = new Set(arrived.map(({ sequence }) => sequence))
  const known = new Set(underWay.filter(({ sequence }) => sequences.has(sequence)).map(nameOf))
  known.delete(undefined)
  return known.size === 0 ? arrived : arrived.filter((command) => !known.has(nameOf(command)))
}
