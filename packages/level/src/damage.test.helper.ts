import { createHash } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Entry,
  type OpenStore,
  QuorateError,
  type Recovered,
  type StoreOperation,
  type StoreWrite,
  wholeOf,
} from '@quorate/core'
import { onTestFinished } from 'vitest'
import { level } from './level.js'

export const owner = { cluster: 'demo', node: 'n1' } as const
export const log = 'counter/server'

/** A directory that is gone after the test. */
export const temporary = async (): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'quorate-level-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  return directory
}

/** A copy to be damaged, beside the original. */
export const copyOf = async (directory: string): Promise<string> => {
  const copy = join(await temporary(), 'copy')
  await cp(directory, copy, { recursive: true })
  return copy
}

export const writeAll = (store: OpenStore, writes: readonly StoreWrite[]): Promise<void> =>
  new Promise((resolve, reject) => store.write(writes, (error) => (error ? reject(error) : resolve())))

export const write = (store: OpenStore, ...operations: StoreOperation[]): Promise<void> =>
  writeAll(store, [{ key: log, operations }])

export const entry = (index: number, length = 50): Entry => ({
  index,
  term: 1,
  kind: 'command',
  session: 1,
  sequence: index,
  answeredBelow: 0,
  bytes: Uint8Array.from({ length }, (_, at) => Math.imul(at + index, 0x9e3779b1) >>> 24),
})

export const filesOf = async (directory: string, pattern: RegExp): Promise<string[]> =>
  (await readdir(directory)).filter((name) => pattern.test(name)).map((name) => join(directory, name))

export const onlyFileOf = async (directory: string, pattern: RegExp): Promise<string> => {
  const files = await filesOf(directory, pattern)
  if (files.length !== 1) throw new Error(`${files.length} files like ${pattern}: ${files.join(' ')}`)
  return files[0] as string
}

export const edit = async (path: string, change: (bytes: Buffer) => Buffer | undefined): Promise<void> => {
  const bytes = await readFile(path)
  await writeFile(path, change(bytes) ?? bytes)
}

export const flip = (path: string, offset: number, bit = offset % 8): Promise<void> =>
  edit(path, (bytes) => {
    bytes[offset] = (bytes[offset] as number) ^ (1 << bit)
    return bytes
  })

/** All that matters in a directory: LevelDB's own chat and its empty lock file do not. */
export const fingerprint = async (directory: string): Promise<string> => {
  const hash = createHash('sha256')
  for (const name of (await readdir(directory)).toSorted())
    if (!/^LO(G|G\.old|CK)$/.test(name)) hash.update(name).update(await readFile(join(directory, name)))
  return hash.digest('hex')
}

export interface Outcome {
  /** `clean`, `torn` or the code of the error. */
  readonly code: string
  /** Stands for what was recovered. */
  readonly held?: string
  readonly message?: string
}

/** Equal for equal content: a hash, for comparing megabytes takes a test runner seconds. */
export const digestOf = ({ record, snapshot, base, entries, table }: Recovered): string => {
  const hash = createHash('sha256')
  const add = (fields: object, bytes: Uint8Array | undefined): unknown =>
    hash.update(JSON.stringify({ ...fields, bytes: bytes?.length })).update(bytes ?? '')
  add(base, record)
  add(snapshot?.last ?? {}, snapshot && wholeOf(snapshot.bytes))
  for (const { bytes, ...fields } of [...entries, ...table]) add(fields, bytes)
  return hash.digest('hex')
}

/** Opens and recovers, and says what came of it. */
export const outcomeOf = async (directory: string): Promise<Outcome> => {
  let store: OpenStore | undefined
  try {
    store = await level(directory).open(owner)
    return { code: store.doubtful ? 'torn' : 'clean', held: digestOf(await store.recover(log)) }
  } catch (error) {
    if (!(error instanceof QuorateError)) throw error
    return { code: error.code, message: error.message }
  } finally {
    await store?.close()
  }
}
