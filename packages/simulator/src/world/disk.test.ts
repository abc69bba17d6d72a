import type { Entry, StoreOperation, StoreWrite } from '@quorate/core'
import { storeSuite } from '@quorate/core/testing'
import { describe, expect, test } from 'vitest'
import { Agenda } from './agenda.js'
import { SimulatedDisk } from './disk.js'
import { pump } from './pump.test.fixture.js'
import { SimulatedProcess } from './simulatedProcess.js'

const failed: string[] = []
const deaf = {
  began: () => {},
  durable: () => {},
  failed: (fault: string) => failed.push(fault),
  latencyUs: () => undefined,
}

describe('simulated disk: the store suite', () => {
  for (const { name, run } of storeSuite(() => {
    const agenda = new Agenda()
    pump(agenda)
    const disk = new SimulatedDisk(agenda, 0, deaf)
    const process = new SimulatedProcess('n1', agenda, () => {})
    return { ...disk.storeFor(process), remove: async () => {} }
  })) {
    test(name, run)
  }
})

const owner = { cluster: 'demo', node: 'n1' }
/** A record, and a row in the same write. */
const record = (byte: number): StoreWrite[] => [
  {
    key: 'g/r',
    operations: [
      { type: 'persist', record: new Uint8Array([byte]) },
      { type: 'put', key: 'k', bytes: new Uint8Array([byte]) },
    ],
  },
]

async function bench() {
  failed.length = 0
  const agenda = new Agenda()
  const disk = new SimulatedDisk(agenda, 0, deaf)
  const process = new SimulatedProcess('n1', agenda, () => {})
  const store = await disk.storeFor(process).open(owner)
  const done: (Error | undefined)[] = []
  const write = (byte: number) => store.write(record(byte), (error) => done.push(error))
  const pass = () => {
    while (agenda.step(agenda.nowUs + 1_000_000) && agenda.nowUs < 10_000_000);
  }
  const found = async () => {
    const next = await disk.storeFor(new SimulatedProcess('n1', agenda, () => {})).open(owner)
    const { record, table } = await next.recover('g/r')
    expect(table.map(({ bytes }) => bytes)).toEqual(record ? [record] : [])
    return { byte: record?.[0], doubtful: next.doubtful }
  }
  return { agenda, disk, process, write, pass, done, found }
}

