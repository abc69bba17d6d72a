import { existsSync, readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as checker from '@quorate/checker'
import * as core from '@quorate/core'
import * as statechart from '@quorate/core/statechart'
import * as host from '@quorate/host'
import * as kv from '@quorate/kv'
import * as level from '@quorate/level'
import * as nats from '@quorate/nats'
import * as paxos from '@quorate/paxos'
import * as raft from '@quorate/raft'
import { createJiti } from 'jiti'
import { isQuorateError } from './isQuorateError.js'

/**
 * A file of the user's, and what lies beside it, gets these very modules, wherever it lies: one outside the repository
 * could not resolve them.
 */
const virtualModules = {
  '@quorate/checker': checker,
  '@quorate/core': core,
  '@quorate/core/statechart': statechart,
  '@quorate/host': host,
  '@quorate/kv': kv,
  '@quorate/level': level,
  '@quorate/nats': nats,
  '@quorate/paxos': paxos,
  '@quorate/raft': raft,
}

/** Makes the error that says what is wrong with a file. */
export type Unusable = (what: string, options?: { cause?: unknown }) => core.QuorateError

/**
 * Loads what a file exports, by name: TypeScript or JavaScript, with no build step.
 * @param more packages that it may import beside those that every file may.
 * @throws what `unusable` makes when there is no such file or it does not load; what the file throws on purpose, with its
 *   name in front.
 */
export const loadModule = async (
  path: string,
  unusable: Unusable,
  more: Readonly<Record<string, object>> = {},
): Promise<Readonly<Record<string, unknown>>> => {
  const file = resolve(path)
  if (!existsSync(file)) throw unusable(`there is no such file, looked for it as ${file}`)
  const jiti = createJiti(import.meta.url, {
    virtualModules: { ...virtualModules, ...more },
    fsCache: false,
    moduleCache: false,
  })
  try {
    return await jiti.import<Record<string, unknown>>(file)
  } catch (cause) {
    if (isQuorateError(cause)) throw new core.QuorateError(cause.code, `${path}: ${cause.message}`, { cause })
    throw unusable(`cannot be loaded: ${reasonOf(cause)}`, { cause })
  }
}

/** Where this package and those beside it lie: what they say is not where the mistake is. */
const ours = fileURLToPath(new URL('../../', import.meta.url))

/** What is wrong, and where: the file, the line, and what stands there. */
const reasonOf = (error: unknown): string => {
  const message = core.messageOf(error)
  // What follows the first line is a stack, or a list of files, which helps nobody.
  const what = (message.split('\n')[0] ?? '').replace(/^ParseError: /, '').trim()
  const stack = error instanceof Error && typeof error.stack === 'string' ? error.stack : ''
  const places = [...`${message}\n${stack}`.matchAll(/((?:\/|[A-Z]:\\)[^\s():]+\.[cm]?[jt]s):(\d+):(\d+)/g)]
  // A URL has more slashes than a path.
  const place = places
    .map(([, path = '', line, column]) => ({ file: resolve(path), line, column }))
    .find(({ file }) => existsSync(file) && !file.startsWith(ours) && !/[\\/]node_modules[\\/]/.test(file))
  if (!place) return what
  const { file, line, column } = place
  const source = readFileSync(file, 'utf8').split('\n')[Number(line) - 1] ?? ''
  return `${what} (${basename(file)}, line ${line}: ${excerpt(source, Number(column))})`
}

/** So many characters of a line are shown. */
const excerptMax = 60

/** What stands in a line around a column. */
const excerpt = (line: string, column: number): string => {
  const from = Math.max(0, Math.min(column - excerptMax / 2, line.length - excerptMax))
  const shown = line.slice(from, from + excerptMax).trim()
  return `${from > 0 ? '…' : ''}${shown}${from + excerptMax < line.length ? '…' : ''}`
}
