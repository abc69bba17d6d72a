import { QuorateError } from '@quorate/core'
import { defineTopology, type Topology } from '@quorate/host'
import { UnusableTopologyError } from './errors.js'
import { isQuorateError } from './isQuorateError.js'
import { loadModule } from './moduleFile.js'

/**
 * Loads the topology that a file exports by default: TypeScript or JavaScript, with no build step.
 * @throws {@link UnusableTopologyError} `QUORATE_UNUSABLE_TOPOLOGY` when there is none; what `defineTopology` throws.
 */
export const loadTopology = async (path: string): Promise<Topology> => topologyIn(path, await loadTopologyModule(path))

/** What a topology's file exports, by name. `more` are packages that it may import beside those that every file may. */
export const loadTopologyModule = (
  path: string,
  more?: Readonly<Record<string, object>>,
): Promise<Readonly<Record<string, unknown>>> =>
  loadModule(path, (what, options) => new UnusableTopologyError(path, what, options), more)

/** @throws as {@link loadTopology} */
export const topologyIn = (path: string, { default: loaded }: Readonly<Record<string, unknown>>): Topology => {
  if (isTopology(loaded)) return checked(path, loaded)
  throw new UnusableTopologyError(path, 'exports no topology: expected `export default defineTopology({ ... })`')
}

/**
 * A topology that a file exports, checked here: whatever made it, no other copy of the host has to be trusted.
 * @throws what `defineTopology` throws, with the file in front.
 */
export const checked = (path: string, topology: Topology): Topology => named(path, () => defineTopology(topology))

const named = <T>(path: string, run: () => T): T => {
  try {
    return run()
  } catch (cause) {
    if (!isQuorateError(cause)) throw cause
    throw new QuorateError(cause.code, `${path}: ${cause.message}`, { cause })
  }
}

export const isTopology = (value: unknown): value is Topology => {
  if (typeof value !== 'object' || value === null) return false
  const { nodes, groups } = value as Partial<Topology>
  return Array.isArray(nodes) && typeof groups === 'object' && groups !== null && Object.values(groups).every(isGroup)
}

const isGroup = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'roles' in value && 'service' in value
