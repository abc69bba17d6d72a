import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import * as core from '@quorate/core'
import * as host from '@quorate/host'
import * as kv from '@quorate/kv'
import * as level from '@quorate/level'
import * as nats from '@quorate/nats'
import * as paxos from '@quorate/paxos'
import * as raft from '@quorate/raft'
import { createJiti } from 'jiti'
import * as xstate from 'xstate'
import { UnusableTopologyError } from './errors.js'
import { isQuorateError } from './isQuorateError.js'

/**
 * A topology, and a role that lies beside it, gets these very modules, wherever it lies: one outside the repository could
 * not resolve them.
 */
const virtualModules = {
  '@quorate/core': core,
  '@quorate/host': host,
  '@quorate/kv': kv,
  '@quorate/level': level,
  '@quorate/nats': nats,
  '@quorate/paxos': paxos,
  '@quorate/raft': raft,
  xstate,
}

/**
 * Loads the topology that a file exports by default: TypeScript or JavaScript, with no build step.
 * @throws {@link UnusableTopologyError} `QUORATE_UNUSABLE_TOPOLOGY` when there is none; what `defineTopology` throws.
 */
export const loadTopology = async (path: string): Promise<host.Topology> => {
  const file = resolve(path)
  if (!existsSync(file)) throw new UnusableTopologyError(path, `there is no such file, looked for it as ${file}`)
  const loaded = await load(path, file)
  if (!isTopology(loaded)) {
    throw new UnusableTopologyError(path, 'exports no topology: expected `export default defineTopology({ ... })`')
  }
  return named(path, () => host.defineTopology(loaded))
}

const load = async (path: string, file: string): Promise<unknown> => {
  const jiti = createJiti(import.meta.url, { virtualModules, fsCache: false, moduleCache: false })
  try {
    return await jiti.import(file, { default: true })
  } catch (cause) {
    if (isQuorateError(cause)) throw new core.QuorateError(cause.code, `${path}: ${cause.message}`, { cause })
    throw new UnusableTopologyError(path, `cannot be loaded: ${reasonOf(cause)}`, { cause })
  }
}

const named = <T>(path: string, run: () => T): T => {
  try {
    return run()
  } catch (cause) {
    if (!isQuorateError(cause)) throw cause
    throw new core.QuorateError(cause.code, `${path}: ${cause.message}`, { cause })
  }
}

/** The first line: what follows is a stack or a list of files, which helps nobody. */
const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''

const isTopology = (value: unknown): value is host.Topology => {
  if (typeof value !== 'object' || value === null) return false
  const { nodes, groups } = value as Partial<host.Topology>
  return Array.isArray(nodes) && typeof groups === 'object' && groups !== null && Object.values(groups).every(isGroup)
}

const isGroup = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'roles' in value && 'stateMachine' in value
