import { type Entry, isSameEntry, type NodeId } from '@quorate/core'
import type { InvariantFactory } from '@quorate/core/testing'
import { acceptancesOf, isMultiPaxos } from './paxosAcceptors.js'

/** P2a: "If a proposal with value v is chosen, then every higher-numbered proposal accepted by any acceptor has value v." */
export const chosenStaysChosen: InvariantFactory = ({ group, definition, broken }) => {
  const { quorums } = definition
  if (!isMultiPaxos(definition) || !quorums) return undefined
  const votes = new Map<string, Record<NodeId, true>>()
  /** By slot: the lowest ballot in which a value is known to be chosen. */
  const chosen = new Map<number, { readonly ballot: number; readonly value: Entry }>()
  return {
    name: 'Chosen Stays Chosen',
    source: 'Lamport, "Paxos Made Simple" (2001), section 2.2, P2a',
    durable(node, writes) {
      for (const { slot, ballot, value } of acceptancesOf(group, node, writes)) {
        const known = chosen.get(slot)
        if (known && ballot > known.ballot && !isSameEntry(known.value, value)) {
          broken(`slot ${slot}: ${node} accepts another value in ballot ${ballot} than was chosen in ${known.ballot}`)
        }
        const key = `${slot}/${ballot}`
        const by = votes.get(key) ?? {}
        by[node] = true
        votes.set(key, by)
        if ((!known || ballot < known.ballot) && quorums.phase2.tally(by) === 'won') chosen.set(slot, { ballot, value })
      }
    },
  }
}
