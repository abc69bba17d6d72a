import { type Address, noBytes, type Outcome } from '@quorate/core'
import type { Bus } from '../bus/bus.js'
import { type Answer, type CommandResult, messages } from '../generated/client.js'

/** Bytes of an envelope, and of a result beside its payload: upper bounds. */
const envelopeBytes = 576
const resultOverheadBytes = 40

/** What came of commands, gathered so that each client hears of all of them at once. */
export class ResultsByClient {
  readonly #lists = new Map<Address, Map<number, CommandResult[]>>()
  #client: Address | undefined
  #session = 0
  #list: CommandResult[] = []

  add(client: Address, session: number, sequence: number, { status, index, bytes }: Outcome): void {
    // Mostly it is the same as the one before.
    if (client !== this.#client || session !== this.#session) {
      this.#client = client
      this.#session = session
      this.#list = this.#listOf(client, session)
    }
    this.#list.push({ sequence, index, status, bytes })
  }

  /** Says one message for each session of each client, or more where it would be too large. */
  publish(bus: Bus, from: Address, incarnation: number): void {
    for (const [client, sessions] of this.#lists) {
      for (const [session, results] of sessions) {
        for (const chunk of chunks(results, bus.bytesMax)) {
          bus.publish(from, client, messages, { type: 'Results', session, results: chunk, incarnation })
        }
      }
    }
  }

  #listOf(client: Address, session: number): CommandResult[] {
    const sessions = this.#lists.get(client) ?? new Map<number, CommandResult[]>()
    this.#lists.set(client, sessions)
    const list = sessions.get(session) ?? []
    sessions.set(session, list)
    return list
  }
}

export function publishAnswers(bus: Bus, from: Address, client: Address, answers: readonly Answer[]): void {
  for (const chunk of chunks(answers, bus.bytesMax))
    bus.publish(from, client, messages, { type: 'Answers', answers: chunk })
}

/** True if no message can carry these bytes, though it carried nothing else. */
export const isTooLarge = (bytes: Uint8Array, bytesMax: number): boolean =>
  bytes.length + resultOverheadBytes > bytesMax - envelopeBytes

/** Pieces that a message can carry. What no message can carry is said to be too large, without its bytes. */
function chunks<Item extends CommandResult | Answer>(items: readonly Item[], bytesMax: number): Item[][] {
  const room = bytesMax - envelopeBytes
  const pieces: Item[][] = []
  let piece: Item[] = []
  let size = 0
  for (const item of items) {
    const said: Item = isTooLarge(item.bytes, bytesMax) ? { ...item, status: 'tooLarge', bytes: noBytes } : item
    const itemSize = said.bytes.length + resultOverheadBytes
    if (size + itemSize > room) {
      pieces.push(piece)
      piece = []
      size = 0
    }
    piece.push(said)
    size += itemSize
  }
  if (piece.length > 0) pieces.push(piece)
  return pieces
}
