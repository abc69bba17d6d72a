import { type Placement, planOf } from './plan.js'

/** Writes a topology as a flowchart of Mermaid: a frame for each node, around the roles that it hosts. */
export const topologyMermaid = (topology: Placement): string => {
  const { nodes, groups } = planOf(topology)
  // Names of nodes, groups and roles hold letters, digits, hyphens and underscores, and may be words of Mermaid's.
  const frames = nodes.flatMap((node, at) => [
    `  subgraph n${at}["${node}"]`,
    ...groups.flatMap(({ name, lanes }, group) =>
      lanes.flatMap(({ role, hosts }, lane) =>
        hosts.includes(node) ? [`    n${at}g${group}r${lane}["${name}: ${role}"]`] : [],
      ),
    ),
    '  end',
  ])
  return `${['flowchart LR', ...frames].join('\n')}\n`
}
