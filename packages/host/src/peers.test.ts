import { describe, expect, it } from 'vitest'
import { DropLog } from './dropLog.js'
import { Peers } from './peers.js'
import { silentLogger } from './silentLogger.js'
import { Telemetry } from './telemetry.js'

const own = new Uint8Array(16).fill(1)
const theirs = new Uint8Array(16).fill(2)
const megabyte = 1024 * 1024

function make() {
  const clock = { nowMs: () => 0, setTimeout: () => 0, clearTimeout: () => {}, soon: () => {} }
  const drops = new DropLog(clock, silentLogger, new Telemetry())
  const writes: (() => void)[] = []
  const peers = new Peers({
    own: { node: 'n1', store: own },
    record: undefined,
    drops,
    write: (_record, done) => writes.push(done),
  })
  return { peers, drops, writes }
}

describe('messages of a node whose store is being recorded', () => {
  it('are held, as many as there is room for by number, and handed on in order', () => {
    const { peers, drops, writes } = make()
    const handed: number[] = []
    for (let at = 0; at < 1030; at++) peers.admit('n2', theirs, () => handed.push(at), 10)
    expect(handed).toEqual([])
    for (const done of writes) done()
    expect(handed).toEqual(Array.from({ length: 1024 }, (_, at) => at))
    expect(drops.totals).toEqual({ tooManyHeld: 6 })
  })

  it('and by bytes', () => {
    const { peers, drops, writes } = make()
    let handed = 0
    const admit = (bytes: number) => peers.admit('n2', theirs, () => handed++, bytes)
    for (let at = 0; at < 8; at++) admit(megabyte)
    admit(1)
    for (const done of writes) done()
    expect(handed).toBe(8)
    expect(drops.totals).toEqual({ tooManyHeld: 1 })
    admit(100 * megabyte)
    expect(handed).toBe(9)
  })
})
