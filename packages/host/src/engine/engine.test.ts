import { type OpenStore, Piece, type StoreWrite } from '@quorate/core'
import { expect, it } from 'vitest'
import { Telemetry } from '../system/telemetry.js'
import { Engine } from './engine.js'

const piece = 256 * 1024

it('writes pieces of a snapshot beside all else, a bounded number of them at a time, in their order', () => {
  const soon: (() => void)[] = []
  const writes: { readonly writes: readonly StoreWrite[]; readonly done: (error?: Error) => void }[] = []
  const engine = new Engine({
    clock: {
      nowMs: () => 0,
      wallMs: () => 0,
      setTimeout: () => 0,
      clearTimeout: () => {},
      soon: (run) => soon.push(run),
    },
    store: { write: (batch, done) => writes.push({ writes: batch, done }) } as Partial<OpenStore> as OpenStore,
    telemetry: new Telemetry(),
    carryOut: () => {},
    stepped: () => {},
    gather: () => {},
    flush: () => {},
    work: () => false,
    fail: (error) => expect.fail(String(error)),
  })
  const durable: string[] = []
  for (let number = 0; number < 10; number++) {
    const operation = { type: 'stage', origin: 'taken', number, piece: new Piece(new Uint8Array(piece)) } as const
    engine.stage('g/role', operation, () => durable.push(`${number}`))
  }
  let records = 0
  for (let turn = 0; turn < 5; turn++) {
    for (const run of soon.splice(0)) run()
    const write = writes.shift()
    if (!write) break
    const number = ++records
    const operations = [{ type: 'persist', record: new Uint8Array(1) }] as const
    engine.write([{ key: '$node/peers', operations }], () => durable.push(`record ${number}`))
    write.done()
  }
  // A record goes with the very next write, however many pieces wait.
  expect(durable).toEqual([
    '0',
    '1',
    '2',
    '3',
    'record 1',
    '4',
    '5',
    '6',
    '7',
    'record 2',
    '8',
    '9',
    'record 3',
    'record 4',
  ])
})