describe('simulated disk', () => {
  test('a write that was not synced when the process died is lost', async () => {
    const { disk, write, pass, done, found } = await bench()
    write(1)
    pass()
    write(2)
    disk.crash('lost')
    pass()
    expect(done).toEqual([undefined])
    expect(await found()).toEqual({ byte: 1, doubtful: false })
  })

  test('or it is there, and nobody was told', async () => {
    const { disk, write, pass, done, found } = await bench()
    write(1)
    disk.crash('kept')
    pass()
    expect(done).toEqual([])
    expect(await found()).toEqual({ byte: 1, doubtful: false })
  })

  test('a crash may strike between a write that is durable and what it releases', async () => {
    const { disk, process, write, pass, done, found } = await bench()
    write(1)
    process.strikeAfter(0, 'release', () => {
      process.kill()
      disk.crash('lost')
    })
    pass()
    expect(done).toEqual([])
    expect(await found()).toEqual({ byte: 1, doubtful: false })
  })

  test.each(['lost', 'kept'] as const)('or while it is under way: it is %s, and counts as such', async (unsynced) => {
    const { disk, process, write, pass, done, found } = await bench()
    write(1)
    pass()
    process.strikeAfter(0, 'sync', () => {
      process.kill()
      disk.crash(unsynced)
    })
    write(2)
    pass()
    expect(done).toEqual([undefined])
    expect(failed).toEqual([`unsynced write ${unsynced}`])
    expect(await found()).toEqual({ byte: unsynced === 'kept' ? 2 : 1, doubtful: false })
  })

  test('or before it begins; boundaries of other kinds do not count', async () => {
    const { disk, process, write, pass, found } = await bench()
    process.strikeAfter(1, 'write', () => {
      process.kill()
      disk.crash('kept')
    })
    for (const byte of [1, 2]) {
      write(byte)
      pass()
    }
    expect(failed).toEqual([])
    expect(await found()).toEqual({ byte: 1, doubtful: false })
  })

  test('what is told to fail counts when it fails, and is spared when it is healed before', async () => {
    const { disk, write, pass, done } = await bench()
    disk.failNextWrite('lost')
    disk.spare()
    write(1)
    pass()
    expect([done, failed]).toEqual([[undefined], []])
    disk.failNextWrite('lost')
    write(2)
    pass()
    expect(failed).toEqual(['failing fsync'])
  })

  test('with a torn tail the last write is gone although it was acknowledged, and the disk says that it may be', async () => {
    const { disk, write, pass, done, found } = await bench()
    write(1)
    pass()
    write(2)
    pass()
    disk.crash('lost', 'tail')
    expect(done).toEqual([undefined, undefined])
    expect(await found()).toEqual({ byte: 1, doubtful: true })
  })

  test('zeros at its end lose nothing that was acknowledged, and the disk says that they may', async () => {
    const { disk, write, pass, found } = await bench()
    write(1)
    pass()
    write(2)
    disk.crash('zeroed')
    pass()
    expect(failed).toEqual(['unsynced write lost', 'zeros at the end'])
    expect(await found()).toEqual({ byte: 1, doubtful: true })
  })

  test('it says so until each log that it held has persisted a record', async () => {
    const { agenda, disk, write, pass } = await bench()
    write(1)
    pass()
    disk.crash('zeroed')
    /** Of another life, in which so many logs are written to. */
    const isDoubtful = async (...keys: readonly string[]) => {
      const store = await disk.storeFor(new SimulatedProcess('n1', agenda, () => {})).open(owner)
      const operations = [{ type: 'persist', record: new Uint8Array(1) }] as const
      if (keys.length > 0)
        store.write(
          keys.map((key) => ({ key, operations })),
          () => {},
        )
      pass()
      disk.crash('lost')
      return store.doubtful
    }
    expect(await isDoubtful('g/other')).toBe(true)
    expect(await isDoubtful('g/r')).toBe(true)
    expect(await isDoubtful()).toBe(false)
  })

  test('a slow disk takes so much longer for a write', async () => {
    const { agenda, disk, write, pass, done } = await bench()
    const timeOf = (byte: number) => {
      const fromUs = agenda.nowUs
      write(byte)
      while (done.length < byte) agenda.step(fromUs + 1_000_000)
      return agenda.nowUs - fromUs
    }
    const usualUs = timeOf(1)
    disk.extraUs = 5000
    expect(timeOf(2)).toBe(usualUs + 5000)
    disk.extraUs = 0
    expect(timeOf(3)).toBe(usualUs)
    pass()
  })

  test('a crash may strike when it has been opened and nobody knows', async () => {
    const { agenda, disk, write, pass, found } = await bench()
    write(1)
    pass()
    disk.crash('lost')
    const process = new SimulatedProcess('n1', agenda, () => {})
    process.strikeAfter(0, 'open', () => {
      process.kill()
      disk.crash('lost')
    })
    let isOpen = false
    void disk
      .storeFor(process)
      .open(owner)
      .then(() => {
        isOpen = true
      })
    expect(await found()).toEqual({ byte: 1, doubtful: false })
    expect(isOpen).toBe(false)
  })

  test('a disk that rots within does not open again', async () => {
    const { disk, found } = await bench()
    disk.crash('lost', 'body')
    await expect(found()).rejects.toMatchObject({ code: 'QUORATE_SIMULATED_DISK', isDamage: true })
  })

  test.each(['lost', 'kept'] as const)('a failing sync says so, and what it wrote is %s', async (unsynced) => {
    const { disk, write, pass, done, found } = await bench()
    disk.failNextWrite(unsynced)
    write(1)
    pass()
    expect(done).toMatchObject([{ code: 'QUORATE_SIMULATED_DISK' }])
    disk.crash('lost')
    expect((await found()).byte).toBe(unsynced === 'kept' ? 1 : undefined)
  })

  test('a full disk takes nothing', async () => {
    const { disk, write, pass, done, found } = await bench()
    disk.isFull = true
    write(1)
    pass()
    expect(done).toMatchObject([{ code: 'QUORATE_SIMULATED_DISK' }])
    disk.crash('lost')
    await expect(found()).rejects.toMatchObject({ code: 'QUORATE_SIMULATED_DISK', isDamage: false })
    disk.isFull = false
    expect((await found()).byte).toBeUndefined()
  })
})

