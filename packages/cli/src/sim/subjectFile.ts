import { checkOptions, type GroupDefinition, InvalidConfigurationError, messageOf } from '@quorate/core'
import type { Invariant, InvariantFactory } from '@quorate/core/testing'
import * as simulator from '@quorate/simulator'
import {
  type ClusterWorkload,
  checkWorkload,
  type SimulatedCluster,
  type SimulatedWorkload,
  takesClients,
} from '@quorate/simulator'
import { UnusableTopologyError } from '../errors.js'
import { partsOf } from '../protocols/protocols.js'
import { loadTopologyModule, topologyIn } from '../topologyFile.js'
import type { Subject } from './subject.js'

/**
 * What is simulated of a file: the topology that it exports by default, judged by all that is known and by the `invariants`
 * that it exports, under the `workload` and the `handlers` that it exports.
 * @throws {@link UnusableTopologyError} `QUORATE_UNUSABLE_TOPOLOGY`; what `loadTopology` throws.
 */
export const subjectOfFile = async (path: string): Promise<Subject> => {
  const exported = await loadTopologyModule(path, { '@quorate/simulator': simulator })
  const { nodes, groups } = topologyIn(path, exported)
  const workload = await workloadIn(path, groups, exported['workload'])
  const handlers = handlersIn(path, exported['handlers'])
  const known = (await partsOf(({ subject }) => subject)).flatMap(({ part }) => part.invariants ?? [])
  return {
    name: path,
    nodes: nodes.length,
    make: () => ({ nodes, groups, workload, handlers }),
    // Protocols may share some.
    invariants: [...new Set(known), ...invariantsIn(path, exported['invariants'])],
    isTopology: true,
  }
}

const invariantsIn = (path: string, given: unknown = []): readonly InvariantFactory[] => {
  if (Array.isArray(given) && given.every((each) => typeof each === 'function')) return given.map(guarded(path))
  throw new UnusableTopologyError(
    path,
    'exports "invariants" that are none: expected a list of functions, InvariantFactory',
  )
}

/** What stands in for the handlers of roles. Whether there are such roles the simulation says. */
const handlersIn = (path: string, given: unknown = {}): NonNullable<SimulatedCluster['handlers']> => {
  const isTable = (value: unknown): value is object => typeof value === 'object' && value !== null
  const tables: unknown[] = isTable(given) ? Object.values(given) : [undefined]
  const all = tables.every(
    (table) => isTable(table) && Object.values(table).every((each) => typeof each === 'function'),
  )
  if (all) return given as NonNullable<SimulatedCluster['handlers']>
  const found = 'exports "handlers" that are none: expected { group: { role: handler } }, SimulatedHandler'
  throw new UnusableTopologyError(path, found)
}

/** What an invariant of the user's throws does not hold: it is not to be blamed on the node that it watches. */
const guarded =
  (path: string) =>
  (make: InvariantFactory): InvariantFactory =>
  (subject) => {
    const what = `invariant ${make.name || 'without a name'} for group ${subject.group}`
    let made: Invariant | undefined
    try {
      made = make(subject)
    } catch (cause) {
      throw new UnusableTopologyError(path, `${what} throws: ${messageOf(cause)}`, { cause })
    }
    if (made === undefined) return undefined
    if (typeof made !== 'object' || typeof made.name !== 'string' || typeof made.source !== 'string') {
      throw new UnusableTopologyError(
        path,
        `${what} is none: expected { name, source, ... }, or undefined where it says nothing`,
      )
    }
    return Object.fromEntries(
      Object.entries(made).map(([key, value]) => [key, typeof value === 'function' ? watched(value, subject) : value]),
    ) as unknown as Invariant
  }

const watched =
  (method: (...args: unknown[]) => unknown, { broken }: Parameters<InvariantFactory>[0]) =>
  (...args: unknown[]): void => {
    try {
      method(...args)
    } catch (error) {
      broken(`it throws: ${messageOf(error)}`)
    }
  }

type Groups = Readonly<Record<string, GroupDefinition>>

/** What clients do of protocols that order no log. */
const workloadsByProtocol = async (): Promise<ReadonlyMap<string, SimulatedWorkload>> =>
  new Map((await partsOf(({ workload }) => workload)).map(({ protocol, part }) => [protocol.name, part]))

/** What clients do, as the file says, and as their protocols say of groups of which it says nothing. */
const workloadIn = async (path: string, groups: Groups, given: unknown = {}): Promise<ClusterWorkload> => {
  const what = `workload of ${path}`
  checkOptions<ClusterWorkload>(what, given, {
    clients: 'optional',
    perSecond: 'optional',
    keys: 'optional',
    groups: 'optional',
  })
  const { groups: own = {}, ...counts } = given
  for (const [name, value] of Object.entries(counts)) {
    if (Number.isSafeInteger(value) && value > 0) continue
    throw new InvalidConfigurationError(
      `${what}: ${name} is ${JSON.stringify(value)}, expected a whole number of at least 1`,
    )
  }
  const workloads = await workloadsByProtocol()
  const known = Object.entries(groups).flatMap(([name, { protocol }]): [string, SimulatedWorkload][] => {
    const workload = workloads.get(protocol)
    return workload ? [[name, workload]] : []
  })
  const said = Object.entries(own).map(([name, workload]): [string, SimulatedWorkload] => {
    const group = groups[name]
    if (!group) throw new InvalidConfigurationError(`${what}: there is no group ${name}`)
    if (!takesClients(group)) throw new InvalidConfigurationError(`${what}: group ${name} takes nothing from clients`)
    return [name, checkWorkload(`${what}, group ${name}`, workload)]
  })
  return { ...counts, groups: Object.fromEntries([...known, ...said]) }
}
