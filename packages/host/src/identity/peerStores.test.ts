import { nothingStored, recoveredFrom, type StoreOperation } from '@quorate/core'
import { virtualClock } from '@quorate/core/testing'
import { describe, expect, it } from 'vitest'
import { DropLog } from '../bus/dropLog.js'
import { recordingLogger } from '../node/cluster.test.fixture.js'
import { silentLogger } from '../system/silentLogger.js'
import { Telemetry } from '../system/telemetry.js'
import { NodeBook } from './nodeBook.js'
import { PeerStores } from './peerStores.js'

const storeOf = (byte: number) => new Uint8Array(16).fill(byte)
const own = { node: 'n1', store: storeOf(1) }
const theirs = storeOf(2)
const megabyte = 1024 * 1024
const { table } = recoveredFrom(nothingStored)

const recordIn = (operations: readonly StoreOperation[]) =>
  operations.flatMap((operation) => (operation.type === 'persist' ? [operation.record] : []))[0]!

function make(record?: Uint8Array) {
  const clock = virtualClock()
  const drops = new DropLog(clock, silentLogger, new Telemetry())
  const logger = recordingLogger()
  const records: Uint8Array[] = []
  const writes: (() => void)[] = []
  const told: [string, number][] = []
  const book = new NodeBook({ own, recovered: { record, table }, nowMs: 0, doubtful: false })
  const write = (operations: readonly StoreOperation[], done: () => void) => {
    records.push(recordIn(operations))
    writes.push(done)
  }
  const earlier = (node: string, start: number) => told.push([node, start])
  const peers = new PeerStores({ book, clock, drops, logger, write, earlier })
  return { book, peers, clock, drops, logger, writes, records, told }
}

const from = (fromStore: Uint8Array, bytes = 10) => ({ fromStore, payload: new Uint8Array(bytes) })

describe('messages of a node whose store is being recorded', () => {
  it('are held, as many as there is room for by number, and handed on in order', () => {
    const { peers, drops, writes } = make()
    const handed: number[] = []
    for (let at = 0; at < 1030; at++) peers.admit('n2', from(theirs), () => handed.push(at))
    expect(handed).toEqual([])
    for (const done of writes) done()
    expect(handed).toEqual(Array.from({ length: 1024 }, (_, at) => at))
    expect(drops.totals).toEqual({ tooManyHeld: 6 })
  })

  it('and by bytes', () => {
    const { peers, drops, writes } = make()
    let handed = 0
    const admit = (bytes: number) => peers.admit('n2', from(theirs, bytes), () => handed++)
    for (let at = 0; at < 8; at++) admit(megabyte)
    admit(1)
    for (const done of writes) done()
    expect(handed).toBe(8)
    expect(drops.totals).toEqual({ tooManyHeld: 1 })
    admit(100 * megabyte)
    expect(handed).toBe(9)
  })
})

describe('what is recorded', () => {
  it('is in the record before anything is done about it, and so is whatever is being recorded beside it', () => {
    const { peers, records, writes } = make()
    const handed: string[] = []
    for (const [at, node] of ['n2', 'n3', 'n4'].entries())
      peers.admit(node, from(storeOf(at + 2)), () => handed.push(node))
    const knows = (record: Uint8Array | undefined) => {
      const { book } = make(record)
      return ['n1', 'n2', 'n3', 'n4'].filter((node) => book.storeOf(node) !== undefined)
    }
    // A crash between two of these writes leaves each of them on the disk as the last one.
    expect(records.map(knows)).toEqual([
      ['n1', 'n2'],
      ['n1', 'n2', 'n3'],
      ['n1', 'n2', 'n3', 'n4'],
    ])
    writes[1]?.()
    expect(handed).toEqual(['n3'])
    peers.record(() => {})
    expect(knows(records.at(-1))).toEqual(['n1', 'n2', 'n3', 'n4'])
    expect(make(records.at(-1)).book.storeOf('n3')).toEqual(storeOf(3))
  })

  it('is read of a record that an earlier version wrote', () => {
    // Introduced, and n2 with the store 02 02.
    const { book } = make(Uint8Array.from([0x08, 1, 0x12, 8, 0x0a, 2, 0x6e, 0x32, 0x12, 2, 2, 2]))
    expect([book.isIntroduced, book.storeOf('n2'), book.starts]).toEqual([true, Uint8Array.of(2, 2), 1])
    expect(book.charterOf('kv')).toBeUndefined()
  })
})

describe('starts of a store', () => {
  const met = () => {
    const made = make()
    made.peers.admit('n2', from(theirs), () => {})
    for (const done of made.writes) done()
    /** Whether the peer is heard. */
    const hears = (fromStart: number) => {
      let isHeard = false
      made.peers.admit('n2', { ...from(theirs), fromStart }, () => {
        isHeard = true
      })
      return isHeard
    }
    return { ...made, hears }
  }
  const start = (starts: number, part = 0) => starts * 2 ** 24 + part

  it('are counted: each is a later one than the one before, and no two of the same number are the same', () => {
    const startedOn = (record: Uint8Array | undefined, nowMs: number, doubtful = false) =>
      new NodeBook({ own, recovered: { record, table }, nowMs, doubtful })
    const first = startedOn(undefined, 12.5)
    const record = recordIn(first.takeOperations())
    const second = startedOn(record, 3)
    const copied = startedOn(record, 4)
    expect([first.starts, second.starts, copied.starts]).toEqual([1, 2, 2])
    // What its disk has lost may be the second start.
    const doubtful = startedOn(record, 5, true)
    expect(doubtful.starts).toBe(3)
    expect(second.start).toBeGreaterThan(first.start)
    expect(copied.start).not.toBe(second.start)
  })

  it('are heard, the later in place of the earlier', () => {
    const { hears, logger, drops } = met()
    expect([start(3, 9), start(3, 9), start(4, 1), start(7)].map(hears)).toEqual([true, true, true, true])
    expect([logger.logged, drops.totals]).toEqual([[], {}])
  })

  it('are not heard while a later one speaks: it is a copy of the disk, and is told so', () => {
    const { hears, clock, told, drops } = met()
    hears(start(5))
    for (let at = 0; at < 100; at++) {
      expect(hears(start(4))).toBe(false)
      clock.advance(1000)
      expect(hears(start(5))).toBe(true)
    }
    expect(told.at(-1)).toEqual(['n2', start(5)])
    expect(drops.totals).toEqual({ earlierStart: 100 })
  })

  it('are heard when the later one is silent, and that the disk went back is said', () => {
    const { hears, clock, logger } = met()
    hears(start(5))
    expect(hears(start(2))).toBe(false)
    clock.advance(2900)
    expect(hears(start(2))).toBe(false)
    clock.advance(200)
    expect([hears(start(2)), hears(start(2)), hears(start(5))]).toEqual([true, true, true])
    expect(logger.logged.map(({ level, fields }) => [level, fields])).toEqual([
      ['error', { node: 'n2', starts: 2, startsBefore: 5 }],
    ])
  })

  it('of the same number are two, and that is said', () => {
    const { hears, logger } = met()
    expect([hears(start(5, 1)), hears(start(5, 2)), hears(start(5, 1))]).toEqual([true, true, false])
    expect(logger.logged.map(({ level }) => level)).toEqual(['error'])
  })
})
