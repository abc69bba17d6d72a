import type { Entry, GroupDefinition, NodeId, StoreWrite } from '@quorate/core'

/** A proposal that acceptors have on their disks. */
export interface Acceptance {
  readonly node: NodeId
  readonly slot: number
  /** The ballot, as one number. */
  readonly ballot: number
  readonly value: Entry
}

export const isMultiPaxos = ({ protocol }: GroupDefinition): boolean => protocol === 'multi-paxos'

/** What a write makes durable of acceptances: entries without a ballot only fill holes. */
export function acceptancesOf(group: string, node: NodeId, writes: readonly StoreWrite[]): Acceptance[] {
  return writes.flatMap(({ key, operations }) => {
    if (key !== `${group}/acceptor`) return []
    return operations.flatMap((operation) =>
      operation.type === 'append'
        ? operation.entries
            .filter(({ term }) => term > 0)
            .map((value) => ({ node, slot: value.index, ballot: value.term, value }))
        : [],
    )
  })
}

/** The round of a ballot that stands as one number in the term of an entry. */
export const roundOf = (ballot: number): number => Math.floor(ballot / 2 ** 20)
