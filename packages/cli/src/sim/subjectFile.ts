import { checkOptions, InvalidConfigurationError } from '@quorate/core'
import * as simulator from '@quorate/simulator'
import { allInvariants, type InvariantFactory, type Workload } from '@quorate/simulator'
import { UnusableTopologyError } from '../errors.js'
import { loadTopologyModule, topologyIn } from '../topologyFile.js'
import type { Subject } from './subject.js'

/**
 * What is simulated of a file: the topology that it exports by default, judged by all that is known and by the `invariants`
 * that it exports, under the `workload` that it exports.
 * @throws {@link UnusableTopologyError} `QUORATE_UNUSABLE_TOPOLOGY`; what `loadTopology` throws.
 */
export const subjectOfFile = async (path: string): Promise<Subject> => {
  const exported = await loadTopologyModule(path, { '@quorate/simulator': simulator })
  const { nodes, groups } = topologyIn(path, exported)
  const workload = workloadIn(path, exported['workload'])
  return {
    name: path,
    nodes: nodes.length,
    make: () => ({ nodes, groups, ...(workload && { workload }) }),
    invariants: [...allInvariants, ...invariantsIn(path, exported['invariants'])],
    isTopology: true,
  }
}

const invariantsIn = (path: string, given: unknown = []): readonly InvariantFactory[] => {
  if (Array.isArray(given) && given.every((each) => typeof each === 'function')) return given
  throw new UnusableTopologyError(
    path,
    'exports "invariants" that are none: expected a list of functions, InvariantFactory',
  )
}

const workloadIn = (path: string, given: unknown): Workload | undefined => {
  if (given === undefined) return undefined
  checkOptions<Workload>(`workload of ${path}`, given, { clients: 'optional', perSecond: 'optional', keys: 'optional' })
  for (const [name, value] of Object.entries(given)) {
    if (Number.isSafeInteger(value) && value > 0) continue
    throw new InvalidConfigurationError(
      `workload of ${path}: ${name} is ${JSON.stringify(value)}, expected a whole number of at least 1`,
    )
  }
  return given
}
