import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { StoreDamagedError } from './errors.js'
import { applyEdit, emptyManifest, type Manifest } from './manifest.js'
import { scanLog } from './scanLog.js'
import { checkTable } from './table.js'

/** What LevelDB will find in a directory. */
export interface Inspection {
  /** No database at all, or one that LevelDB had not finished making. */
  readonly empty: boolean
  /** Records that do not count, each the last of its file: to be cut off before LevelDB opens the directory. */
  readonly tails: readonly Tail[]
}

/** Where a file of LevelDB ends in a record that is not whole. */
export interface Tail {
  readonly path: string
  /** Where the record begins. */
  readonly at: number
  /** True if the record may have been acknowledged: it is one of a log, all there, and bad. */
  readonly isDoubtful: boolean
}

/**
 * Checks every file that LevelDB will read, each byte of it against LevelDB's own checksums, before LevelDB does:
 * LevelDB drops damaged log records silently and returns wrong values from damaged tables. Touches nothing.
 * @throws {StoreDamagedError}
 */
export const inspect = async (directory: string): Promise<Inspection> => {
  const names = await readdir(directory)
  const files = filesIn(names)
  if (!names.includes('CURRENT')) {
    const [some] = [...files.logs.values(), ...files.tables.values()]
    if (some === undefined) return { empty: true, tails: [] }
    throw new StoreDamagedError(join(directory, 'CURRENT'), `the file is missing, but ${some} is there`)
  }
  const { manifest, tail } = await readManifest(directory, names)
  for (const [number, { bytes }] of manifest.tables)
    await inspectTable(directory, files.tables.get(number), number, bytes)
  return { empty: false, tails: [...tail, ...(await inspectLogs(directory, files.logs, manifest))] }
}

interface Files {
  readonly logs: Map<number, string>
  readonly tables: Map<number, string>
}

const filesIn = (names: readonly string[]): Files => {
  const files: Files = { logs: new Map(), tables: new Map() }
  for (const name of names) {
    const [, number, extension] = /^(\d+)\.(log|ldb|sst)$/.exec(name) ?? []
    if (number !== undefined) files[extension === 'log' ? 'logs' : 'tables'].set(Number(number), name)
  }
  return files
}

const readManifest = async (
  directory: string,
  names: readonly string[],
): Promise<{ readonly manifest: Manifest; readonly tail: readonly Tail[] }> => {
  const current = join(directory, 'CURRENT')
  const [, name] = /^(MANIFEST-\d+)\n$/.exec(await readFile(current, 'latin1')) ?? []
  if (name === undefined) throw new StoreDamagedError(current, 'it does not name a manifest')
  if (!names.includes(name)) throw new StoreDamagedError(current, `it names ${name}, which is missing`)
  const path = join(directory, name)
  const manifest = emptyManifest()
  // LevelDB syncs an edit before it deletes what the edit made obsolete, so a bad last edit can be left out: if it had been
  // synced, what it replaced is gone, and is missed below. LevelDB itself opens no manifest in which an edit is bad.
  const verdict = await scanLog(path, (record) => {
    try {
      applyEdit(manifest, record)
    } catch (cause) {
      throw new StoreDamagedError(path, 'an edit makes no sense', { cause })
    }
  })
  if (verdict.type === 'damaged') throw badRecord(path, verdict)
  if (!manifest.complete) throw new StoreDamagedError(path, 'it is not complete')
  return { manifest, tail: verdict.type === 'clean' ? [] : [{ path, at: verdict.at, isDoubtful: false }] }
}

const inspectTable = async (
  directory: string,
  name: string | undefined,
  number: number,
  bytes: number,
): Promise<void> => {
  if (name === undefined) throw new StoreDamagedError(directory, `the table ${number} is missing`)
  const path = join(directory, name)
  const fault = await checkTable(path, bytes)
  if (fault) throw new StoreDamagedError(`${path} at byte ${fault.at}`, fault.what)
}

/**
 * The logs that LevelDB will replay. Only the last can end in a bad record: a log is written to when the one before is
 * complete, or was replayed. One that is empty proves nothing, for it is made before the one before is replayed.
 */
const inspectLogs = async (
  directory: string,
  logs: ReadonlyMap<number, string>,
  { logNumber, previousLog }: Manifest,
): Promise<readonly Tail[]> => {
  if (logNumber > 0 && !logs.has(logNumber)) throw new StoreDamagedError(directory, `the log ${logNumber} is missing`)
  const replayed = [...logs].filter(([number]) => number >= logNumber || number === previousLog)
  replayed.sort(([a], [b]) => a - b)
  let tail: Tail | undefined
  for (const [, name] of replayed) {
    const path = join(directory, name)
    if (tail && (await stat(path)).size > 0)
      throw new StoreDamagedError(`${tail.path} at byte ${tail.at}`, `the record is bad, and ${name} was written later`)
    const verdict = await scanLog(path)
    if (verdict.type === 'damaged') throw badRecord(path, verdict)
    if (verdict.type !== 'clean') tail = { path, at: verdict.at, isDoubtful: verdict.type === 'torn' }
  }
  return tail ? [tail] : []
}

const badRecord = (path: string, { at, followedAt }: { readonly at: number; readonly followedAt: number }) =>
  new StoreDamagedError(`${path} at byte ${at}`, `the record is bad, and a good one follows at byte ${followedAt}`)
