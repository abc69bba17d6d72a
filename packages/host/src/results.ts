import type { Address, Outcome } from '@quorate/core'
import type { Bus } from './bus.js'
import { type Answer, type CommandResult, messages } from './generated/client.js'

/** What one client is to hear of one command. */
export interface Reply {
  readonly client: Address
  readonly session: number
  readonly sequence: number
  readonly outcome: Outcome
}

/** Bytes of an envelope, and of a result beside its payload: upper bounds. */
const envelopeBytes = 512
const resultOverheadBytes = 40

/** Says to each client what came of its commands: one message for each session, or more where they would be too large. */
export function sayResults(bus: Bus, from: Address, replies: readonly Reply[]): void {
  const byClient = new Map<string, Reply[]>()
  for (const reply of replies) {
    const key = `${reply.client} ${reply.session}`
    const list = byClient.get(key)
    if (list) list.push(reply)
    else byClient.set(key, [reply])
  }
  for (const list of byClient.values()) {
    const [first] = list
    if (!first) continue
    const results = list.map(
      ({ sequence, outcome: { status, index, bytes } }): CommandResult => ({ sequence, index, status, bytes }),
    )
    for (const chunk of chunks(results, bus.bytesMax)) {
      bus.say(from, first.client, messages, { type: 'Results', session: first.session, results: chunk })
    }
  }
}

export function sayAnswers(bus: Bus, from: Address, client: Address, answers: readonly Answer[]): void {
  for (const chunk of chunks(answers, bus.bytesMax))
    bus.say(from, client, messages, { type: 'Answers', answers: chunk })
}

/** Pieces that a message can carry. What no message can carry is said to be too large, without its bytes. */
function chunks<Item extends CommandResult | Answer>(items: readonly Item[], bytesMax: number): Item[][] {
  const room = bytesMax - envelopeBytes
  const pieces: Item[][] = []
  let piece: Item[] = []
  let size = 0
  for (const item of items) {
    const isTooLarge = item.bytes.length + resultOverheadBytes > room
    const said: Item = isTooLarge ? { ...item, status: 'tooLarge', bytes: new Uint8Array(0) } : item
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
