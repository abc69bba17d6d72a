import { isAbsolute } from 'node:path'
import { type Drawable, isDrawable } from '@quorate/diagram'
import type { Topology } from '@quorate/host'
import { UnknownRoleError, UnusableRoleError } from '../errors.js'
import { loadModule } from '../moduleFile.js'
import { checked, isTopology } from '../topologyFile.js'
import { knownRoles } from './roles.js'

/**
 * What is meant by `raft/follower`, `./witness.ts` (its default export), `./witness.ts#witness` or `topology.ts`.
 * @throws {@link UnknownRoleError} `QUORATE_UNKNOWN_ROLE` when a name is none of those known.
 * @throws {@link UnusableRoleError} `QUORATE_UNUSABLE_ROLE` when a file does not load, or exports no machine of the name;
 *   what `defineTopology` throws.
 */
export const drawableOf = async (argument: string): Promise<Drawable | Topology> => {
  const { path, name } = partsOf(argument)
  if (isFile(path)) return exportOf(path, name)
  const known = await knownRoles()
  const found = known.get(argument)
  if (found === undefined) throw new UnknownRoleError(argument, [...known.keys()])
  return found
}

const partsOf = (argument: string): { path: string; name: string } => {
  const at = argument.lastIndexOf('#')
  return at < 0 ? { path: argument, name: 'default' } : { path: argument.slice(0, at), name: argument.slice(at + 1) }
}

const isFile = (path: string): boolean => path.startsWith('.') || isAbsolute(path) || /\.[cm]?[jt]s$/.test(path)

const exportOf = async (path: string, name: string): Promise<Drawable | Topology> => {
  const loaded = await loadModule(path, (what, options) => new UnusableRoleError(path, what, options))
  const found = loaded[name]
  if (isDrawable(found)) return found
  if (isTopology(found)) return checked(path, found)
  const names = Object.keys(loaded)
  const machines = names.filter((each) => isDrawable(loaded[each]))
  const wanted = name === 'default' ? 'no machine or family by default' : `no machine or family named ${name}`
  throw new UnusableRoleError(path, `exports ${wanted}; ${adviceOf(path, names, machines)}`)
}

const adviceOf = (path: string, names: readonly string[], machines: readonly string[]): string => {
  if (machines.length > 0) return `try ${machines.map((each) => argumentOf(path, each)).join(' or ')}`
  if (names.length === 0) return 'it exports nothing: export what setup(...).createMachine or become makes'
  return `what it exports, none of it a machine: ${names.join(', ')}`
}

const argumentOf = (path: string, name: string): string => (name === 'default' ? path : `${path}#${name}`)
