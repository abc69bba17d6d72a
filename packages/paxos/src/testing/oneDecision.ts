import type { InvariantFactory } from '@quorate/core/testing'

/** "Only a value that has been proposed may be chosen", and "only a single value is chosen": whoever is told one is told that. */
export const oneDecision: InvariantFactory = ({ definition, broken }) => {
  if (definition.protocol !== 'paxos') return undefined
  const proposed = new Set<unknown>()
  let chosen: unknown
  return {
    name: 'One Decision',
    source: 'Lamport, "Paxos Made Simple" (2001), section 2.1',
    began(_process, { value }) {
      proposed.add(value)
    },
    answered(process, _operation, ending) {
      if (ending.type !== 'ok') return
      const { result } = ending
      if (!proposed.has(result)) broken(`client ${process} was told ${result}, which nobody proposed`)
      else if (chosen !== undefined && chosen !== result) {
        broken(`client ${process} was told ${result}, another was told ${chosen}`)
      }
      chosen ??= result
    },
  }
}
