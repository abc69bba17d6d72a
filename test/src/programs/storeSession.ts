import { writeSync } from 'node:fs'
import type { Entry, StoreOperation } from '@quorate/core'
import { level } from '@quorate/level'

/** Opens the store in a directory, writes so many entries of so many bytes, one after the other, and closes it. */
const [directory = '', count = '0', length = '0'] = process.argv.slice(2)

const store = await level(directory).open({ cluster: 'demo', node: 'n1' })
const { entries } = await store.recover('g/server')
const first = (entries.at(-1)?.index ?? 0) + 1
for (let index = first; index < first + Number(count); index++) {
  const bytes = new Uint8Array(Number(length)).fill(index)
  const entry: Entry = { index, term: 1, kind: 'command', session: 1, sequence: index, answeredBelow: 0, bytes }
  const operations: StoreOperation[] = [{ type: 'append', entries: [entry] }]
  await new Promise<void>((resolve, reject) =>
    store.write([{ key: 'g/server', operations }], (error) => (error ? reject(error) : resolve())),
  )
  writeSync(1, `acknowledged ${index}\n`)
}
await store.close()
