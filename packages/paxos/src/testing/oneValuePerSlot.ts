import { type Entry, isSameEntry, type NodeId } from '@quorate/core'
import type { InvariantFactory } from '@quorate/core/testing'
import { acceptancesOf, isMultiPaxos } from './paxosAcceptors.js'

interface Vote {
  readonly value: Entry
  readonly by: Record<NodeId, true>
}

/** "Only a single value is chosen", and "a process never learns that a value has been chosen unless it actually has been". */
export const oneValuePerSlot: InvariantFactory = ({ group, definition, broken }) => {
  const { quorums } = definition
  if (!isMultiPaxos(definition) || !quorums) return undefined
  const votes = new Map<number, Map<number, Vote>>()
  const chosen = new Map<number, Entry>()
  return {
    name: 'One Value per Slot',
    source: 'Lamport, "Paxos Made Simple" (2001), section 2.1',
    durable(node, writes) {
      for (const { slot, ballot, value } of acceptancesOf(group, node, writes)) {
        const ofSlot = votes.get(slot) ?? new Map<number, Vote>()
        votes.set(slot, ofSlot)
        const vote = ofSlot.get(ballot) ?? { value, by: {} }
        ofSlot.set(ballot, vote)
        if (!isSameEntry(vote.value, value)) broken(`slot ${slot}: ballot ${ballot} has two values`)
        vote.by[node] = true
        if (chosen.has(slot) && isSameEntry(chosen.get(slot) as Entry, value)) continue
        if (quorums.phase2.tally(vote.by) !== 'won') continue
        if (chosen.has(slot)) broken(`slot ${slot}: two values are chosen`)
        chosen.set(slot, value)
      }
    },
    emitted({ node, role }, effect) {
      if (role !== 'learner' || effect.type !== 'commit') return
      for (const entry of effect.entries) {
        const value = chosen.get(entry.index)
        if (!value) broken(`${node} learns a value of slot ${entry.index}, in which none is chosen`)
        else if (!isSameEntry(value, entry))
          broken(`${node} learns another value of slot ${entry.index} than was chosen`)
      }
    },
  }
}
