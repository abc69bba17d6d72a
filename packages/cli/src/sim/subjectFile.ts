import { checkOptions, type GroupDefinition, InvalidConfigurationError, messageOf } from '@quorate/core'
import type { Invariant, InvariantFactory } from '@quorate/core/testing'
import { decision, paxosInvariants } from '@quorate/paxos/testing'
import { raftInvariants } from '@quorate/raft/testing'
import * as simulator from '@quorate/simulator'
import {
  type ClusterWorkload,
  checkWorkload,
  type SimulatedCluster,
  type SimulatedWorkload,
  takesClients,
} from '@quorate/simulator'
import { UnusableTopologyError } from '../errors.js'
import { loadTopologyModule, topologyIn } from '../topologyFile.js'
import { registerWorkload } from './registerWorkload.js'
import type { Subject } from './subject.js'

/**
 * What is simulated of a file: the topology that it exports by default, judged by all that is known and by the `invariants`
 * that it exports, under the `workload` and the `handlers` that it exports.
 * @throws {@link UnusableTopologyError} `QUORATE_UNUSABLE_TOPOLOGY`; what `loadTopology` throws.
 */
export const subjectOfFile = async (path: string): Promise<Subject> => {
  const exported = await loadTopologyModule(path, { '@quorate/simulator': simulator })
  const { nodes, groups } = topologyIn(path, exported)
  const workload = workloadIn(path, groups, exported['workload'])
  const handlers = handlersIn(path, exported['handlers'])
  return {
    name: path,
    nodes: nodes.length,
    make: () => ({ nodes, groups, workload, handlers }),
    invariants: [...raftInvariants, ...paxosInvariants, ...invariantsIn(path, exported['invariants'])],
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

/** What clients of protocols do that order no log. */
const workloads: ReadonlyMap<string, SimulatedWorkload> = new Map([
  ['paxos', decision as SimulatedWorkload],
  ['register', registerWorkload],
])

/** What clients do, as the file says, and as their protocols say of groups of which it says nothing. */
const workloadIn = (path: string, groups: Groups, given: unknown = {}): ClusterWorkload => {
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
