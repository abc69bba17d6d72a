import {
  describeQuorum,
  fingerprintOf,
  type GroupDefinition,
  hostsOf,
  type LogLimits,
  type NodeId,
} from '@quorate/core'

/**
 * What all nodes of a group must take it for, or what one of them was told another loses: who hosts which role when it begins,
 * who decides, and how much is remembered of clients. What may differ from node to node, such as times, is no part of it, nor is
 * whom a group consists of after it has changed its members: its roles know that.
 */
export interface Charter {
  readonly group: string
  /** One line for each thing, e.g. `server: n1, n2, n3`. It stands on disks: what it says of a group must not change. */
  readonly text: string
  readonly fingerprint: number
}

/** Limits that decide what is applied. */
const agreedLimits = ['sessionsMax', 'sessionBytesMax', 'sessionsBytesMax'] as const satisfies (keyof LogLimits)[]

/** What a group without a log says of them on the disks of today: it had to name a number once. */
const withoutLog: Partial<LogLimits> = { sessionsMax: 1 }

export function charterOf(group: string, { protocol, roles, quorums, service }: GroupDefinition): Charter {
  const limits = service.type === 'log' ? service.limits : withoutLog
  const lines = [
    `protocol: ${protocol}`,
    ...Object.entries(roles).map(([role, { nodes }]) => `${role}: ${[...nodes].sort().join(', ')}`),
    ...(quorums ? [`phase 1: ${describeQuorum(quorums.phase1)}`, `phase 2: ${describeQuorum(quorums.phase2)}`] : []),
    ...agreedLimits.flatMap((name) => (limits[name] === undefined ? [] : [`${name}: ${limits[name]}`])),
  ]
  const text = lines.sort().join('\n')
  return { group, text, fingerprint: fingerprintOf(text) }
}

/** The groups that a node is a member of, as it was started with them. */
export const chartersOf = (node: NodeId, groups: Readonly<Record<string, GroupDefinition>>): readonly Charter[] =>
  Object.entries(groups).flatMap(([name, definition]) =>
    Object.values(definition.roles).some((of) => hostsOf(of).includes(node)) ? [charterOf(name, definition)] : [],
  )
