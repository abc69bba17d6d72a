import type { InvariantFactory } from './invariant.js'

/** "Only a value that has been proposed may be chosen", and "only a single value is chosen": whoever is told one is told that. */
export const oneDecision: InvariantFactory = ({ definition, broken }) => {
  if (!Object.values(definition.roles).some(({ asked }) => asked)) return undefined
  const proposed = new Set<number>()
  let chosen: number | undefined
  return {
    name: 'One Decision',
    source: 'Lamport, "Paxos Made Simple" (2001), section 2.1',
    began(_process, { value }) {
      proposed.add(value)
    },
    answered(process, _operation, ending) {
      if (ending.type !== 'ok') return
      if (!proposed.has(ending.value)) broken(`client ${process} was told ${ending.value}, which nobody proposed`)
      else if (chosen !== undefined && chosen !== ending.value) {
        broken(`client ${process} was told ${ending.value}, another was told ${chosen}`)
      }
      chosen ??= ending.value
    },
  }
}
