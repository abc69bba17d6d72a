import { type Entry, isSameEntry } from '@quorate/core'
import type { InvariantFactory } from '@quorate/core/testing'

/** "If a server has applied a log entry at a given index to its state machine, no other server will ever apply a different log entry for the same index." */
export const stateMachineSafety: InvariantFactory = ({ definition, broken }) => {
  if (definition.service.type !== 'log') return undefined
  const decided = new Map<number, { readonly entry: Entry; readonly node: string }>()
  return {
    name: 'State Machine Safety',
    source: 'Ongaro and Ousterhout (2014), section 5.4.3, Figure 3; it is the safety of every replicated log',
    emitted({ node }, effect) {
      if (effect.type !== 'commit') return
      for (const entry of effect.entries) {
        const known = decided.get(entry.index)
        if (!known) decided.set(entry.index, { entry, node })
        else if (!isSameEntry(known.entry, entry)) {
          broken(`entry ${entry.index} is one on ${known.node} and another on ${node}`)
          return
        }
      }
    },
  }
}
