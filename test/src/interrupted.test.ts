import { createHash } from 'node:crypto'
import { cp, mkdtemp, readFile, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { level } from '@quorate/level'
import { describe, expect, onTestFinished, test } from 'vitest'
import { flipBit, newestLog, sizeOf } from './files.js'
import { endings, hasStrace, makeDirectory, ReplayedDirectory, recordCalls, type SystemCall } from './systemCalls.js'

const isLong = Boolean(process.env['QUORATE_LONG'])
/** How many openings that were interrupted are interrupted once more. */
const againMax = isLong ? 1000 : 1

const temporary = async (): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'quorate-interrupted-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return join(directory, 'store')
}

const copyOf = async (directory: string): Promise<string> => {
  const copy = await temporary()
  await cp(directory, copy, { recursive: true })
  return copy
}

/** What a store says when it is opened. */
interface Found {
  readonly doubtful: boolean
  readonly last: number
}

const open = async (directory: string) => {
  const store = await level(directory).open({ cluster: 'demo', node: 'n1' })
  const { entries } = await store.recover('g/server')
  return { store, doubtful: store.doubtful, last: entries.at(-1)?.index ?? 0 }
}

const found = async (directory: string): Promise<Found> => {
  const { store, doubtful, last } = await open(directory)
  const entry = {
    index: last + 1,
    term: 1,
    kind: 'noop',
    session: 0,
    sequence: 0,
    answeredBelow: 0,
    bytes: new Uint8Array(9),
  } as const
  const operations = [{ type: 'append', entries: [entry] }] as const
  await new Promise<void>((resolve, reject) =>
    store.write([{ key: 'g/server', operations }], (error) => (error ? reject(error) : resolve())),
  )
  await store.close()
  if (isLong) {
    const again = await open(directory)
    await again.store.close()
    expect({ doubtful: again.doubtful, last: again.last }).toEqual({ doubtful, last: last + 1 })
  }
  return { doubtful, last }
}

/** Goes through what is there when everything ends before each call, and after the last; the same only once. */
const eachEnding = async (
  before: string | undefined,
  calls: readonly SystemCall[],
  look: (
    directory: string,
    at: { readonly ending: string; readonly step: string; readonly said: string },
  ) => Promise<void>,
): Promise<number> => {
  const replayed = before === undefined ? new ReplayedDirectory() : await ReplayedDirectory.of(before)
  const seen = new Set<string>()
  let said = ''
  for (const call of [...calls, undefined]) {
    for (const ending of endings) {
      const files = replayed.after(ending)
      const hash = createHash('sha256').update(said)
      for (const [name, bytes] of [...files].toSorted(([a], [b]) => (a < b ? -1 : 1)))
        hash.update(`${name} ${bytes.length} `).update(bytes)
      const digest = hash.digest('hex')
      if (seen.has(digest)) continue
      seen.add(digest)
      const directory = await temporary()
      await makeDirectory(directory, files)
      const step = call ? `before ${call.type} ${'name' in call ? call.name : ''}` : 'after all'
      await look(directory, { ending, step, said })
    }
    if (call?.type === 'say') said += call.text
    if (call) replayed.replay(call)
  }
  return seen.size
}

/** Opens a store, and looks at what it holds when the opening ends before each of its steps; some of these once more. */
const interruptOpening = async (before: string | undefined, expected: Found): Promise<void> => {
  const record = async (from: string | undefined) =>
    recordCalls('storeSession', from === undefined ? await temporary() : await copyOf(from))
  const states: string[] = []
  const count = await eachEnding(before, await record(before), async (directory, at) => {
    if (isLong || at.step.includes('CURRENT')) states.push(await copyOf(directory))
    expect(await found(directory), JSON.stringify(at)).toEqual(expected)
  })
  expect(count).toBeGreaterThan(10)
  const every = Math.max(1, Math.floor(states.length / againMax))
  for (const state of states.filter((_, position) => position % every === 0).slice(0, againMax))
    await eachEnding(state, await record(state), async (directory, at) => {
      expect(await found(directory), `again ${JSON.stringify(at)}`).toEqual(expected)
    })
}

/** A store after so many writes. */
const written = async (count: number, length: number): Promise<string> => {
  const directory = await temporary()
  await recordCalls('storeSession', directory, String(count), String(length))
  return directory
}

const title = `interrupted at each step${hasStrace ? '' : ' (no strace on the PATH)'}`
const described = hasStrace || process.env['CI'] ? describe : describe.skip

described(`the opening of a store, ${title}`, () => {
  test('is the first: the store is new', async () => {
    await interruptOpening(undefined, { doubtful: false, last: 0 })
  }, 120_000)

  test('finds everything that was acknowledged', async () => {
    await interruptOpening(await written(5, 3000), { doubtful: false, last: 5 })
  }, 120_000)

  test('finds a last write that was not finished: it is gone, and there is no doubt', async () => {
    const directory = await written(5, 50_000)
    const log = await newestLog(directory)
    await truncate(log, (await sizeOf(log)) - 1000)
    await interruptOpening(directory, { doubtful: false, last: 4 })
  }, 120_000)

  test('finds a last write that is damaged: there is doubt, whenever it is opened again', async () => {
    const directory = await written(5, 3000)
    await flipBit(await newestLog(directory), -1)
    await interruptOpening(directory, { doubtful: true, last: 4 })
  }, 120_000)

  test('finds a manifest that ends in zeros', async () => {
    const directory = await written(5, 3000)
    const current = (await readFile(join(directory, 'CURRENT'), 'utf8')).trim()
    const manifest = join(directory, current)
    await truncate(manifest, (await sizeOf(manifest)) + 4096)
    await interruptOpening(directory, { doubtful: false, last: 5 })
  }, 120_000)
})

described(`the writes of a store, ${title}`, () => {
  test('are there if they were acknowledged; there is doubt only where the length of one was durable and its bytes were not', async () => {
    const before = await written(2, 100)
    const calls = await recordCalls('storeSession', await copyOf(before), '6', '20000')
    await eachEnding(before, calls, async (directory, at) => {
      const acknowledged = Math.max(
        2,
        ...[...at.said.matchAll(/acknowledged (\d+)/g)].map(([, index]) => Number(index)),
      )
      const { doubtful, last } = await found(directory)
      expect([acknowledged, acknowledged + 1], JSON.stringify(at)).toContain(last)
      if (at.ending !== 'unsynced bytes zero') expect(doubtful, JSON.stringify(at)).toBe(false)
    })
  }, 120_000)
})
