import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import * as checker from '@quorate/checker'
import * as core from '@quorate/core'
import * as host from '@quorate/host'
import * as kv from '@quorate/kv'
import * as level from '@quorate/level'
import * as nats from '@quorate/nats'
import * as paxos from '@quorate/paxos'
import * as raft from '@quorate/raft'
import { createJiti } from 'jiti'
import * as xstate from 'xstate'
import { isQuorateError } from './isQuorateError.js'

/**
 * A file of the user's, and what lies beside it, gets these very modules, wherever it lies: one outside the repository
 * could not resolve them.
 */
const virtualModules = {
  '@quorate/checker': checker,
  '@quorate/core': core,
  '@quorate/host': host,
  '@quorate/kv': kv,
  '@quorate/level': level,
  '@quorate/nats': nats,
  '@quorate/paxos': paxos,
  '@quorate/raft': raft,
  xstate,
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

/** The first line: what follows is a stack or a list of files, which helps nobody. */
const reasonOf = (error: unknown): string => core.messageOf(error).split('\n')[0] ?? ''
