import type { AnyStateNode } from './statechart.js'

/** A state and all states within it, in the order of the document. */
export const nodesWithin = (node: AnyStateNode): readonly AnyStateNode[] => [
  node,
  ...Object.values(node.states).flatMap(nodesWithin),
]
