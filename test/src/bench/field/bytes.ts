import { startFieldNodes } from './nodes.js'
import type { FieldSection } from './section.js'

const valueBytes = 250_000
const callers = 8

/** One key, overwritten with large values: the state stays small, and so must memory. */
export const bytes: FieldSection = {
  name: 'bytes',
  about: 'memory of a node under 20,000 overwrites of one key with 250 KB',
  async measure(around) {
    const puts = around.quick ? 1000 : 20_000
    await using group = await startFieldNodes(around)
    const client = await group.client()
    const value = new Uint8Array(valueBytes)
    let [done, rssMb] = [0, 0]
    const beganMs = performance.now()
    const run = async (): Promise<void> => {
      while (done < puts) {
        done++
        await client.put('one', value)
        if (done % 250 === 0) rssMb = Math.max(rssMb, await group.rssMb())
        if (done % 2000 === 0) around.say(`${done} puts, ${rssMb.toFixed(0)} MB`)
      }
    }
    await Promise.all(Array.from({ length: callers }, run))
    const seconds = (performance.now() - beganMs) / 1000
    return [
      { name: 'overwrites', value: done, unit: '' },
      { name: 'overwrites a second', value: Math.round(done / seconds), unit: '' },
      { name: 'largest RSS of a node', value: Math.round(rssMb), unit: 'MB', max: 500 },
    ]
  },
}
