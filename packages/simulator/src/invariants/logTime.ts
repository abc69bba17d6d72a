import type { InvariantFactory } from '@quorate/core/testing'

/** What a state machine is told of the time is equal on every node, and neither of its clocks goes back. */
export const logTime: InvariantFactory = ({ definition, broken }) => {
  if (definition.service.type !== 'log') return undefined
  const told = new Map<number, { readonly node: string; readonly text: string }>()
  const last = new Map<string, { readonly index: number; readonly wallMs: number; readonly logMs: number }>()
  return {
    name: 'Log Time',
    source:
      'Schneider, "Implementing Fault-Tolerant Services Using the State Machine Approach" (1990), section 3.2: stamps grow',
    applied({ node }, _command, { index, wallMs, logMs }) {
      const text = `${wallMs} and ${logMs}`
      const known = told.get(index)
      if (!known) told.set(index, { node, text })
      else if (known.text !== text) broken(`at entry ${index} it is ${known.text} on ${known.node}, ${text} on ${node}`)
      const before = last.get(node)
      // A node that was started anew begins with an earlier entry.
      if (before && before.index < index && (before.wallMs > wallMs || before.logMs > logMs))
        broken(`on ${node} it was ${before.wallMs} and ${before.logMs} before entry ${index}, where it is ${text}`)
      last.set(node, { index, wallMs, logMs })
    },
  }
}
