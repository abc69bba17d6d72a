import type { Workload } from '@quorate/core/testing'
import type { registers } from '../contract.js'

/** Clients read and write registers. Values are unique, as texts, so that a read tells which write it saw. */
export const readsAndWrites: Workload<typeof registers> = {
  name: 'reads and writes',
  model: 'register',
  operations: {
    read: { fields: { key: 'text' }, isQuery: true },
    write: { fields: { key: 'text', value: 'count' } },
  },
  // Operations that overlap, on one key, are what may go wrong.
  perSecond: 20,
  draw(run, { keys: count }) {
    const keys = Array.from({ length: count ?? run.between(1, 2) }, (_, at) => `x${at + 1}`)
    return (own, ordinal) => {
      const key = own.pick(keys)
      return own.isOne(500) ? { f: 'read', key } : { f: 'write', key, value: ordinal + 1 }
    }
  },
  // A write is sent once, and its answer may be lost. A read is asked again, and needs the quorums of both phases too.
  probe: () => [
    { f: 'read', key: 'x1' },
    { f: 'read', key: 'probe' },
  ],
  async perform(client, { f, key, value }) {
    const request =
      f === 'read'
        ? ({ type: 'read', key: String(key) } as const)
        : ({ type: 'write', key: String(key), value: textEncoder.encode(String(value)) } as const)
    const { value: found } = await client.ask(request)
    return found ? Number(textDecoder.decode(found)) : null
  },
  resultOf: ({ f }, result) => (f === 'read' ? result : undefined),
}

const textEncoder = new TextEncoder()
const textDecoder = new TextDecoder()