describe('a disk that goes back to an older copy', () => {
  const log = 'g/r'
  const entry = (index: number, term = 1): Entry => ({
    index,
    term,
    kind: 'noop',
    session: 0,
    sequence: 0,
    answeredBelow: 0,
    bytes: new Uint8Array(0),
  })

  /** Disks that have written these operations, each in a write of its own; the first goes back beside the others. */
  const after = async (...written: (readonly StoreOperation[])[]) => {
    const agenda = new Agenda()
    const disks: SimulatedDisk[] = []
    for (const [ordinal, operations] of written.entries()) {
      const disk = new SimulatedDisk(agenda, ordinal, deaf)
      const store = await disk.storeFor(new SimulatedProcess(`n${ordinal}`, agenda, () => {})).open(owner)
      for (const operation of operations) {
        store.write([{ key: log, operations: [operation] }], () => {})
        while (agenda.step(agenda.nowUs + 1_000_000));
      }
      disks.push(disk)
    }
    const [first, ...others] = disks as [SimulatedDisk, ...SimulatedDisk[]]
    first.crash('lost', 'copy', () => others)
    const again = await first.storeFor(new SimulatedProcess('n0', agenda, () => {})).open(owner)
    const { record, base, entries } = await again.recover(log)
    return { doubtful: again.doubtful, record: record?.[0], last: entries.at(-1)?.index ?? base.index }
  }
  const append = (...entries: Entry[]) => ({ type: 'append', entries }) as const
  const persist = (byte: number) => ({ type: 'persist', record: new Uint8Array([byte]) }) as const
  const snapshot = { last: { index: 2, term: 1 }, bytes: new Uint8Array(0) }
  const three = [append(entry(1)), append(entry(2)), append(entry(3))]

  test('forgets what all others hold, and does not know it', async () => {
    expect(await after(three, three, three)).toEqual({ doubtful: false, record: undefined, last: 0 })
  })

  test('keeps what one of them does not hold, or holds another in its place', async () => {
    expect(await after(three, three, three.slice(0, 2))).toMatchObject({ last: 3 })
    expect(await after(three, three, [...three.slice(0, 2), append(entry(3, 2))])).toMatchObject({ last: 3 })
  })

  test('keeps every promise', async () => {
    const promised = [append(entry(1)), persist(7), append(entry(2))]
    expect(await after(promised, promised, promised)).toEqual({ doubtful: false, record: 7, last: 1 })
  })

  test('keeps every row as it was put last, and forgets no deletion', async () => {
    const put = (key: string, byte: number) => ({ type: 'put', key, bytes: new Uint8Array([byte]) }) as const
    const rows = [append(entry(1)), put('k', 7), append(entry(2)), put('k', 8), append(entry(3))]
    expect(await after(rows, rows, rows)).toMatchObject({ last: 2 })
    const deleted = [
      put('k', 7),
      put('l', 8),
      append(entry(1)),
      { type: 'delete', key: 'k' } as const,
      append(entry(2)),
    ]
    expect(await after(deleted, deleted, deleted)).toMatchObject({ last: 1 })
  })

  test('takes what is in the snapshots of others for held', async () => {
    const compacted = [...three, { type: 'compact', snapshot, through: snapshot.last } as const]
    expect(await after(three, compacted, compacted)).toMatchObject({ last: 0 })
    // The first two entries are compared with nobody's: they are not forgotten.
    expect(await after(compacted, three, compacted)).toMatchObject({ last: 2 })
  })
})
