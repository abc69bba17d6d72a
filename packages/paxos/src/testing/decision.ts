import type { Workload } from '@quorate/core/testing'
import type { oneDecision } from '../single/paxos.js'

/** Clients ask for a decision, each with a number of its own, as text; they are told the one that was chosen. */
export const decision: Workload<typeof oneDecision> = {
  name: 'decision',
  operations: { propose: { fields: { key: 'text?', value: 'count' } } },
  perSecond: 1,
  slotsMax: 1,
  draw: () => (_own, ordinal) => ({ f: 'propose', key: 'decision', value: ordinal + 1 }),
  probe: (number) => [{ f: 'propose', key: 'decision', value: number }],
  async perform(client, { value }) {
    return Number(textDecoder.decode(await client.ask(textEncoder.encode(String(value)))))
  },
}

const textEncoder = new TextEncoder()
const textDecoder = new TextDecoder()
