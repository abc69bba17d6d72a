import type { Entry, QuorumSystem } from '@quorate/core'
import type { Stage, StageActor } from '@quorate/core/testing'

export const textOf = ({ kind, bytes }: Entry): string => `${kind} ${new TextDecoder().decode(bytes)}`

/** What must hold of a group, whatever happens: counted on the disks of acceptors, and in what state machines applied. */
export class Safety {
  /** By slot: the value that was chosen, found by counting what the acceptors' disks have held. */
  readonly chosen = new Map<number, string>()
  readonly applied = new Map<number, string>()
  readonly accepted = new Map<string, { value: string; by: Record<string, true> }>()
  /** The last slot that a state machine had applied when a read began. */
  readonly reads = new Map<string, number>()
  /** Reads that were answered. */
  readonly answered = new Set<string>()
  readonly #quorum: QuorumSystem

  constructor(quorum: QuorumSystem) {
    this.#quorum = quorum
  }

  acceptance(node: string, { index, term, ...rest }: Entry): void {
    const value = textOf({ index, term, ...rest })
    const key = `${index}/${term}`
    const vote = this.accepted.get(key) ?? { value, by: {} }
    if (vote.value !== value) throw new Error(`one ballot, two values in slot ${index}: ${vote.value} and ${value}`)
    vote.by[node] = true
    this.accepted.set(key, vote)
    if (this.#quorum.tally(vote.by) !== 'won') return
    const known = this.chosen.get(index) ?? value
    if (known !== value) throw new Error(`slot ${index}: both ${known} and ${value} were chosen`)
    this.chosen.set(index, value)
  }

  isChosen(entry: Entry): boolean {
    return this.chosen.get(entry.index) === textOf(entry)
  }

  check(stage: Stage): void {
    for (const actor of stage.actors.values()) {
      for (const { entry } of actor.applied) this.#apply(actor, entry)
      actor.applied = []
      for (const { request, at } of actor.readable) this.#answer(`${actor.address}/${request}`, at)
      actor.readable = []
    }
  }

  /** A client asks for what is linearizable now. */
  read(orderer: StageActor, request: number): void {
    this.reads.set(`${orderer.address}/${request}`, Math.max(0, ...this.applied.keys()))
    orderer.tell({ type: 'client.read', request })
  }

  #answer(read: string, at: number): void {
    const begun = this.reads.get(read) ?? 0
    if (at < begun) throw new Error(`${read} reads at ${at} what was applied up to ${begun} before it asked`)
    this.answered.add(read)
  }

  #apply({ address }: StageActor, entry: Entry): void {
    const value = textOf(entry)
    const chosen = this.chosen.get(entry.index)
    if (chosen !== value) throw new Error(`${address} applied ${value} in slot ${entry.index}, chosen is ${chosen}`)
    this.applied.set(entry.index, value)
  }
}

/** Notes what reaches the disks of acceptors, since only that counts. */
export function finishWrite(actor: StageActor, safety: Safety): void {
  if (actor.role === 'acceptor') {
    for (const effect of actor.writing) {
      if (effect.type !== 'append') continue
      for (const entry of effect.entries) if (entry.term > 0) safety.acceptance(actor.node, entry)
    }
  }
  actor.finishWrite()
}
