import { execFile, spawnSync } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { programPath } from './nodeProcess.js'

/** What a process asked of the system that changes a directory, in order; and what it said meanwhile. */
export type SystemCall =
  | { readonly type: 'create'; readonly name: string; readonly truncates: boolean }
  | { readonly type: 'write'; readonly name: string; readonly bytes: Buffer }
  | { readonly type: 'truncate'; readonly name: string; readonly length: number }
  | { readonly type: 'rename'; readonly name: string; readonly to: string }
  | { readonly type: 'unlink'; readonly name: string }
  | { readonly type: 'sync'; readonly name: string }
  | { readonly type: 'say'; readonly text: string }

export const hasStrace = spawnSync('strace', ['-V']).status === 0

const traced =
  'open,openat,creat,write,pwrite64,writev,pwritev,ftruncate,truncate,rename,renameat,renameat2,unlink,unlinkat,fsync,fdatasync'

/** Runs a program on a directory, which is its first argument, and gives what it did there. */
export const recordCalls = async (name: string, directory: string, ...rest: string[]): Promise<SystemCall[]> => {
  const path = `${directory}.trace`
  const strace = ['-f', '-qq', '-y', '-xx', '-s', '100000000', '-e', `trace=${traced}`, '-o', path]
  // One thread does all that is asked of the disk, so that there is one order.
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1' }
  await promisify(execFile)('strace', [...strace, process.execPath, programPath(name), directory, ...rest], { env })
  return wholeLines(await readFile(path, 'latin1')).flatMap((line) => callOf(line, directory) ?? [])
}

/** A call that another thread came in between of stands in two lines. */
const wholeLines = (trace: string): string[] => {
  const begun = new Map<string, string>()
  return trace.split('\n').flatMap((line) => {
    const [, thread = '', text = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? []
    const [, beginning] = /^(.*)<unfinished \.\.\.>$/.exec(text) ?? []
    if (beginning !== undefined) {
      begun.set(thread, beginning)
      return []
    }
    const [, end] = /^<\.\.\. \w+ resumed>(.*)$/.exec(text) ?? []
    return [end === undefined ? text : `${begun.get(thread) ?? ''}${end}`]
  })
}

const plain = (text: string): Buffer => Buffer.from(text.replaceAll('\\x', ''), 'hex')

const callOf = (line: string, directory: string): SystemCall | undefined => {
  const [, call, argument = '', result] = /^(\w+)\((.*)\)\s+= (-?\d+)/.exec(line) ?? []
  if (call === undefined || Number(result) < 0) return undefined
  const strings = [...argument.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, text = '']) => plain(text))
  const opened = plain(/^\d+<((?:\\x[0-9a-f]{2})+)>/.exec(argument)?.[1] ?? '').toString()
  if (call === 'write' && argument.startsWith('1<')) return { type: 'say', text: String(strings[0]) }
  const [name, to] = (opened === '' ? strings.map(String) : [opened])
    .filter((path) => path.startsWith(`${directory}/`))
    .map((path) => path.slice(directory.length + 1))
  if (name === undefined) return undefined
  switch (call) {
    case 'openat':
    case 'open':
    case 'creat':
      return /O_CREAT|O_TRUNC/.test(argument)
        ? { type: 'create', name, truncates: /O_TRUNC/.test(argument) }
        : undefined
    case 'write':
      return { type: 'write', name, bytes: (strings[0] as Buffer).subarray(0, Number(result)) }
    case 'ftruncate':
      return { type: 'truncate', name, length: Number(/, (\d+)$/.exec(argument)?.[1]) }
    case 'rename':
    case 'renameat':
    case 'renameat2':
      return { type: 'rename', name, to: to as string }
    case 'unlink':
    case 'unlinkat':
      return { type: 'unlink', name }
    case 'fsync':
    case 'fdatasync':
      return { type: 'sync', name }
    default:
      throw new Error(`a call that is not known here changes ${name}: ${line.slice(0, 200)}`)
  }
}

/**
 * What is there after a process, or the whole machine, has ended: all that was written; only what was synced; or all the
 * lengths, and zeros where nothing was synced. Names are durable in the order in which they changed.
 */
export const endings = ['killed', 'unsynced bytes gone', 'unsynced bytes zero'] as const
export type Ending = (typeof endings)[number]

interface File {
  bytes: Buffer
  synced: Buffer
}

/** A directory that calls change, one by one. */
export class ReplayedDirectory {
  readonly #files = new Map<string, File>()

  static async of(directory: string): Promise<ReplayedDirectory> {
    const replayed = new ReplayedDirectory()
    for (const name of await readdir(directory)) {
      const bytes = await readFile(join(directory, name))
      replayed.#files.set(name, { bytes, synced: bytes })
    }
    return replayed
  }

  replay(call: SystemCall): void {
    if (call.type === 'say') return
    const file = this.#files.get(call.name) ?? { bytes: Buffer.alloc(0), synced: Buffer.alloc(0) }
    switch (call.type) {
      case 'create':
        if (call.truncates) file.bytes = Buffer.alloc(0)
        break
      case 'write':
        file.bytes = Buffer.concat([file.bytes, call.bytes])
        break
      case 'truncate':
        file.bytes = file.bytes.subarray(0, call.length)
        break
      case 'sync':
        file.synced = file.bytes
        break
      case 'rename':
        this.#files.set(call.to, file)
    }
    if (call.type === 'rename' || call.type === 'unlink') this.#files.delete(call.name)
    else this.#files.set(call.name, file)
  }

  /** What a directory holds after an ending, without what does not matter. */
  after(ending: Ending): ReadonlyMap<string, Buffer> {
    const files = [...this.#files].filter(([name]) => !/^LO(G|G\.old|CK)$/.test(name))
    return new Map(files.map(([name, file]) => [name, contentAfter(ending, file)]))
  }
}

const contentAfter = (ending: Ending, { bytes, synced }: File): Buffer => {
  if (ending === 'killed') return bytes
  if (ending === 'unsynced bytes gone') return synced
  const content = Buffer.alloc(bytes.length)
  synced.copy(content)
  return content
}

/** Makes a directory that holds these files. */
export const makeDirectory = async (directory: string, files: ReadonlyMap<string, Buffer>): Promise<void> => {
  await mkdir(directory, { recursive: true })
  for (const [name, bytes] of files) await writeFile(join(directory, name), bytes)
}
