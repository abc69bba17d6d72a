/** How a command ended, equal on every node. */
export interface Outcome {
  /**
   * `ok`: applied. `failed`: the state machine refused it by throwing; the bytes hold the reason as text.
   * `expired`: its session is unknown or expired; it was not applied. `answered`: it is no longer
   * remembered, because the client said that it has the answer, or for want of room; it was not applied again.
   */
  readonly status: 'ok' | 'failed' | 'expired' | 'answered'
  /** Index of the entry that was applied: of the first one, when the command was repeated. */
  readonly index: number
  readonly bytes: Uint8Array
}

/** Bookkeeping bytes of an outcome beside its payload, an upper bound. */
const outcomeOverheadBytes = 64

/** What an outcome counts against the limits in bytes. */
export const sizeOf = ({ bytes }: Outcome): number => bytes.length + outcomeOverheadBytes

/** What outcomes count against the limits in bytes, so that they are counted once. */
const sizes = new WeakMap<ReadonlyMap<number, Outcome>, number>()

/** What all of these count. */
export function bytesOf(outcomes: ReadonlyMap<number, Outcome>): number {
  const known = sizes.get(outcomes)
  if (known !== undefined) return known
  let bytes = 0
  for (const outcome of outcomes.values()) bytes += sizeOf(outcome)
  sizes.set(outcomes, bytes)
  return bytes
}

/** All of these count so many bytes now: whoever changes them, or copies them, knows. */
export function setBytes(outcomes: ReadonlyMap<number, Outcome>, bytes: number): void {
  sizes.set(outcomes, bytes)
}

/**
 * Forgets all below; nothing below `from` is remembered. Gives what they counted in bytes. Clients say often what they have
 * heard, so what remains is not walked through.
 */
export function forgetBelow(outcomes: Map<number, Outcome>, from: number, below: number): number {
  let bytes = 0
  const drop = (sequence: number): void => {
    const outcome = outcomes.get(sequence)
    if (!outcome) return
    bytes += sizeOf(outcome)
    outcomes.delete(sequence)
  }
  if (below - from < outcomes.size) for (let sequence = from; sequence < below; sequence++) drop(sequence)
  else for (const sequence of [...outcomes.keys()]) if (sequence < below) drop(sequence)
  return bytes
}
