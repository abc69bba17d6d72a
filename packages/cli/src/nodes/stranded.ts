/** A node as its process tells of it. */
interface WaitingNode {
  readonly id: string
  /** Nodes that must answer before the actors of this one run. */
  readonly waitingFor: readonly string[]
}

/** One that waits, and for which of the nodes that have ended. */
export interface Stranded<Node extends WaitingNode> {
  readonly node: Node
  readonly missing: readonly string[]
}

/**
 * The nodes that run, if every one of them waits for a node that has ended: nothing more comes of this cluster then. Empty as
 * long as one of them does not wait, because it serves clients, or may yet answer the others.
 */
export const strandedOf = <Node extends WaitingNode>(
  nodes: readonly Node[],
  ended: ReadonlySet<string>,
): readonly Stranded<Node>[] => {
  const running = nodes
    .filter(({ id }) => !ended.has(id))
    .map((node) => ({ node, missing: node.waitingFor.filter((id) => ended.has(id)) }))
  return running.every(({ missing }) => missing.length > 0) ? running : []
}
