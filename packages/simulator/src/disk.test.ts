import type { StoreWrite } from '@quorate/core'
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
const record = (byte: number): StoreWrite[] => [
  { key: 'g/r', operations: [{ type: 'persist', record: new Uint8Array([byte]) }] },
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
    return { byte: (await next.recover('g/r')).record?.[0], torn: next.torn }
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
    expect(await found()).toEqual({ byte: 1, torn: false })
  })

  test('or it is there, and nobody was told', async () => {
    const { disk, write, pass, done, found } = await bench()
    write(1)
    disk.crash('kept')
    pass()
    expect(done).toEqual([])
    expect(await found()).toEqual({ byte: 1, torn: false })
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
    expect(await found()).toEqual({ byte: 1, torn: false })
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
    expect(await found()).toEqual({ byte: unsynced === 'kept' ? 2 : 1, torn: false })
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
    expect(await found()).toEqual({ byte: 1, torn: false })
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
    expect(await found()).toEqual({ byte: 1, torn: true })
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
    expect((await found()).byte).toBeUndefined()
  })
})
