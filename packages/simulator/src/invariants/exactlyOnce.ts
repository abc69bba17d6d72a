import { ordersLog } from '../subject/clientGroups.js'
import type { InvariantFactory } from './invariant.js'

/** A command is executed at most once, however often it was sent, and at the same place on every node. */
export const exactlyOnce: InvariantFactory = ({ definition, broken }) => {
  if (!ordersLog(definition)) return undefined
  const places = new Map<string, number>()
  return {
    name: 'Exactly Once',
    source: 'Ongaro, "Consensus: Bridging Theory and Practice" (2014), section 6.3',
    applied({ node }, command, { index }) {
      // The commands of a simulation are all different: each bears its own id.
      const text = textDecoder.decode(command)
      const known = places.get(text)
      if (known === undefined) places.set(text, index)
      else if (known !== index) broken(`${node} executes ${text} at ${index}, and it was executed at ${known}`)
    },
  }
}

const textDecoder = new TextDecoder()
