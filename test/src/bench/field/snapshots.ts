import { setTimeout as sleep } from 'node:timers/promises'
import { startFieldNodes } from './nodes.js'
import type { FieldSection } from './section.js'

const valueBytes = 500
const writesPerSecond = 2000
const tickMs = 20
const megabyte = 1024 * 1024

/** A large state, of which snapshots are taken while clients write. */
export const snapshots: FieldSection = {
  name: 'snapshots',
  about: 'elections, holds of the event loop and memory with 500 MB of state and 2,000 writes/s, for five minutes',
  async measure(around) {
    const stateBytes = (around.quick ? 50 : 500) * 1_000_000
    const seconds = around.quick ? 30 : 300
    const keys = Math.ceil(stateBytes / valueBytes)
    const keyOf = (number: number): string => `key-${String(number).padStart(9, '0')}`
    await using group = await startFieldNodes(around)
    const client = await group.client()
    const value = new Uint8Array(valueBytes).fill(120)
    let next = 0
    const fill = async (): Promise<void> => {
      while (next < keys) await client.put(keyOf(next++), value)
    }
    await Promise.all(Array.from({ length: 2048 }, fill))
    around.say(`${keys} keys are there; ${writesPerSecond} writes/s for ${seconds} s`)
    const filledMb = await group.rssMb()
    const term = await group.term()
    await group.loops()

    let [waiting, written, worstMs, rssMb, failed] = [0, 0, 0, 0, 0]
    const write = async (): Promise<void> => {
      const beganMs = performance.now()
      waiting++
      await client.put(keyOf((written * 7919) % keys), value).catch(() => failed++)
      waiting--
      worstMs = Math.max(worstMs, performance.now() - beganMs)
    }
    const longest = { ownMs: 0, gcMs: 0 }
    const taken = new Set<string>()
    const beganMs = performance.now()
    for (let lookedMs = beganMs; performance.now() - beganMs < seconds * 1000; await sleep(tickMs)) {
      const due = Math.floor(((performance.now() - beganMs) * writesPerSecond) / 1000)
      for (; written < due && waiting < 20_000; written++) void write()
      if (performance.now() - lookedMs < 1000) continue
      lookedMs = performance.now()
      rssMb = Math.max(rssMb, await group.rssMb())
      for (const { node, groups } of await group.reports()) taken.add(`${node} ${groups['kv']?.snapshot}`)
      for (const { ownMs, gcMs } of await group.loops()) {
        longest.ownMs = Math.max(longest.ownMs, ownMs)
        longest.gcMs = Math.max(longest.gcMs, gcMs)
      }
    }
    while (waiting > 0) await sleep(tickMs)
    return [
      { name: 'state', value: Math.round(stateBytes / megabyte), unit: 'MB' },
      { name: 'writes', value: written, unit: '' },
      { name: 'writes that failed', value: failed, unit: '', max: 0 },
      { name: 'snapshots of all nodes, while it was written', value: taken.size - group.nodes.length, unit: '' },
      { name: 'elections', value: (await group.term()) - term, unit: '', max: 0 },
      { name: 'longest write', value: Math.round(worstMs), unit: 'ms' },
      {
        name: 'longest hold of the event loop, without collector',
        value: Math.round(longest.ownMs),
        unit: 'ms',
        max: 50,
      },
      { name: 'longest pause of the collector', value: Math.round(longest.gcMs), unit: 'ms' },
      { name: 'RSS of a node when it was filled', value: Math.round(filledMb), unit: 'MB' },
      {
        name: 'largest RSS of a node',
        value: Math.round(rssMb),
        unit: 'MB',
        ...(!around.quick && { max: Math.round((2 * stateBytes) / megabyte) }),
      },
    ]
  },
}
